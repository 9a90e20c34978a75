"""What players fetch: the manifest with its files, by addresses that stay."""
