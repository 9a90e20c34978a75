"""The audit trail: reading it, sealing it, verifying it, telling others of new records."""
