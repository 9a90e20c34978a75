"""One cloud a file, with a real clamd."""

from collections.abc import Iterator

import pytest

from chalicelib.processing.scanning.clamd import Clamd
from local import clamav
from tests.cloud import Cloud
from tests.journeys.pipeline import pipeline, shared_cloud
from tests.notifications.post import hall, post
from tests.shared import team
from tests.workflows.desk import desk

__all__ = ["desk", "hall", "pipeline", "post", "shared_cloud", "team"]


@pytest.fixture(scope="module")
def cloud(shared_cloud: Cloud) -> Cloud:
    """The cloud in which the file's other tests run, too."""
    return shared_cloud


@pytest.fixture(scope="session")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    """A real clamd with the shipped signatures; not to be harmed."""
    with clamav.start(tmp_path_factory.mktemp("clamav")) as running:
        yield running
