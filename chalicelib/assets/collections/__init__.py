"""Collections: ordered lists of assets."""
