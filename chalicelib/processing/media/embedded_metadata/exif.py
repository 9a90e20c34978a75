"""EXIF: a TIFF structure (TIFF 6.0, EXIF 3.0) read entry by entry, so that a bad one costs itself.

A browser turns a picture by what stands here, and by nothing else.
"""

import struct

import msgspec

from chalicelib.processing.media.embedded_metadata import encodings

ORIENTATION = 0x0112
_EXIF_IFD, _GPS_IFD, _INTEROP_IFD = 0x8769, 0x8825, 0xA005
_USER_COMMENT, _VERSION = 0x9286, 0x9000
_MOST_ENTRIES = 1_000
_MOST_NUMBERS = 64

_ASCII, _SHORT, _UNDEFINED, _UTF8 = 2, 3, 7, 129
_FORMATS = {
    1: "B",
    3: "H",
    4: "I",
    5: "II",
    6: "b",
    8: "h",
    9: "i",
    10: "ii",
    11: "f",
    12: "d",
    13: "I",
}
"""How `struct` reads the types of TIFF that are numbers; 5 and 10 are fractions."""

_SIZES = {kind: struct.calcsize(f"<{form}") for kind, form in _FORMATS.items()}
_SIZES |= {_ASCII: 1, _UNDEFINED: 1, _UTF8: 1}
_WINDOWS_TEXTS = range(0x9C9B, 0x9CA0)
"""XPTitle to XPSubject: Windows writes them in UTF-16, whatever the file's byte order."""


class Exif(msgspec.Struct):
    """The tags of a picture by their numbers: text, numbers, lists of numbers, or raw bytes.

    `position` holds those of the GPS directory. `broken` says that something could not be read.
    """

    tags: dict[int, object] = {}
    position: dict[int, object] = {}
    broken: bool = False

    @property
    def orientation(self) -> int:
        """How the picture lies, 1 to 8; 1 where nothing or nonsense is said."""
        value = self.tags.get(ORIENTATION)
        return value if isinstance(value, int) and 1 <= value <= 8 else 1


def read(block: bytes) -> Exif:
    """Read a block of EXIF, as far as it can be read."""
    exif = Exif()
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
    if order is None or len(block) < 8:
        exif.broken = bool(block)
        return exif
    reader = _Reader(block, order)
    reader.directory(reader.number("I", 4), exif.tags)
    for pointer in (_EXIF_IFD, _INTEROP_IFD):
        if isinstance(at := exif.tags.pop(pointer, None), int):
            reader.directory(at, exif.tags)
    if isinstance(at := exif.tags.pop(_GPS_IFD, None), int):
        reader.directory(at, exif.position)
    exif.broken = reader.broken
    comment = exif.tags.get(_USER_COMMENT)
    if isinstance(comment, bytes):
        version = exif.tags.get(_VERSION)
        third = isinstance(version, bytes) and version[:2] >= b"03"
        exif.tags[_USER_COMMENT] = encodings.user_comment(comment, order, third)
    return exif


class _Reader:
    def __init__(self, block: bytes, order: str) -> None:
        self._block, self._order = block, order
        self._seen: set[int] = set()
        self.broken = False

    def number(self, form: str, at: int) -> int:
        value: int = struct.unpack_from(self._order + form, self._block, at)[0]
        return value

    def directory(self, at: int, tags: dict[int, object]) -> None:
        """Add a directory's entries; what is there already stays."""
        if at in self._seen or not 8 <= at <= len(self._block) - 2:
            self.broken = True
            return
        self._seen.add(at)
        count = min(self.number("H", at), _MOST_ENTRIES)
        if at + 2 + 12 * count > len(self._block):
            self.broken, count = True, (len(self._block) - at - 2) // 12
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            tag = self.number("H", entry)
            value = self._value(tag, entry)
            if value is None:
                self.broken = True
            else:
                tags.setdefault(tag, value)

    def _value(self, tag: int, entry: int) -> object:
        """Return an entry's value; None when it lies outside, or is of no known type."""
        kind, count = self.number("H", entry + 2), self.number("I", entry + 4)
        size = _SIZES.get(kind, 0) * count
        at = entry + 8 if size <= 4 else self.number("I", entry + 8)
        if tag == ORIENTATION and (kind, count) != (_SHORT, 1):
            return None
        if kind not in _SIZES or at + size > len(self._block):
            return None
        data = self._block[at : at + size]
        if tag in _WINDOWS_TEXTS:
            return encodings.utf16(data, "<")
        if kind in (_ASCII, _UTF8):
            return data if tag == _USER_COMMENT else encodings.note(data)
        if kind == _UNDEFINED or (kind == 1 and count > 4):
            return data
        return self._numbers(kind, min(count, _MOST_NUMBERS), data)

    def _numbers(self, kind: int, count: int, data: bytes) -> object:
        form = _FORMATS[kind]
        parts = struct.unpack_from(self._order + form * count, data)
        if len(form) == 2:
            pairs = zip(parts[::2], parts[1::2], strict=True)
            parts = tuple(over / under if under else float("nan") for over, under in pairs)
        return parts[0] if len(parts) == 1 else list(parts)
