"""Upload requests: people without an account send files by a page, within limits."""
