"""What players say: heartbeats, what was on which screen, and which devices are silent."""
