"""One change of many assets, with an outcome for each."""
