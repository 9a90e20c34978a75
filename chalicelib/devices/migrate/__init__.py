"""Moving in from an Anthias player: its assets into Reef, its schedules into a playlist.

Runs on whatever machine reaches Reef, as `python -m chalicelib.devices.migrate`.
"""
