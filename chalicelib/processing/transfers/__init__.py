"""What is said of many assets, as CSV: imported and exported by jobs."""
