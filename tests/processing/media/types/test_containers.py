"""Containers and pictures are told by their structure."""

import io
import struct
import zipfile

import pytest

from chalicelib.processing.media.types import containers


def box(name: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def ftyp(major: bytes, *others: bytes) -> bytes:
    return box(b"ftyp", major + bytes(4) + b"".join(others))


def archive(*members: str, stored: bytes = b"") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for name in members:
            made.writestr(name, stored)
    return data.getvalue()


@pytest.mark.parametrize(
    ("head", "content_type"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"RIFF\0\0\0\0AVI ", "video/x-msvideo"),
        (b"RF64\0\0\0\0WAVE", "audio/wav"),
        (b"OggS" + bytes(30) + b"OpusHead", "audio/ogg"),
        (b"OggS" + bytes(30) + b"\x80theora", "video/ogg"),
        (b"fLaC", "audio/flac"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
        (b"8BPS\0\2", "image/vnd.adobe.photoshop"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
        (b"\xff\x4f\xff\x51", "image/jp2"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-wmv"),
        (b"FLV\1", "video/x-flv"),
        (b"BM" + bytes(12) + b"\x28\0\0\0", "image/bmp"),
        (b"BM, a text", None),
        (
            struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 32, 99, 22),
            "image/vnd.microsoft.icon",
        ),
        (struct.pack("<HHHBBBBHHII", 0, 1, 9, 16, 16, 0, 0, 1, 32, 99, 22), None),
        (b"\0\0\1\0", None),
        (b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska", "video/x-matroska"),
        (b"RIFF\0\0\0\0none", None),
        (b"nothing of the kind", None),
    ],
)
def test_a_signature_tells_a_type(head: bytes, content_type: str | None) -> None:
    assert containers.sniff(head) == content_type


@pytest.mark.parametrize(
    ("head", "content_type"),
    [
        (ftyp(b"isom"), "video/mp4"),
        (ftyp(b"qt  "), "video/quicktime"),
        (ftyp(b"heic"), "image/heic"),
        (ftyp(b"mif1", b"avif"), "image/avif"),
        (ftyp(b"M4A "), "audio/mp4"),
        (ftyp(b"crx "), "image/x-canon-cr3"),
        (box(b"free", b"abcd") + ftyp(b"M4A "), "audio/mp4"),
        (box(b"moov", b"abcd"), "video/quicktime"),
        (box(b"none"), None),
    ],
)
def test_boxes_tell_a_type_by_their_brands(head: bytes, content_type: str | None) -> None:
    assert containers.sniff(head) == content_type


def test_office_s_files_are_told_from_other_archives() -> None:
    word = archive("[Content_Types].xml", "word/document.xml")
    assert str(containers.sniff(word)).endswith("wordprocessingml.document")
    sheets = archive("xl/workbook.xml", "[Content_Types].xml")
    assert str(containers.sniff(sheets)).endswith("spreadsheetml.sheet")
    opened = archive("mimetype", "content.xml", stored=b"application/epub+zip")
    assert containers.sniff(opened) == "application/epub+zip"
    assert containers.sniff(archive("a.txt")) == "application/zip"
    assert containers.sniff(archive("META-INF/MANIFEST.MF", "A.class")) is None


def test_a_pdf_begins_within_a_kilobyte_and_is_not_merely_spoken_of() -> None:
    assert containers.is_pdf(b"%PDF-1.7\n")
    assert containers.is_pdf(b"junk" * 200 + b"%PDF-1.4\n1 0 obj")
    assert not containers.is_pdf(b"A file that begins with %PDF-1.4 is one.")
    assert not containers.is_pdf(bytes(2000) + b"%PDF-1.7\n1 0 obj")
