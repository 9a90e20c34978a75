"""One cloud a file."""

from tests.shared import cloud, team

__all__ = ["cloud", "team"]
