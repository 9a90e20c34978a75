"""What cameras and editors wrote into a file: EXIF, IPTC, XMP, in whatever encoding."""
