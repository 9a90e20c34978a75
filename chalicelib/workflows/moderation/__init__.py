"""Moderation: rules, flags, and what a moderator decides."""
