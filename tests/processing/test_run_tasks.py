"""Errors that nobody foresaw end a task at once; what the machine lacks has it tried again."""

import errno
import os
import signal
from pathlib import Path
from typing import Any, NoReturn

import pytest

from chalicelib.processing import run_tasks, tasks
from chalicelib.processing.media import metadata, thumbnails
from chalicelib.processing.media.metadata import Facts
from chalicelib.processing.media.pictures.encoding import Picture
from tests import media_files
from tests.journeys.pipeline import Pipeline

pytest_plugins = ["tests.journeys.pipeline"]

TEXT: dict[str, Any] = {"content_type": "text/plain", "filename": "a.txt"}


def raise_key_error(*_: Any) -> list[Picture]:
    raise KeyError("a table of the library's own")


def raise_unicode_error(*_: Any) -> Facts:
    raise UnicodeDecodeError("utf-16-le", b"\0\xd8", 0, 2, "illegal surrogate")


def find_the_disk_full(*_: Any) -> list[Picture]:
    raise OSError(errno.ENOSPC, "No space left on device")


def be_killed(*_: Any) -> list[Picture]:
    os.kill(os.getpid(), signal.SIGKILL)
    return unreachable()


def unreachable() -> NoReturn:
    raise AssertionError


@pytest.fixture
def photo(tmp_path: Path) -> bytes:
    return Path(media_files.image_file(tmp_path / "photo.jpg")).read_bytes()


def test_a_picture_whose_library_fails_is_failed_at_the_first_attempt_with_its_trace(
    pipeline: Pipeline,
    photo: bytes,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(thumbnails, "make_comparable", raise_key_error)
        reserved = pipeline.upload(photo)
        pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("failed", "processing_failed", "clean")
    task = pipeline.task(reserved, "thumbnail")
    assert (task["status"], task["attempts"]) == ("failed", 1)
    (told,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert "a table of the library's own" in told.__dict__["trace"]
    assert pipeline.retry(reserved).status == 202
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")


def test_a_picture_that_is_drawn_loses_no_more_than_its_facts(
    pipeline: Pipeline, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "read", raise_unicode_error)
    shown = pipeline.process(photo)
    assert (shown["status"], shown["technical"]) == ("approved", {"damaged": True})
    assert set(shown["thumbnails"]) == {"small", "medium", "large"}


def test_a_picture_that_is_only_decoded_loses_no_more_either(
    pipeline: Pipeline, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "read", raise_unicode_error)
    shown = pipeline.process(photo, generate_thumbnail=False)
    assert (shown["status"], shown["technical"]) == ("approved", {"damaged": True})
    assert shown["thumbnails"] == {}


def test_a_document_gets_its_card_instead(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "read", raise_unicode_error)
    monkeypatch.setattr(thumbnails, "make_comparable", raise_key_error)
    shown = pipeline.process(b"Low tide.", **TEXT)
    assert (shown["status"], shown["kind"]) == ("approved", "document")
    assert shown["technical"] == {"damaged": True}
    assert set(shown["thumbnails"]) == {"small", "medium", "large"}


@pytest.mark.parametrize("trouble", [find_the_disk_full, be_killed])
def test_the_machines_troubles_are_tried_again_within_seconds(
    pipeline: Pipeline, photo: bytes, monkeypatch: pytest.MonkeyPatch, trouble: Any
) -> None:
    with monkeypatch.context() as short:
        short.setattr(thumbnails, "make_comparable", trouble)
        reserved = pipeline.upload(photo)
        pipeline.cloud.run("route_upload", "scan_upload", "read_metadata")
        messages = pipeline.receive("make_thumbnails")
        assert len(pipeline.deliver("make_thumbnails", messages)) == 1
        assert pipeline.asset(reserved)["status"] == "processing"
    assert pipeline.deliver("make_thumbnails", messages) == set()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    assert pipeline.task(reserved, "thumbnail")["attempts"] == 2
    assert max(run_tasks.BACK_OFF_SECONDS) <= 60


def test_troubles_that_never_end_fail_the_upload_with_the_last_attempt(
    pipeline: Pipeline, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "make_comparable", find_the_disk_full)
    reserved = pipeline.upload(photo)
    pipeline.cloud.run("route_upload", "scan_upload", "read_metadata")
    messages = pipeline.receive("make_thumbnails")
    for _ in range(tasks.MAX_ATTEMPTS - 1):
        assert len(pipeline.deliver("make_thumbnails", messages)) == 1
    assert pipeline.deliver("make_thumbnails", messages) == set()
    assert pipeline.outcome(reserved) == ("failed", "processing_failed", "clean")
    assert pipeline.task(reserved, "thumbnail")["attempts"] == tasks.MAX_ATTEMPTS


BARE: dict[str, Any] = {"generate_thumbnail": False, "extract_metadata": False}


@pytest.mark.parametrize("switched_off", [BARE, {"generate_thumbnail": False}])
@pytest.mark.parametrize(
    ("suffix", "content_type"),
    [(".jpg", "image/jpeg"), (".mp4", "video/mp4"), (".webm", "video/webm"), (".wav", "audio/wav")],
)
def test_whatever_is_switched_off_what_cannot_be_decoded_fails(
    pipeline: Pipeline,
    tmp_path: Path,
    suffix: str,
    content_type: str,
    switched_off: dict[str, Any],
) -> None:
    whole = Path(broken_file(tmp_path / f"a{suffix}", suffix))
    options = {"content_type": content_type, "filename": whole.name} | switched_off
    reserved = pipeline.upload(whole.read_bytes(), **options)
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("failed", "unreadable", "clean")
    assert pipeline.usage() == (0, 1)
    errors = [task["error"] for task in pipeline.job(reserved)["tasks"] if task["error"]]
    assert {error["code"] for error in errors} == {"unreadable"}


def broken_file(path: Path, suffix: str) -> str:
    """A file that begins well, and has nothing behind its beginning that can be decoded."""
    if suffix == ".jpg":
        return media_files.cut(media_files.image_file(path), 0.5)
    if suffix == ".wav":
        return media_files.cut(media_files.silent_wav(path), 0.005)
    return media_files.cut(media_files.video(path, 3), 0.5)


def test_nothing_is_made_of_a_picture_for_which_nobody_asked(
    pipeline: Pipeline, photo: bytes
) -> None:
    reserved = pipeline.upload(photo, **BARE)
    pipeline.cloud.run("route_upload", "scan_upload")
    assert pipeline.asset(reserved)["status"] == "processing"
    pipeline.cloud.run()
    shown = pipeline.asset(reserved)
    assert (shown["status"], shown["thumbnails"], shown["technical"]) == ("approved", {}, {})
    assert pipeline.renditions() == {}
    assert [task["job_type"] for task in pipeline.job(reserved)["tasks"]] == ["virus_scan"]


def test_bytes_whose_decoding_failed_by_chance_are_decoded_again(
    pipeline: Pipeline, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(thumbnails, "decode", raise_unicode_error)
        reserved = pipeline.upload(photo, **BARE)
        pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("failed", "processing_failed", "clean")
    assert pipeline.task(reserved, "thumbnail")["error"]["code"] == "processing_failed"
    assert pipeline.retry(reserved).status == 202
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")


def test_thumbnails_and_decoding_that_wait_together_are_done_together(
    pipeline: Pipeline, photo: bytes
) -> None:
    first = pipeline.upload(photo, **BARE)
    pipeline.cloud.run("route_upload", "scan_upload")
    second = pipeline.upload(photo)
    pipeline.cloud.run()
    assert pipeline.outcome(first) == pipeline.outcome(second) == ("approved", None, "clean")
    assert set(pipeline.asset(second)["thumbnails"]) == {"small", "medium", "large"}
