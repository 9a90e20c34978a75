"""Tags and categories: what there are, and renaming them everywhere."""
