"""IPTC's datasets (IIM 4.2): what agencies and editors say of a picture."""

import struct
from collections.abc import Iterator
from typing import Any

from chalicelib.processing.media.embedded_metadata import encodings

NAMES = {
    4: "ObjectAttributeReference",
    5: "ObjectName",
    7: "EditStatus",
    10: "Urgency",
    12: "SubjectReference",
    15: "Category",
    20: "SupplementalCategories",
    25: "Keywords",
    26: "ContentLocationCode",
    27: "ContentLocationName",
    40: "SpecialInstructions",
    45: "ReferenceService",
    47: "ReferenceDate",
    50: "ReferenceNumber",
    55: "DateCreated",
    60: "TimeCreated",
    80: "Byline",
    85: "BylineTitle",
    90: "City",
    92: "Sublocation",
    95: "ProvinceState",
    100: "CountryCode",
    101: "Country",
    103: "TransmissionReference",
    105: "Headline",
    110: "Credit",
    115: "Source",
    116: "CopyrightNotice",
    118: "Contact",
    120: "Caption",
    122: "CaptionWriter",
}
"""The datasets of the application record that describe a picture."""

_REPEATABLE = {4, 12, 20, 25, 26, 27, 45, 47, 50, 80, 85, 118, 122}
"""They may stand there several times, and are lists."""

_LONGEST = 0x7FFF
"""A longer dataset needs a size of another form (IIM 4.2, 1.6)."""

_ENVELOPE, _APPLICATION = 1, 2
_CODED_CHARACTER_SET = 90
_CHARACTER_SETS = {
    b"\x1b%G": "utf-8",
    b"\x1b%/G": "utf-8",
    b"\x1b%/H": "utf-8",
    b"\x1b%/I": "utf-8",
    b"\x1b-A": "latin-1",
    b"\x1b.A": "latin-1",
    b"\x1b-B": "iso8859-2",
    b"\x1b-C": "iso8859-3",
    b"\x1b-D": "iso8859-4",
    b"\x1b-L": "iso8859-5",
    b"\x1b-G": "iso8859-6",
    b"\x1b-F": "iso8859-7",
    b"\x1b-H": "iso8859-8",
    b"\x1b-M": "iso8859-9",
    b"\x1b-T": "iso8859-11",
    b"\x1b-b": "iso8859-15",
}
"""The codes of 1:90 that name one set for all upper bytes (ISO 2022, ISO-IR)."""


def read(block: bytes) -> tuple[dict[str, Any], bool]:
    """Return the values by their names, and whether the block was whole.

    Text is UTF-8 where it is that, else what 1:90 says, else Windows' Latin, as it mostly was.
    """
    values: dict[str, Any] = {}
    encoding, at = "cp1252", 0
    for record, number, data, end in _datasets(block):
        at = end
        if (record, number) == (_ENVELOPE, _CODED_CHARACTER_SET):
            encoding = _CHARACTER_SETS.get(data, encoding)
        if record != _APPLICATION or number not in NAMES:
            continue
        text, name = encodings.note(data, encoding), f"iptc.{NAMES[number]}"
        if number in _REPEATABLE:
            values.setdefault(name, []).append(text)
        else:
            values.setdefault(name, text)
    return values, not block[at:].strip(b"\0")


def texts(block: bytes) -> list[tuple[int, bytes]]:
    """Return the datasets that describe a picture, by their numbers, in UTF-8."""
    found: list[tuple[int, bytes]] = []
    encoding = "cp1252"
    for record, number, data, _ in _datasets(block):
        if (record, number) == (_ENVELOPE, _CODED_CHARACTER_SET):
            encoding = _CHARACTER_SETS.get(data, encoding)
        if record == _APPLICATION and number in NAMES and "location" not in NAMES[number].lower():
            found.append((number, encodings.note(data, encoding).encode()[:_LONGEST]))
    return found


def _datasets(block: bytes) -> Iterator[tuple[int, int, bytes, int]]:
    """Walk the datasets: record, number, data, and where the next one begins.

    A size with its highest bit set is the length of the size that follows (IIM 4.2, 1.6).
    """
    at = 0
    while at + 5 <= len(block) and block[at] == 0x1C:
        record, number, size = struct.unpack_from(">BBH", block, at + 1)
        at += 5
        if size & 0x8000:
            length = size & 0x7FFF
            size = int.from_bytes(block[at : at + length], "big")
            at += length
        if at + size > len(block):
            return
        at += size
        yield record, number, block[at - size : at], at
