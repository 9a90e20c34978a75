"""Strings of a workbook go on from record to record, and end where the stream ends."""

import random
import struct

from chalicelib.processing.media.documents import office_97_strings


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def test_an_older_workbook_has_its_strings_in_its_cells() -> None:
    stream = record(0x809, struct.pack("<HH", 0x0500, 5))
    stream += record(0x85, bytes(6) + b"\5Ports") + record(0x204, bytes(6) + b"\4\0Ebb\xfc")
    book = office_97_strings.read(stream)
    assert (book.sheets, book.strings) == (["Ports"], ["Ebb\u00fc"])


def test_what_belongs_to_a_string_beside_its_letters_is_passed() -> None:
    rich = struct.pack("<HBH", 3, 8, 1) + b"Low" + bytes(4)
    phonetic = struct.pack("<HBI", 2, 5, 6) + "\u4f60\u597d".encode("utf-16-le") + bytes(6)
    shared = struct.pack("<II", 3, 3) + rich + phonetic + struct.pack("<HB", 4, 0) + b"tide"
    stream = record(0x809, struct.pack("<HH", 0x0600, 5)) + record(0xFC, shared)
    assert office_97_strings.read(stream).strings == ["Low", "\u4f60\u597d", "tide"]


def test_no_bytes_make_it_go_on_for_ever_or_raise() -> None:
    chance = random.Random(4)
    for _ in range(500):
        shared = struct.pack("<II", 9, 2**31) + chance.randbytes(chance.randrange(60))
        more = chance.randbytes(chance.randrange(40))
        office_97_strings.read(record(0xFC, shared) + record(0x3C, b"") + record(0x3C, more))
        office_97_strings.read(more)
