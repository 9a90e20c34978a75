"""Uploads, until their bytes are there: drafts, reservations, parts."""
