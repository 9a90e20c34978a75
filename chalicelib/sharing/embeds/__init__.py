"""Shares within pages of other sites: frames, and what oEmbed tells of them."""
