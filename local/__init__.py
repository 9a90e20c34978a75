"""The embedded AWS that runs all of Reef on one machine; never shipped."""
