"""Playlists: what screens are to show, and what that comes to with the assets of the moment."""
