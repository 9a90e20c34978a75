"""The content type of a file, told from its bytes."""
