"""Jobs that run tasks of a ready asset again: new thumbnails, facts, renditions, another scan."""
