"""Films and sounds: what ffprobe says of them, posters, covers and waveforms."""
