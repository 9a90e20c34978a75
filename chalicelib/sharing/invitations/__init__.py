"""Private links to listed addresses: invitations, one-time codes, and receipts of who opened."""
