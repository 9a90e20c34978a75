"""Versions of an asset: branches, publishing, and how a version moves from state to state."""
