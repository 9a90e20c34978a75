"""Approval: templates, the workflows that run them, moderation, and what came of it all."""
