"""Taking pictures' files apart: what a decoder needs, what was noted beside it, what is damaged."""
