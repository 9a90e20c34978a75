"""What the functions stand on: one definition for the cloud, local mode and the tests."""
