"""The test virus, wherever it hides, ends quarantined and is readable by nobody."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import media_files
from tests.journeys.pipeline import Pipeline, assert_nothing_unscanned_is_readable

Hide = Callable[[Path], bytes]


def behind_a_photo(folder: Path) -> bytes:
    photo = Path(media_files.image_file(folder / "photo.jpg")).read_bytes()
    return photo + media_files.eicar()


HIDDEN: dict[str, tuple[Hide, str]] = {
    "plain": (lambda _: media_files.eicar(), "text/plain"),
    "zip": (lambda _: media_files.nested_zip("a.com", media_files.eicar()), "text/plain"),
    "nested": (lambda _: media_files.nested_zip("a.com", media_files.eicar(), 4), "text/plain"),
    "docx": (lambda _: media_files.docx(media_files.eicar()), "text/plain"),
    "photo": (behind_a_photo, "image/jpeg"),
}


@pytest.mark.parametrize("place", HIDDEN)
def test_the_test_virus_is_quarantined(pipeline: Pipeline, tmp_path: Path, place: str) -> None:
    hide, declared = HIDDEN[place]
    data = hide(tmp_path)
    reserved = pipeline.upload(data, content_type=declared, filename="invoice.txt")
    pipeline.cloud.run()
    shown = pipeline.asset(reserved)
    assert (shown["status"], shown["scan"]["status"]) == ("quarantined", "infected")
    assert "Eicar" in shown["scan"]["signature"]
    assert (shown["published_version"], shown["thumbnails"], shown["sha256"]) == (None, {}, None)
    path = f"/assets/{shown['id']}/download/"
    for role in ("contributor", "editor", "moderator", "admin"):
        for query in ("", "?version=1"):
            answer = pipeline.cloud.get(path + query, pipeline.who(role))
            assert (answer.status, answer.code) == (403, "quarantined")
    assert pipeline.cloud.get(path, pipeline.who("viewer")).status == 404
    job = pipeline.job(reserved)
    assert (job["status"], job["progress_percent"]) == ("completed", 100)
    assert [task["status"] for task in job["tasks"]] == ["completed"]
    assert pipeline.retry(reserved).status == 409
    assert (pipeline.originals(), pipeline.renditions()) == ({}, {})
    assert pipeline.usage() == (len(data), 1)
    assert ("reef", "version.quarantined") in pipeline.deeds(reserved)
    assert_nothing_unscanned_is_readable(pipeline)


def test_the_verdict_precedes_type_size_and_checksum(pipeline: Pipeline) -> None:
    described: dict[str, Any] = {"size_bytes": 9, "sha256": "0" * 64, "content_type": "video/mp4"}
    shown = pipeline.process(media_files.eicar(), **described)
    assert (shown["status"], shown["scan"]["status"]) == ("quarantined", "infected")


def test_what_the_scanner_cannot_look_through_is_not_clean(pipeline: Pipeline) -> None:
    # More levels than MaxRecursion: clamd itself would call this OK without AlertExceedsMax.
    data = media_files.nested_zip("a.com", media_files.eicar(), 25)
    reserved = pipeline.upload(data, content_type="text/plain")
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("failed", "unscannable", "unscannable")
    assert pipeline.usage() == (0, 1)
    assert pipeline.originals() == {}
    assert_nothing_unscanned_is_readable(pipeline)


def test_leaving_the_scan_out_takes_the_deployment_and_the_uploader(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    infected = media_files.eicar()
    shown = pipeline.process(infected, content_type="text/plain", virus_scan=False)
    assert shown["scan"]["status"] == "infected"
    pipeline.configure(virus_scan_enabled=False)
    shown = pipeline.process(infected + b"\n", content_type="text/plain", virus_scan=False)
    assert shown["scan"]["status"] == "infected"
    assert_nothing_unscanned_is_readable(pipeline)

    pipeline.configure(virus_scan_enabled=True, allow_unscanned=True)
    shown = pipeline.process(infected + b"\n\n", content_type="text/plain")
    assert shown["scan"]["status"] == "infected"
    skipped = pipeline.process(b"Trust me.", content_type="text/plain", virus_scan=False)
    assert (skipped["status"], skipped["scan"]["status"]) == ("approved", "skipped")
    assert skipped["scan"]["scanned_at"] is None
    assert_nothing_unscanned_is_readable(pipeline, also=(skipped["sha256"],))


def test_bytes_that_skipped_the_scan_are_closed_when_the_deployment_asks_for_scans_again(
    pipeline: Pipeline,
) -> None:
    pipeline.configure(allow_unscanned=True)
    skipped = pipeline.process(b"Trust me.", content_type="text/plain", virus_scan=False)
    path = f"/assets/{skipped['id']}/download/"
    assert pipeline.cloud.get(path, pipeline.who("viewer")).status == 302
    pipeline.configure(allow_unscanned=False)
    answer = pipeline.cloud.get(path, pipeline.who("viewer"))
    assert (answer.status, answer.code) == (409, "not_ready")
