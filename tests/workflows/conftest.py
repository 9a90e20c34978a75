"""One cloud a file; a real clamd where bytes go through the pipeline."""

from collections.abc import Iterator

import pytest

from chalicelib.processing.scanning.clamd import Clamd
from local import clamav
from tests.assets.shelf import shelf
from tests.journeys.pipeline import pipeline, shared_cloud
from tests.shared import clockwork, cloud, team
from tests.workflows.desk import desk

__all__ = ["clockwork", "cloud", "desk", "pipeline", "shared_cloud", "shelf", "team"]


@pytest.fixture(scope="session")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    """A real clamd with the shipped signatures; not to be harmed."""
    with clamav.start(tmp_path_factory.mktemp("clamav")) as running:
        yield running
