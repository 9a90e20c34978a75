"""One cloud a file, in which each test has a tenant of its own."""

from tests.processing.zips.counter import counter
from tests.shared import cloud, team

__all__ = ["cloud", "counter", "team"]
