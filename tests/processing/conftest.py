"""A real clamd for the tests of this slice, and short folders for unix sockets."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.processing.scanning.clamd import Clamd
from chalicelib.processing.scanning.scanner import Scanner
from local import clamav


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for a unix socket in it."""
    folder = Path(tempfile.mkdtemp(prefix="r-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    """A real clamd with the shipped signatures; not to be harmed."""
    with clamav.start(tmp_path_factory.mktemp("clamav")) as running:
        yield running


@pytest.fixture
def own_clamd(short_folder: Path) -> Iterator[Clamd]:
    """A real clamd for one test, which may kill it."""
    with clamav.start(short_folder) as running:
        yield running


@pytest.fixture
def scanner(clamd: Clamd) -> Scanner:
    """A scanner on the shared clamd."""
    return Scanner(clamd.socket, clamd.signatures)
