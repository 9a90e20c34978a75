"""GIF, taken apart by its blocks (GIF89a), the first frame for itself."""

import struct
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

_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_CONTROL, _APPLICATION = 0xF9, 0xFF
_XMP = b"XMP DataXMP"
_XMP_TRAILER = b"\1\xff\xfe\xfd"
_LONGEST_LOOK = 16
_PIECE = 1 << 18


class Frame(msgspec.Struct, frozen=True):
    """One image of a GIF: its place on the canvas, its control block, and its blocks.

    `flags` are those of its descriptor; `blocks` begin with its own colours, if it has any.
    """

    left: int
    top: int
    width: int
    height: int
    flags: int
    control: bytes
    blocks: Span
    duration_ms: int
    whole: bool


def take_apart(file: BinaryIO) -> Parts:
    """Take a GIF apart; frames are counted without decoding them.

    The canvas grows to hold the first frame, as in Chromium.

    Raises:
        NotShown: what even a browser cannot show.
    """
    header = parts.read_at(file, 0, 13)
    if header[:6] not in (b"GIF87a", b"GIF89a") or len(header) < 13:
        raise NotShown
    table = 3 * (2 << (header[10] & 7)) if header[10] & 0x80 else 0
    walk = _Walk(file, 13 + table)
    walk.go()
    if not walk.frames:
        raise NotShown
    first, frames = walk.frames[0], walk.frames
    if len(frames) > 1 and not frames[-1].whole:
        frames = frames[:-1]
    width, height = struct.unpack("<HH", header[6:10])
    colours = Span(13, table)
    return Parts(
        width=max(width, first.left + first.width),
        height=max(height, first.top + first.height),
        still=_still(header, colours, first),
        offset=(first.left, first.top),
        frames=len(frames),
        duration_ms=sum(frame.duration_ms for frame in frames) if len(frames) > 1 else 0,
        notes=Notes(xmp=walk.xmp),
        colours=Colours(),
        damaged=walk.damaged,
        later=[_still(header, colours, frame) for frame in frames[1 : parts.MOST_LATER_FRAMES]],
    )


def _still(header: bytes, colours: Span, frame: Frame) -> list[Piece]:
    """Put one frame together as a GIF that is as large as the frame."""
    size = struct.pack("<HH", frame.width, frame.height)
    descriptor = b",\0\0\0\0" + size + bytes([frame.flags])
    end = b";" if frame.whole else b"\0;"
    return [header[:6] + size + header[10:], colours, frame.control + descriptor, frame.blocks, end]


class _Walk:
    """The blocks of one file, read from its first to its trailer, or to where nothing makes sense.

    `damaged` says that it did not end with the trailer, and nothing but it.
    """

    def __init__(self, file: BinaryIO, start: int) -> None:
        self._file, self._at = file, start
        self._size = parts.size_of(file)
        self.frames: list[Frame] = []
        self.xmp = b""
        self.damaged = False

    def go(self) -> None:
        """Walk to the end."""
        control, duration = b"", 0
        while self._at < self._size:
            introducer, label = self._peek(2).ljust(2, b"\0")
            start = self._at
            if introducer == _TRAILER:
                self.damaged |= not parts.is_blank(self._file, self._at + 1)
                return
            if introducer == _EXTENSION:
                self._at += 2
                body, whole = self._blocks(_LONGEST_LOOK if label == _APPLICATION else 8)
                if label == _CONTROL:
                    if not self.frames and (len(body) != 4 or not whole):
                        raise NotShown
                    control = b"!\xf9\4" + body[:4].ljust(4, b"\0") + b"\0"
                    duration = int.from_bytes(body[1:3], "little") * 10
                elif label == _APPLICATION and body.startswith(_XMP):
                    self.xmp = _packet(self._file, start + 14, self._at)
                self.damaged |= not whole
            elif introducer == _IMAGE and self._frame(control, duration):
                control, duration = b"", 0
            else:
                break
        self.damaged = True

    def _frame(self, control: bytes, duration: int) -> bool:
        descriptor = self._peek(10)
        if len(descriptor) < 10:
            return False
        left, top, width, height, flags = struct.unpack("<HHHHB", descriptor[1:])
        table = 3 * (2 << (flags & 7)) if flags & 0x80 else 0
        start = self._at + 10
        self._at = start + table + 1
        if self._at > self._size or not (width and height):
            return False
        _, whole = self._blocks(0)
        self.damaged |= not whole
        blocks = Span(start, self._at - start)
        self.frames.append(Frame(left, top, width, height, flags, control, blocks, duration, whole))
        return True

    def _peek(self, length: int) -> bytes:
        return parts.read_at(self._file, self._at, length)

    def _blocks(self, keep: int) -> tuple[bytes, bool]:
        """Walk a row of sub-blocks; return their first bytes, and whether the row has its end."""
        kept = b""
        while self._at < self._size:
            piece, at = parts.read_at(self._file, self._at, _PIECE), 0
            if not piece:
                break
            while at < len(piece):
                length = piece[at]
                at += 1 + length
                if length == 0:
                    self._at += at
                    return kept, True
                if len(kept) < keep:
                    kept += parts.read_at(self._file, self._at + at - length, length)
            self._at += at
        self._at = self._size
        return kept, False


def _packet(file: BinaryIO, start: int, end: int) -> bytes:
    """Return an XMP packet, which stands in the blocks as it is, without their lengths.

    A row of falling numbers leads readers of blocks to its end (XMP, part 3, 1.1.2), and holds the
    sign that ends a packet, too.
    """
    data = parts.read_at(file, start, min(end - start, parts.LONGEST_NOTE_BYTES))
    packet = data.partition(_XMP_TRAILER)[0]
    return packet[: packet.rfind(b">") + 1]
