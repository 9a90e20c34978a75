"""PDF and text: what they say, and a picture of their beginning."""
