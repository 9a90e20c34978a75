"""The strings of a workbook in Excel's older form, BIFF8 and BIFF5 ([MS-XLS], 2.5.293)."""

import struct
from collections.abc import Iterator

import msgspec

from chalicelib.processing.media.documents.text_files import MAX_TEXT_BYTES

_SHARED, _CONTINUE, _LABEL, _SHEET, _PASSWORD, _BEGIN = 0xFC, 0x3C, 0x204, 0x85, 0x2F, 0x809
_WIDE, _PHONETIC, _RICH = 1, 4, 8
_BIFF8 = 0x0600
_MOST_RECORDS = 2_000_000


class Book(msgspec.Struct):
    """The names of a workbook's sheets, and what stands in their cells."""

    sheets: list[str] = []
    strings: list[str] = []
    encrypted: bool = False


def read(stream: bytes) -> Book:
    """Read a workbook's stream as far as it goes."""
    book = Book()
    is_new = True
    shared: list[bytes] = []
    before = 0
    for kind, data in _records(stream):
        if kind == _BEGIN and len(data) >= 2:
            is_new = int.from_bytes(data[:2], "little") >= _BIFF8
        elif kind == _PASSWORD:
            book.encrypted = True
            return book
        elif kind == _SHEET and len(data) > 8:
            book.sheets.append(_name(data[6:], is_new))
        elif kind == _SHARED or (kind == _CONTINUE and before in (_SHARED, _CONTINUE) and shared):
            shared.append(data)
        elif kind == _LABEL and len(data) > 8 and not is_new:
            length = int.from_bytes(data[6:8], "little")
            book.strings.append(data[8 : 8 + length].decode("cp1252", "replace"))
        before = kind
    if shared:
        book.strings += _shared_strings(shared)
    return book


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(_MOST_RECORDS):
        if at + 4 > len(stream):
            return
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _name(data: bytes, is_new: bool) -> str:
    length = data[0]
    if not is_new:
        return data[1 : 1 + length].decode("cp1252", "replace")
    if data[1] & _WIDE:
        return data[2 : 2 + 2 * length].decode("utf-16-le", "replace")
    return data[2 : 2 + length].decode("latin-1")


def _shared_strings(blocks: list[bytes]) -> list[str]:
    reader = _Blocks(blocks)
    reader.take(4)
    count = int.from_bytes(reader.take(4), "little")
    found: list[str] = []
    size = 0
    while len(found) < count and not reader.is_over and size < MAX_TEXT_BYTES:
        length, flags = struct.unpack("<HB", reader.take(3).ljust(3, b"\0"))
        runs = int.from_bytes(reader.take(2), "little") if flags & _RICH else 0
        extra = int.from_bytes(reader.take(4), "little") if flags & _PHONETIC else 0
        found.append(reader.letters(length, bool(flags & _WIDE)))
        size += len(found[-1])
        reader.take(4 * runs + extra)
    return found


class _Blocks:
    """One record and those that continue it, read as one."""

    def __init__(self, blocks: list[bytes]) -> None:
        self._blocks, self._number, self._at = blocks, 0, 0

    @property
    def is_over(self) -> bool:
        return self._number >= len(self._blocks)

    def take(self, length: int) -> bytes:
        """Return the next bytes, fewer at the end."""
        taken = b""
        while length > 0 and not self.is_over:
            piece = self._blocks[self._number][self._at : self._at + length]
            taken += piece
            length -= len(piece)
            self._move(len(piece))
        return taken

    def letters(self, count: int, wide: bool) -> str:
        """Return letters; where they go on in the next block, a byte says again how wide."""
        text = ""
        while count > 0 and not self.is_over:
            width = 2 if wide else 1
            here = self._blocks[self._number][self._at : self._at + count * width]
            text += here.decode("utf-16-le" if wide else "latin-1", "replace")
            count -= max(1, len(here) // width)
            before = self._number
            self._move(len(here))
            if count > 0 and self._number != before:
                wide = bool(int.from_bytes(self.take(1), "little") & _WIDE)
        return text

    def _move(self, length: int) -> None:
        self._at += length
        while not self.is_over and self._at >= len(self._blocks[self._number]):
            self._number, self._at = self._number + 1, 0
