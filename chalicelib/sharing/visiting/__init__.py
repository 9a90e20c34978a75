"""Visitors of shares: opening, unlocking, previewing, downloading."""
