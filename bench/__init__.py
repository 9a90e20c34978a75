"""How fast Reef is, as ratios to its peers in the same run: `python -m bench`."""
