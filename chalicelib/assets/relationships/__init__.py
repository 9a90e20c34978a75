"""Relationships between assets: what depends on, is part of, replaces or comes from what."""
