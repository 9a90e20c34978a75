"""Pictures: taken apart, decoded, brought to sRGB, encoded as thumbnails."""
