"""What happens to uploaded bytes: scan, thumbnails, metadata."""
