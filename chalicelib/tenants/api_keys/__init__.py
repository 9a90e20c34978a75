"""API keys: how programs act for a member, with no more than the member's rights."""
