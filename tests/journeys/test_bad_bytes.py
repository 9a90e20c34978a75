"""Bytes that are not what was declared, or cannot be used, end failed with the reason."""

import hashlib
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import media_files
from tests.journeys.pipeline import Pipeline, assert_nothing_unscanned_is_readable


@pytest.fixture
def photo(tmp_path: Path) -> bytes:
    return Path(media_files.image_file(tmp_path / "photo.jpg")).read_bytes()


def ends_failed(
    pipeline: Pipeline, data: bytes, reason: str, *, kept: bool = False, **described: Any
) -> dict[str, Any]:
    """Process bytes that cannot be used; gives the asset after all checks."""
    reserved = pipeline.upload(data, **described)
    pipeline.cloud.run()
    shown = pipeline.asset(reserved)
    assert (shown["status"], shown["status_reason"]) == ("failed", reason)
    assert (shown["published_version"], shown["thumbnails"]) == (None, {})
    assert pipeline.usage() == (0, 1)
    job = pipeline.job(reserved)
    assert (job["status"], job["progress_percent"]) == ("failed", 100)
    errors = [task["error"] for task in job["tasks"] if task["error"]]
    assert {error["code"] for error in errors} == {reason}
    assert all(len(error["message"]) > 15 for error in errors)
    path = f"/assets/{shown['id']}/download/"
    assert pipeline.cloud.get(path, pipeline.who("admin")).code == "not_ready"
    assert pipeline.cloud.get(path, pipeline.who("viewer")).status == 404
    assert bool(pipeline.originals()) == kept
    assert [deed for _, deed in pipeline.deeds(reserved)][:2] == ["asset.created", "version.failed"]
    assert_nothing_unscanned_is_readable(pipeline)
    return shown


def test_more_bytes_than_declared(pipeline: Pipeline, photo: bytes) -> None:
    ends_failed(pipeline, photo, "size_mismatch", size_bytes=len(photo) - 1)


def test_fewer_bytes_than_declared(pipeline: Pipeline, photo: bytes) -> None:
    ends_failed(pipeline, photo, "size_mismatch", size_bytes=len(photo) + 1)


def test_another_checksum_than_declared(pipeline: Pipeline, photo: bytes) -> None:
    ends_failed(pipeline, photo, "checksum_mismatch", sha256=hashlib.sha256(b"").hexdigest())


def test_the_declared_checksum_may_be_in_capitals(pipeline: Pipeline, photo: bytes) -> None:
    shown = pipeline.process(photo, sha256=hashlib.sha256(photo).hexdigest().upper())
    assert shown["status"] == "approved"


def test_zero_bytes_declared_and_sent(pipeline: Pipeline) -> None:
    ends_failed(pipeline, b"", "unreadable")


def test_zero_bytes_where_more_were_declared(pipeline: Pipeline) -> None:
    ends_failed(pipeline, b"", "size_mismatch", size_bytes=5000)


@pytest.mark.parametrize(
    ("data", "name", "declared"),
    [
        (b"<!DOCTYPE html><html><script>alert(1)</script></html>", "cat.jpg", "image/jpeg"),
        (b"<html><body>not a text</body></html>", "notes.txt", "text/plain"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:9,\nfile:///etc/passwd\n", "film.mp4", "video/mp4"),
        (b"Just some words.\n", "photo.jpg", "image/jpeg"),
        (b"\x7fELF\x02\x01\x01" + bytes(200), "photo.jpg", "image/jpeg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "a.txt", "text/plain"),
    ],
    ids=["html-jpg", "html-txt", "playlist-mp4", "text-jpg", "program-jpg", "svg-txt"],
)
def test_another_type_than_declared(
    pipeline: Pipeline, data: bytes, name: str, declared: str
) -> None:
    ends_failed(pipeline, data, "type_mismatch", filename=name, content_type=declared)


def test_a_picture_declared_as_video(pipeline: Pipeline, photo: bytes) -> None:
    ends_failed(pipeline, photo, "type_mismatch", content_type="video/mp4")


def test_a_zip_declared_as_text(pipeline: Pipeline) -> None:
    data = media_files.nested_zip("a.txt", b"harmless")
    ends_failed(pipeline, data, "type_mismatch", content_type="text/plain")


@pytest.mark.parametrize("name", ["cut.jpg", "cut.png"])
def test_a_truncated_picture(pipeline: Pipeline, tmp_path: Path, name: str) -> None:
    data = Path(media_files.cut(media_files.image_file(tmp_path / name))).read_bytes()
    declared = "image/png" if name.endswith("png") else "image/jpeg"
    ends_failed(pipeline, data, "unreadable", kept=True, content_type=declared)


@pytest.mark.parametrize("name", ["cut.mov", "cut.mp4"])
def test_a_truncated_film(pipeline: Pipeline, tmp_path: Path, name: str) -> None:
    # Without +faststart the index comes last, so a broken copy has none at all.
    whole = media_files.video(tmp_path / name, 1.0, "-movflags", "0", size="160x120")
    data = Path(media_files.cut(whole)).read_bytes()
    ends_failed(pipeline, data, "unreadable", kept=True, content_type="video/mp4")


def test_a_picture_of_144_megapixels_in_18_kilobytes(pipeline: Pipeline, tmp_path: Path) -> None:
    data = Path(media_files.bomb_png(tmp_path / "bomb.png")).read_bytes()
    assert len(data) < 20_000
    ends_failed(pipeline, data, "too_large_to_decode", kept=True, content_type="image/png")


STRANGE_NAMES = {
    "a+b c%20d.jpg": "a+b c%20d.jpg",
    "100%.jpg": "100%.jpg",
    "🐙 tide 潮.jpg": "🐙 tide 潮.jpg",
    "../../etc/passwd": "passwd",
    "C:\\photos\\pier.jpg": "pier.jpg",
    'quo"te;filename=evil.exe': 'quo"te;filename=evil.exe',
    "Ame\u0301lie.jpg": "Am\u00e9lie.jpg",
    "a\r\nSet-Cookie: x.jpg": "aSet-Cookie: x.jpg",
    "a\0\x7f.jpg": "a.jpg",
}


def test_strange_file_names_are_kept_and_harm_nothing(pipeline: Pipeline, photo: bytes) -> None:
    uploads = {name: pipeline.upload(photo, filename=name) for name in STRANGE_NAMES}
    pipeline.cloud.run()
    for sent, reserved in uploads.items():
        shown = pipeline.asset(reserved)
        assert (shown["status"], shown["filename"]) == ("approved", STRANGE_NAMES[sent])
        path = f"/assets/{shown['id']}/download/"
        location = pipeline.cloud.get(path, pipeline.who("viewer")).headers["Location"]
        assert re.fullmatch(r"[!-~]+", location)
        (given,) = parse_qs(urlsplit(location).query)["response-content-disposition"]
        assert re.fullmatch(
            r"attachment; filename=\"[ !#-~]+\"; filename\*=UTF-8''[\w.~%-]+", given
        )
    assert set(pipeline.originals()) == {f"{pipeline.acme.id}/{shown['sha256']}"}
    assert_nothing_unscanned_is_readable(pipeline)


@pytest.mark.parametrize("name", ["..", "...", "/", "   ", "\0\r\n", "\u202e"])
def test_a_file_name_that_cannot_be_is_refused(pipeline: Pipeline, name: str) -> None:
    body = {"filename": name, "size_bytes": 10, "content_type": "image/jpeg"}
    answer = pipeline.cloud.post("/assets/upload/", pipeline.who("contributor"), body)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "filename")
    assert pipeline.usage() == (0, 0)
