"""Screens: devices, their playlists, and the manifest that an Anthias player lives on."""
