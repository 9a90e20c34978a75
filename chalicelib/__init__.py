"""Everything that ships to Lambda, in slices stacked in one order."""
