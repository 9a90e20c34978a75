"""What JPEG 2000, AVIF and HEIC keep in boxes beside the picture (ISO 14496-12, ISO 15444-1)."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from chalicelib.processing.media.pictures.formats import parts
from chalicelib.processing.media.pictures.formats.parts import Colours, Notes

_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_EXIF = b"JpgTiffExif->JP2"
_IPTC = bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38")
"""The identifiers of JPEG 2000's boxes with notes, as exiftool knows them."""

_MOST_BOXES = 256
_SEARCHED_BYTES = 1_048_576
_UNSAID = (2, 2)


def notes_of(file: BinaryIO) -> Notes:
    """Return the notes that a JPEG 2000 file has in its outermost boxes."""
    notes = Notes()
    for name, start, length in _boxes(file):
        if name != b"uuid" or length > parts.LONGEST_NOTE_BYTES:
            continue
        data = parts.read_at(file, start, length)
        kind, body = data[:16], data[16:]
        if kind == _XMP:
            notes.xmp = notes.xmp or body
        elif kind == _EXIF:
            notes.exif = notes.exif or body.removeprefix(b"Exif\0\0")
        elif kind == _IPTC:
            notes.iptc = notes.iptc or body
    return notes


def colours_of(file: BinaryIO) -> Colours:
    """Return what the colour boxes say: an ICC profile, or the numbers of ITU-T H.273.

    Pixels are taken as a decoder gives them, which is in RGB of the full range.
    """
    head = parts.read_at(file, 0, _SEARCHED_BYTES)
    colours = Colours()
    at = head.find(b"colr")
    while at >= 4 and not (colours.icc or colours.cicp):
        size = int.from_bytes(head[at - 4 : at], "big")
        body = head[at + 4 : at - 4 + size] if size >= 8 else b""
        if body[:4] in (b"prof", b"rICC"):
            colours.icc = body[4:]
        elif body[:1] == b"\2" and body[39:43] == b"acsp":
            colours.icc = body[3:]
        elif body[:4] == b"nclx" and len(body) >= 10:
            primaries, transfer = struct.unpack_from(">HH", body, 4)
            if (primaries, transfer) != _UNSAID:
                colours.cicp = (primaries, transfer, 0, 1)
        at = head.find(b"colr", at + 4)
    return colours


def duration_ms(file: BinaryIO) -> int:
    """Return how long an animation runs by the header of its first track; 0 where none says so."""
    head = parts.read_at(file, 0, _SEARCHED_BYTES)
    at = head.find(b"mdhd")
    form = ">16xIQ" if at >= 0 and head[at + 4 : at + 5] == b"\1" else ">8xII"
    if at < 0 or len(head) < at + 8 + struct.calcsize(form):
        return 0
    scale, duration = struct.unpack_from(form, head, at + 8)
    return round(duration * 1000 / scale) if scale and duration < 1 << 48 else 0


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Walk the outermost boxes: name, and where and how long the content is."""
    end, at = parts.size_of(file), 0
    for _ in range(_MOST_BOXES):
        header = parts.read_at(file, at, 16)
        if len(header) < 8:
            return
        size, name = struct.unpack_from(">I4s", header)
        before = 8
        if size == 1 and len(header) == 16:
            size, before = struct.unpack_from(">Q", header, 8)[0], 16
        if size == 0:
            size = end - at
        if size < before:
            return
        yield name, at + before, min(size, end - at) - before
        at += size
