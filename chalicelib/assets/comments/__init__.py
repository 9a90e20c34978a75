"""Comments on assets: written in threads, pinned to a region or a moment, read."""
