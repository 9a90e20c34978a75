"""The zip of a shared collection, as visitors ask for it and take it."""
