"""An upload of each kind goes through all functions as Lambda runs them.

`make nightly` uploads a file of each type that is accepted.
"""

import struct
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import media_files
from tests.journeys.test_kinds import KINDS, made
from tests.runtime.browsing import fetch, processed, sent, uploaded
from tests.runtime.nightly import NIGHTLY
from tests.runtime.region import Region

pytestmark = pytest.mark.timeout(600)

EDITOR = "editor@acme.test"
LARGE_BYTES = 101 * 1024**2
"""What scan_large_upload scans, and no function downloads to draw a frame of it."""


ONE_OF_A_LIBRARY = (
    "image/jpeg",
    "image/heic",
    "image/svg+xml",
    "video/mp4",
    "audio/mpeg",
    "application/pdf",
    "application/msword",
    "application/zip",
    "text/plain",
)
"""Types whose libraries differ; the whole suite tries these."""

TYPES = [*KINDS] if NIGHTLY else ONE_OF_A_LIBRARY


class Tried(NamedTuple):
    """What was uploaded, and the asset that became of it."""

    data: bytes
    asset: dict[str, Any]


@pytest.fixture(scope="module")
def tried(region: Region, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tried]:
    """A file of each type, all uploaded before the first is scanned."""
    files = {kind: made(tmp_path_factory.mktemp("file"), kind) for kind in TYPES}
    uploads = [
        sent(region, data, EDITOR, filename=KINDS[kind][0], content_type=kind)
        for kind, data in files.items()
    ]
    assets = processed(region, uploads, EDITOR)
    return {
        kind: Tried(data, asset) for (kind, data), asset in zip(files.items(), assets, strict=True)
    }


@pytest.mark.parametrize("content_type", TYPES)
def test_a_file_of_each_type_becomes_approved_with_facts_and_thumbnails(
    region: Region, tried: dict[str, Tried], content_type: str
) -> None:
    _, _, kind, facts = KINDS[content_type]
    data, shown = tried[content_type]
    assert (shown["status"], shown["status_reason"]) == ("approved", None)
    assert (shown["kind"], shown["scan"]["status"]) == (kind, "clean")
    assert facts.items() <= shown["technical"].items()
    assert set(shown["thumbnails"]) == {"small", "medium", "large"}
    thumbnail = fetch(shown["thumbnails"]["small"]["url"])
    assert thumbnail[:4] == b"RIFF"
    download = region.call("GET", f"/assets/{shown['id']}/download/", EDITOR)
    assert fetch(download.headers["Location"]) == data


def test_a_large_video_is_read_in_place_and_scanned_with_more_room(
    region: Region, tmp_path: Path
) -> None:
    data = Path(media_files.video(tmp_path / "a.mp4", 2.0)).read_bytes()
    data += struct.pack(">I4s", LARGE_BYTES, b"free") + bytes(LARGE_BYTES - 8)
    shown = uploaded(region, data, EDITOR, filename="a.mp4", content_type="video/mp4")
    assert (shown["status"], shown["status_reason"]) == ("approved", None)
    assert shown["technical"]["duration_seconds"] == pytest.approx(2, abs=0.2)
    assert set(shown["thumbnails"]) == {"small", "medium", "large"}
    assert region.containers["scan_large_upload"].calls


def test_what_the_scanner_finds_is_quarantined(region: Region) -> None:
    data = media_files.eicar()
    shown = uploaded(region, data, EDITOR, filename="a.txt", content_type="text/plain")
    assert (shown["status"], shown["scan"]["status"]) == ("quarantined", "infected")
