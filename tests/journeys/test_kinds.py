"""Every type that is accepted now comes out approved, described and with pictures."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from chalicelib.core.settings import DEFAULT_MIME_TYPES
from tests import media_files, office_files, picture_files
from tests.journeys.pipeline import Pipeline, assert_nothing_unscanned_is_readable

Make = Callable[[Path], str]


def _text(path: Path) -> str:
    path.write_text("Low tide at six.\nGrüße vom Steg, 你好\n", encoding="utf-8")
    return str(path)


def archive(path: Path) -> str:
    """An archive of one text."""
    return office_files.zipped(path, {"tides.txt": "Low tide at six."})


PICTURE = {"width": 64, "height": 48}
MOVIE = {"width": 160, "height": 120}
KINDS: dict[str, tuple[str, Make, str, dict[str, Any]]] = {
    "image/jpeg": ("a.jpg", media_files.image_file, "image", {"width": 640, "height": 480}),
    "image/png": ("a.png", media_files.image_file, "image", {"width": 640, "height": 480}),
    "image/gif": ("a.gif", media_files.animation, "image", PICTURE | {"frames": 4}),
    "image/webp": ("a.webp", media_files.animation, "image", PICTURE),
    "application/pdf": ("a.pdf", media_files.pdf, "document", {"pages": 1}),
    "video/mp4": ("a.mp4", media_files.video, "video", MOVIE | {"video_codec": "h264"}),
    "video/quicktime": ("a.mov", media_files.video, "video", MOVIE | {"audio_codec": "aac"}),
    "video/webm": ("a.webm", media_files.video, "video", MOVIE | {"video_codec": "vp8"}),
    "video/x-msvideo": ("a.avi", media_files.video, "video", MOVIE | {"video_codec": "mpeg4"}),
    "audio/mpeg": ("a.mp3", media_files.sound, "audio", {"audio_codec": "mp3"}),
    "audio/wav": ("a.wav", media_files.sound, "audio", {"channels": 1}),
    "audio/ogg": ("a.ogg", media_files.sound, "audio", {"channels": 1}),
    "text/plain": ("a.txt", _text, "document", {}),
    "image/avif": ("a.avif", media_files.animation, "image", PICTURE | {"frames": 4}),
    "image/heic": ("a.heic", picture_files.heic, "image", {"width": 640, "height": 480}),
    "image/tiff": ("a.tif", media_files.image_file, "image", {"width": 640, "pages": 1}),
    "image/svg+xml": ("a.svg", picture_files.drawing, "image", {"width": 640, "height": 480}),
    "image/bmp": ("a.bmp", media_files.image_file, "image", {"width": 640, "height": 480}),
    "image/vnd.microsoft.icon": ("a.ico", media_files.image_file, "image", {"width": 256}),
    "image/vnd.adobe.photoshop": ("a.psd", picture_files.photoshop, "image", {"width": 640}),
    "image/jp2": ("a.jp2", media_files.image_file, "image", {"width": 640, "height": 480}),
    "video/x-matroska": ("a.mkv", media_files.video, "video", MOVIE | {"video_codec": "h264"}),
    "video/x-ms-wmv": ("a.wmv", media_files.video, "video", MOVIE | {"video_codec": "wmv2"}),
    "video/x-flv": ("a.flv", media_files.video, "video", MOVIE | {"video_codec": "flv1"}),
    "audio/flac": ("a.flac", media_files.sound, "audio", {"audio_codec": "flac"}),
    "text/csv": ("a.csv", office_files.table, "document", {"columns": 3}),
    "application/rtf": ("a.rtf", office_files.rich_text, "document", {"pages": 3}),
    "application/msword": ("a.doc", office_files.old_word, "document", {"preview": "text"}),
    "application/vnd.ms-excel": ("a.xls", office_files.old_excel, "document", {"sheets": 1}),
    "application/vnd.ms-powerpoint": ("a.ppt", office_files.old_powerpoint, "document", {}),
    office_files.WORD: ("a.docx", office_files.office, "document", {"pages": 3}),
    office_files.EXCEL: ("a.xlsx", office_files.office, "document", {"sheets": 1}),
    office_files.POWERPOINT: ("a.pptx", office_files.office, "document", {"slides": 3}),
    office_files.OPEN_TEXT: ("a.odt", office_files.opendocument, "document", {"pages": 3}),
    office_files.OPEN_SHEET: ("a.ods", office_files.opendocument, "document", {"sheets": 1}),
    office_files.OPEN_SLIDES: ("a.odp", office_files.opendocument, "document", {"slides": 2}),
    "application/zip": ("a.zip", archive, "other", {"members": 1, "preview": "listing"}),
    "audio/mp4": ("a.m4a", media_files.sound, "audio", {"audio_codec": "aac"}),
}


def made(folder: Path, content_type: str) -> bytes:
    """Make the sample of a type, short and small."""
    name, make, _, _ = KINDS[content_type]
    if make is media_files.video:
        return Path(media_files.video(folder / name, 1.0, size="160x120")).read_bytes()
    return Path(make(folder / name)).read_bytes()


def test_every_type_accepted_now_is_tried_here() -> None:
    assert set(KINDS) == set(DEFAULT_MIME_TYPES)


@pytest.mark.parametrize("content_type", KINDS)
def test_a_type_becomes_approved_with_facts_and_thumbnails(
    pipeline: Pipeline, tmp_path: Path, content_type: str
) -> None:
    name, _, kind, facts = KINDS[content_type]
    data = made(tmp_path, content_type)
    shown = pipeline.process(data, filename=name, content_type=content_type)
    assert (shown["status"], shown["status_reason"]) == ("approved", None)
    assert (shown["kind"], shown["content_type"]) == (kind, content_type)
    assert facts.items() <= shown["technical"].items()
    if kind in {"video", "audio"}:
        assert shown["technical"]["duration_seconds"] == pytest.approx(1, abs=0.2)
    assert shown["published_version"] == 1
    for size, thumbnail in shown["thumbnails"].items():
        key = f"{pipeline.acme.id}/{shown['sha256']}/thumbnail-{size}.webp"
        picture = Image.open(io.BytesIO(pipeline.renditions()[key]))
        assert picture.size == (thumbnail["width"], thumbnail["height"])
    assert set(shown["thumbnails"]) == {"small", "medium", "large"}
    assert pipeline.usage() == (len(data), 1)
    assert_nothing_unscanned_is_readable(pipeline)


@pytest.mark.parametrize(
    ("declared", "sample"),
    [
        ("image/jpg", "image/jpeg"),
        ("audio/mp3", "audio/mpeg"),
        ("video/avi", "video/x-msvideo"),
        ("video/mov", "video/quicktime"),
        ("IMAGE/PNG; charset=binary", "image/png"),
    ],
)
def test_other_spellings_are_understood(
    pipeline: Pipeline, tmp_path: Path, declared: str, sample: str
) -> None:
    shown = pipeline.process(made(tmp_path, sample), content_type=declared)
    assert (shown["status"], shown["content_type"]) == ("approved", sample)


def test_the_type_of_the_bytes_wins_within_a_kind(pipeline: Pipeline, tmp_path: Path) -> None:
    shown = pipeline.process(made(tmp_path, "image/png"), content_type="image/jpeg")
    assert (shown["status"], shown["content_type"]) == ("approved", "image/png")


def test_a_video_container_with_sound_alone_is_audio(pipeline: Pipeline, tmp_path: Path) -> None:
    data = Path(media_files.sound(tmp_path / "a.mp4", 1.0, "-c:a", "aac")).read_bytes()
    shown = pipeline.process(data, content_type="video/mp4")
    assert (shown["status"], shown["kind"]) == ("approved", "audio")


def test_an_encrypted_pdf_is_approved_with_a_card(pipeline: Pipeline, tmp_path: Path) -> None:
    data = Path(media_files.encrypted_pdf(tmp_path / "a.pdf")).read_bytes()
    shown = pipeline.process(data, content_type="application/pdf", filename="a.pdf")
    assert (shown["status"], shown["technical"].get("encrypted")) == ("approved", True)
    assert set(shown["thumbnails"]) == {"small", "medium", "large"}


def test_a_damaged_pdf_is_kept_with_a_card(pipeline: Pipeline) -> None:
    shown = pipeline.process(b"%PDF-1.7\nnothing else", content_type="application/pdf")
    assert (shown["status"], shown["technical"]) == ("approved", {"damaged": True})
    assert_nothing_unscanned_is_readable(pipeline)
