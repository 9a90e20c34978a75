"""WebP, read by its RIFF chunks; the decoder takes the file as it is, as Chromium's does."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from chalicelib.processing.media.pictures.formats import parts
from chalicelib.processing.media.pictures.formats.parts import (
    Colours,
    Notes,
    NotShown,
    Parts,
    Piece,
    Span,
)

_ANIMATED = 0x02


class Chunk(msgspec.Struct, frozen=True):
    """Where a chunk's body lies."""

    name: bytes
    body: Span


def take_apart(file: BinaryIO) -> Parts:
    """Read what a WebP says beside its picture.

    Raises:
        NotShown: what even a browser cannot show.
    """
    start = parts.read_at(file, 0, 12)
    if start[:4] != b"RIFF" or start[8:] != b"WEBP":
        raise NotShown
    size = parts.size_of(file)
    end = 8 + int.from_bytes(start[4:8], "little")
    if end > size + 1:
        raise NotShown
    end = min(end, size)
    notes, colours = Notes(), Colours()
    canvas: tuple[int, int] | None = None
    durations: list[int] = []
    frames: list[list[Piece]] = []
    moving = False
    for chunk in chunks(file):
        body = chunk.body
        if chunk.name == b"VP8X":
            data = parts.read_at(file, body.start, 10)
            if len(data) < 10:
                raise NotShown
            canvas = _number24(data, 4) + 1, _number24(data, 7) + 1
            moving = bool(data[0] & _ANIMATED)
        elif chunk.name == b"ANMF":
            data = parts.read_at(file, body.start, 16).ljust(16, b"\0")
            durations.append(_number24(data, 12))
            if len(frames) < parts.MOST_LATER_FRAMES:
                frames.append(_frame(data, body))
        elif chunk.name in (b"VP8 ", b"VP8L"):
            canvas = canvas or _coded_size(chunk.name, parts.read_at(file, body.start, 10))
        elif body.length <= parts.LONGEST_NOTE_BYTES:
            _take_note(chunk.name, parts.read_at(file, body.start, body.length), notes, colours)
    if canvas is None:
        raise NotShown
    return Parts(
        width=canvas[0],
        height=canvas[1],
        still=[Span(0, end)],
        frames=max(1, len(durations)) if moving else 1,
        duration_ms=sum(durations) if moving else 0,
        is_turned=False,
        notes=notes,
        colours=colours,
        damaged=end < size,
        later=frames[1:] if moving else [],
    )


def _frame(data: bytes, body: Span) -> list[Piece]:
    """Put one frame of an animation together as a picture of its own (RFC 9649, 2.7)."""
    extended = b"VP8X" + struct.pack("<I", 10) + b"\x10\0\0\0" + data[6:12]
    picture = Span(body.start + 16, max(0, body.length - 16))
    size = 4 + len(extended) + picture.length
    return [b"RIFF" + struct.pack("<I", size) + b"WEBP" + extended, picture]


def _take_note(name: bytes, data: bytes, notes: Notes, colours: Colours) -> None:
    if name == b"EXIF":
        notes.exif = notes.exif or data.removeprefix(b"Exif\0\0")
    elif name == b"XMP ":
        notes.xmp = notes.xmp or data
    elif name == b"ICCP":
        colours.icc = colours.icc or data


def chunks(file: BinaryIO) -> Iterator[Chunk]:
    """Walk the chunks of a file that says that it is WebP, as far as it is there."""
    length = int.from_bytes(parts.read_at(file, 4, 4), "little")
    at, end = 12, min(8 + length, parts.size_of(file))
    while at + 8 <= end:
        name, length = struct.unpack("<4sI", parts.read_at(file, at, 8))
        yield Chunk(name, Span(at + 8, min(length, end - at - 8)))
        at += 8 + length + (length & 1)


def _coded_size(name: bytes, data: bytes) -> tuple[int, int] | None:
    """Return the size that the bitstream itself says (RFC 6386, 9.1; RFC 9649, 3.4)."""
    if len(data) < 10:
        return None
    if name == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", data[6:10])
    return width & 0x3FFF, height & 0x3FFF


def _number24(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 3], "little")
