"""What a picture's file holds, and a file put together from pieces of another."""

import io
import mmap
from bisect import bisect_right
from typing import Any, BinaryIO

import msgspec

LONGEST_NOTE_BYTES = 8 * 1024**2
"""A longer profile, packet or text, unpacked, is left out; the picture is shown without it."""


MOST_LATER_FRAMES = 1_000
"""More of an animation's frames are counted, but not looked at."""


MAX_PIXELS = 50_000_000
"""One frame of a picture; about 200 MB in memory, 600 MB at the worst moment."""


class NotShown(Exception):
    """A picture's structure is broken in a way that no browser forgives."""


class Notes(msgspec.Struct):
    """What people and programs wrote beside the picture, as raw blocks; empty where there is none.

    `exif` is a TIFF structure, `iptc` the datasets of IPTC's IIM, `xmp` a packet. `broken` says
    that one of them, or the text around it, is not what it claims to be.
    """

    exif: bytes = b""
    iptc: bytes = b""
    xmp: bytes = b""
    broken: bool = False


class Colours(msgspec.Struct):
    """How a file says that its colours are meant: by a profile, or by PNG's own chunks.

    `cicp` holds colour primaries, transfer function and matrix as numbered in ITU-T H.273, and 1
    for the full range; `chromaticities` x and y of white, red, green and blue.
    """

    icc: bytes = b""
    cicp: tuple[int, int, int, int] | None = None
    is_srgb: bool = False
    gamma: float | None = None
    chromaticities: tuple[float, ...] | None = None


class Span(msgspec.Struct, frozen=True):
    """A stretch of the original file."""

    start: int
    length: int


Piece = bytes | Span


class Parts(msgspec.Struct, kw_only=True):
    """A picture's file taken apart.

    `still` is put together to a file of the first frame alone, with nothing in it but what a
    decoder needs. The frame's upper left corner lies at `offset` of a canvas of `width` times
    `height`. `later` has a file like that for each of the frames that follow, as far as anybody
    will look. `is_turned` says that browsers turn such a picture by its EXIF; `is_paged`, that its
    frames are pages; `damaged`, that something is broken beside the picture data. `unchecked` are
    stretches that a CRC follows, which may be wrong: whoever wants to know reads them again.
    """

    width: int
    height: int
    still: list[Piece]
    offset: tuple[int, int] = (0, 0)
    frames: int = 1
    duration_ms: int = 0
    is_turned: bool = True
    is_paged: bool = False
    notes: Notes
    colours: Colours
    damaged: bool = False
    unchecked: list[Span] = []
    later: list[list[Piece]] = []

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the canvas."""
        return self.width, self.height


def size_of(file: BinaryIO) -> int:
    """Return how many bytes a file has."""
    return file.seek(0, io.SEEK_END)


def read_at(file: BinaryIO, start: int, length: int) -> bytes:
    """Return bytes of a file, fewer where it ends."""
    file.seek(start)
    return file.read(length)


def mapped(file: BinaryIO) -> Any:
    """Return a file's bytes, read from the disk where they are looked at: as an `mmap`, if it can.

    What stands in a note of a TIFF may lie anywhere between its pixels.
    """
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return read_at(file, 0, size_of(file))


def is_blank(file: BinaryIO, start: int) -> bool:
    """Return whether a file has nothing but zeros, or nothing at all, from here on."""
    return not read_at(file, start, LONGEST_NOTE_BYTES).strip(b"\0")


class Assembled(io.RawIOBase):
    """A file that reads as pieces of another, put together; nothing is copied before it is read."""

    def __init__(self, file: BinaryIO, pieces: list[Piece]) -> None:
        self._file = file
        self._pieces = pieces
        self._starts: list[int] = []
        self.length = 0
        for piece in pieces:
            self._starts.append(self.length)
            self.length += len(piece) if isinstance(piece, bytes) else piece.length
        self._at = 0

    def readable(self) -> bool:
        """Return True: it is for reading alone."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position in the assembled file."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position of the assembled file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes, fewer only at the end."""
        wanted = self.length - self._at if size is None or size < 0 else size
        taken: list[bytes] = []
        number = max(0, bisect_right(self._starts, self._at) - 1)
        while wanted > 0 and number < len(self._pieces):
            piece = self._pieces[number]
            skip = self._at - self._starts[number]
            length = len(piece) if isinstance(piece, bytes) else piece.length
            number += 1
            if skip >= length:
                continue
            many = min(wanted, length - skip)
            if isinstance(piece, bytes):
                part = piece[skip : skip + many]
            else:
                part = read_at(self._file, piece.start + skip, many)
            taken.append(part)
            self._at += len(part)
            wanted -= len(part)
            if len(part) < many:
                break
        return b"".join(taken)
