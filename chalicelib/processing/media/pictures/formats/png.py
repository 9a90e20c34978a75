"""PNG, taken apart as Chromium does: what is not needed for the picture never decides over it.

The rules are those of PNG (third edition), 13: ancillary chunks may be skipped, whatever is wrong
with them, while IHDR and PLTE have to be right and an unknown critical chunk ends the matter.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from chalicelib.processing.media.pictures.formats import parts, png_notes
from chalicelib.processing.media.pictures.formats.parts import (
    Colours,
    Notes,
    NotShown,
    Parts,
    Piece,
    Span,
)

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CRITICAL = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
_PIXELS = {b"IDAT", b"fdAT"}
_LONGEST_CHUNK = 0x7FFFFFFF
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples a pixel, by the type of colour."""

IEND = struct.pack(">I4sI", 0, b"IEND", zlib.crc32(b"IEND"))
_BLOCK = 1 << 20


class Chunk(msgspec.Struct, frozen=True):
    """Where a chunk's body lies; `whole` when all of it is there, and its checksum agrees.

    That of pixels is not looked at, which takes long and says nothing of whether they can be drawn.
    """

    name: bytes
    body: Span
    whole: bool

    @property
    def checked(self) -> Span:
        """What the checksum, which follows it, is made of."""
        return Span(self.body.start - 4, self.body.length + 4)


class Frame(msgspec.Struct):
    """One frame of an animation, as its fcTL says, and the stretches that hold its pixels."""

    width: int
    height: int
    left: int
    top: int
    duration_ms: int
    data: list[Span]


class _Found(msgspec.Struct):
    header: bytes = b""
    palette: bytes = b""
    transparency: bytes = b""
    data: list[Span] = []
    unchecked: list[Span] = []
    frames: list[Frame] = []
    announced: int = 0
    own_frame: bool = False
    damaged: bool = False
    ended: bool = False
    is_turned: bool = False


def take_apart(file: BinaryIO) -> Parts:
    """Take a PNG apart, animated or not.

    Raises:
        NotShown: what even a browser cannot show.
    """
    if parts.read_at(file, 0, 8) != _SIGNATURE:
        raise NotShown
    found, notes, colours = _Found(), Notes(), Colours()
    for chunk in _chunks(file):
        _take(file, chunk, found, notes, colours)
        if found.ended:
            found.damaged |= not (chunk.whole and parts.is_blank(file, chunk.body.start + 4))
            break
    if not found.header or not (found.data or found.frames):
        raise NotShown
    if found.header[9] == 3 and not found.palette:
        raise NotShown
    if found.announced and not found.frames:
        raise NotShown
    found.damaged |= not found.ended
    return _put_together(found, notes, colours)


def _take(file: BinaryIO, chunk: Chunk, found: _Found, notes: Notes, colours: Colours) -> None:
    """Put one chunk where it belongs."""
    name = chunk.name
    if not found.header and name != b"IHDR":
        raise NotShown
    if name == b"IDAT":
        found.damaged |= not chunk.whole or (bool(found.data) and _apart(found.data[-1], chunk))
        found.data.append(chunk.body)
        found.unchecked.append(chunk.checked)
        return
    if name == b"fdAT":
        found.damaged |= not chunk.whole
        found.unchecked.append(chunk.checked)
        if found.frames and chunk.body.length > 4:
            found.frames[-1].data.append(Span(chunk.body.start + 4, chunk.body.length - 4))
        return
    if name in _CRITICAL:
        _take_critical(file, chunk, found)
        return
    if not name[0] & 0x20:
        if not found.data:
            raise NotShown
        found.damaged = found.ended = True
        return
    if not chunk.whole:
        if name == b"fcTL" and not found.data and not found.frames:
            raise NotShown
        found.damaged = True
        return
    body = parts.read_at(file, chunk.body.start, min(chunk.body.length, parts.LONGEST_NOTE_BYTES))
    found.is_turned |= name == b"eXIf" and not found.data
    if name == b"tRNS":
        if found.data or not _transparency_fits(body, found):
            found.damaged = True
        else:
            found.transparency = body
    elif name == b"acTL":
        found.announced = struct.unpack(">I", body[:4])[0] if len(body) == 8 else 0
        found.damaged |= found.announced == 0
    elif name == b"fcTL":
        _take_frame(body, found)
    elif not png_notes.take(name, body, notes, colours, before_data=not found.data):
        found.damaged = True


def _take_critical(file: BinaryIO, chunk: Chunk, found: _Found) -> None:
    name, body = chunk.name, parts.read_at(file, chunk.body.start, min(chunk.body.length, 4096))
    if name == b"IEND":
        found.ended = True
    elif name == b"IHDR":
        if found.header or not chunk.whole or len(body) != 13:
            raise NotShown
        width, height, depth, colour = struct.unpack(">IIBB", body[:10])
        if not (width and height and colour in CHANNELS and depth in (1, 2, 4, 8, 16)):
            raise NotShown
        found.header = body
    elif name == b"PLTE":
        indexed = found.header[9] == 3
        if indexed and (not chunk.whole or not 3 <= len(body) <= 768):
            raise NotShown
        if chunk.body.length > 768:
            raise NotShown
        found.damaged |= len(body) % 3 != 0 or not chunk.whole
        found.palette = body[: len(body) // 3 * 3]


def _take_frame(body: bytes, found: _Found) -> None:
    """Note a frame of an animation, if it makes sense; its pixels follow."""
    if len(body) != 26 or not found.announced:
        found.damaged = True
        return
    width, height, left, top, numerator, denominator = struct.unpack(">IIIIHH", body[4:24])
    canvas = struct.unpack(">II", found.header[:8])
    if not (0 < width <= canvas[0] - left and 0 < height <= canvas[1] - top):
        if not found.frames:
            raise NotShown
        found.damaged = True
        return
    if not found.data and not found.frames:
        found.own_frame = True
    milliseconds = round(numerator * 1000 / (denominator or 100))
    found.frames.append(Frame(width, height, left, top, milliseconds, []))


def _put_together(found: _Found, notes: Notes, colours: Colours) -> Parts:
    width, height = struct.unpack(">II", found.header[:8])
    frames = [frame for frame in found.frames if frame.data]
    if found.own_frame:
        own = found.frames[0]
        later = found.frames[1:]
        first = Frame(own.width, own.height, own.left, own.top, own.duration_ms, found.data)
        frames = [first, *(frame for frame in later if frame.data)]
    elif not frames:
        frames = [Frame(width, height, 0, 0, 0, found.data)]
    first = frames[0]
    if not first.data:
        raise NotShown
    moving = found.announced > 1 and len(frames) > 1
    damaged = found.damaged or (found.announced > 1 and len(frames) < found.announced)
    return Parts(
        width=width,
        height=height,
        still=_still(found, first),
        offset=(first.left, first.top),
        frames=len(frames) if moving else 1,
        duration_ms=sum(frame.duration_ms for frame in frames) if moving else 0,
        is_turned=found.is_turned,
        notes=notes,
        colours=colours,
        damaged=damaged,
        unchecked=found.unchecked,
        later=[_still(found, frame) for frame in frames[1 : parts.MOST_LATER_FRAMES]],
    )


def _still(found: _Found, frame: Frame) -> list[Piece]:
    header = struct.pack(">II", frame.width, frame.height) + found.header[8:]
    pieces: list[Piece] = [_SIGNATURE, _chunk(b"IHDR", header)]
    palette, transparency = found.palette, found.transparency
    if found.header[9] == 3:
        # An index beyond the palette is drawn in its last colour.
        missing = (1 << found.header[8]) - len(palette) // 3
        if len(transparency) == len(palette) // 3:
            transparency += transparency[-1:] * missing
        pieces.append(_chunk(b"PLTE", palette + palette[-3:] * missing))
    if transparency:
        pieces.append(_chunk(b"tRNS", transparency))
    length = sum(span.length for span in frame.data)
    if length > _LONGEST_CHUNK:
        raise NotShown
    return [*pieces, struct.pack(">I4s", length, b"IDAT"), *frame.data, bytes(4), IEND]


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _transparency_fits(body: bytes, found: _Found) -> bool:
    colour = found.header[9]
    if colour == 3:
        return 0 < len(body) <= len(found.palette) // 3
    return len(body) == {0: 2, 2: 6}.get(colour, -1)


def _apart(before: Span, chunk: Chunk) -> bool:
    """Return whether something lies between two IDATs, which should follow each other."""
    return before.start + before.length + 12 != chunk.body.start


def _chunks(file: BinaryIO) -> Iterator[Chunk]:
    """Walk the chunks; the last one may be cut short."""
    size, at = parts.size_of(file), 8
    while at + 8 <= size:
        length, name = struct.unpack(">I4s", parts.read_at(file, at, 8))
        if length > _LONGEST_CHUNK:
            return
        body = Span(at + 8, min(length, size - at - 8))
        whole = at + 12 + length <= size
        if name not in _PIXELS:
            whole = whole and has_right_checksum(file, Span(at + 4, length + 4))
        yield Chunk(name, body, whole)
        at += 12 + length


def has_right_checksum(file: BinaryIO, checked: Span) -> bool:
    """Return whether the CRC behind a stretch of a file is that of the stretch."""
    checksum, end = 0, checked.start + checked.length
    for start in range(checked.start, end, _BLOCK):
        checksum = zlib.crc32(parts.read_at(file, start, min(_BLOCK, end - start)), checksum)
    return parts.read_at(file, end, 4) == struct.pack(">I", checksum)
