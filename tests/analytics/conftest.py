"""One cloud a file."""

from tests.shared import cloud

__all__ = ["cloud"]
