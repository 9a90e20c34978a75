"""Who looked at what, and how often: visits, their counters, and reports of them."""
