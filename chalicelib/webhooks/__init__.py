"""Webhooks: other systems told of what happened, signed, and tried again for a day."""
