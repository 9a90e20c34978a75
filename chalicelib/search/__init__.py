"""Finding assets: an index of their words and properties, kept from the assets table's stream."""
