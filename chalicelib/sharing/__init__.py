"""Share links: made by members, opened by visitors."""
