"""Sample media, made on the spot and put through the real API."""
