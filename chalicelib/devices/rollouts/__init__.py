"""Roll-outs: a group's new playlists go to some devices first, and come back if those suffer."""
