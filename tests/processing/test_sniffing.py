"""Types are told from bytes, for every kind that is accepted and for what pretends to be one."""

import time
from pathlib import Path

import pytest

from chalicelib.assets import media_types
from chalicelib.processing.sniffing import HEAD_BYTES, sniff
from tests import media_files


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [
        (".jpg", "image/jpeg"),
        (".png", "image/png"),
        (".gif", "image/gif"),
        (".webp", "image/webp"),
        (".tif", "image/tiff"),
        (".bmp", "image/bmp"),
        (".avif", "image/avif"),
        (".ico", "image/vnd.microsoft.icon"),
    ],
)
def test_pictures(tmp_path: Path, suffix: str, expected: str) -> None:
    path = media_files.image_file(tmp_path / f"a{suffix}")
    assert sniff(Path(path).read_bytes()) == expected


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [
        (".mp4", "video/mp4"),
        (".mov", "video/quicktime"),
        (".webm", "video/webm"),
        (".mkv", "video/x-matroska"),
        (".avi", "video/x-msvideo"),
    ],
)
def test_videos(tmp_path: Path, suffix: str, expected: str) -> None:
    path = media_files.video(tmp_path / f"a{suffix}", 0.3)
    assert sniff(Path(path).read_bytes()[:4096]) == expected


@pytest.mark.parametrize(
    ("suffix", "options", "expected"),
    [
        (".mp3", ["-id3v2_version", "3", "-metadata", "title=Tone"], "audio/mpeg"),
        (".mp3", ["-write_id3v2", "0", "-write_xing", "0"], "audio/mpeg"),
        (".mp3", ["-write_id3v2", "0", "-ar", "22050"], "audio/mpeg"),
        (".mp3", ["-write_id3v2", "0", "-ar", "11025", "-ac", "1"], "audio/mpeg"),
        (".wav", [], "audio/wav"),
        (".ogg", [], "audio/ogg"),
        (".opus", [], "audio/ogg"),
        (".flac", [], "audio/flac"),
        (".m4a", [], "audio/mp4"),
    ],
)
def test_sounds(tmp_path: Path, suffix: str, options: list[str], expected: str) -> None:
    path = media_files.sound(tmp_path / f"a{suffix}", 0.5, *options)
    assert sniff(Path(path).read_bytes()) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "application/x-empty"),
        (b"plain words\n", "text/plain"),
        ("gr\u00fc\u00dfe".encode(), "text/plain"),
        ("gr\u00fc\u00dfe an alle".encode("latin-1"), "text/plain"),
        ("gr\u00fc\u00dfe".encode("utf-16"), "text/plain"),
        (b"\xef\xbb\xbfwords", "text/plain"),
        (b'{"a": 1}', "text/plain"),
        (b"a,b\n1,2\n" * 20, "text/plain"),
        (b"#!/bin/sh\necho hi\n", "text/plain"),
        (b"From: a@b.test\nSubject: hi\n\nhello\n", "text/plain"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\nfile:///etc/passwd\n", "application/vnd.apple.mpegurl"),
        (b"\xef\xbb\xbf#EXTM3U\n", "application/vnd.apple.mpegurl"),
        (b"<!DOCTYPE html><p>x", "text/html"),
        (b"\n\n <!-- a --> <html>", "text/html"),
        ("<script>alert(1)</script>".encode("utf-16"), "text/html"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        (b"<!-- a --><svg/>", "image/svg+xml"),
        (b"<?xml version='1.0'?><feed/>", "application/xml"),
        (b"{\\rtf1 hi}", "application/rtf"),
        (b"%PDF-1.7\n", "application/pdf"),
        (bytes(1000), "application/octet-stream"),
        (b"MZ" + bytes(200), "application/x-dosexec"),
    ],
)
def test_texts_markup_and_others(data: bytes, expected: str) -> None:
    assert sniff(data) == expected


def test_archives_and_documents_are_no_text() -> None:
    assert sniff(media_files.nested_zip("a.txt", b"hi")) == "application/zip"
    assert media_types.kind_of(sniff(media_files.docx(b"hi"))) == "document"


def test_a_name_says_nothing(tmp_path: Path) -> None:
    disguised = tmp_path / "holiday.jpg"
    disguised.write_bytes(b"<html><script>alert(1)</script></html>")
    assert sniff(disguised.read_bytes()) == "text/html"


@pytest.mark.parametrize(
    "piece", [b"<!---->", b"<!--", b"<?xml ?>", b" ", b"<a", b"ID3", b"\xff\xfb\x90"]
)
def test_hostile_beginnings_cost_no_time(piece: bytes) -> None:
    began = time.monotonic()
    sniff((piece * (HEAD_BYTES // len(piece) + 1))[:HEAD_BYTES])
    assert time.monotonic() - began < 2
