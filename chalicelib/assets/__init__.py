"""Assets and their versions: uploads, catalogue, downloads."""
