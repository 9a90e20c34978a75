"""One world a file; each run begins with everything empty."""

from collections.abc import Iterator

import pytest

from chalicelib.processing.scanning.clamd import Clamd
from tests.faults.world import World, running
from tests.journeys.conftest import clamd

__all__ = ["clamd"]


@pytest.fixture(scope="module")
def world(clamd: Clamd) -> Iterator[World]:
    """A Reef whose AWS can be made to fail."""
    with running(clamd) as started:
        yield started
