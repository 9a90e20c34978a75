"""Files of strangers, put through what handles media: outcomes, mutations, metadata."""
