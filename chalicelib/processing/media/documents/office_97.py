"""Word, Excel and PowerPoint until 2003: what they say, read from their streams ([MS-CFB])."""

import struct
from collections.abc import Iterator
from datetime import datetime

import olefile

from chalicelib.processing.media import optional
from chalicelib.processing.media.documents import office_97_strings, text_files
from chalicelib.processing.media.documents.document import Document
from chalicelib.processing.media.types import office_binary
from chalicelib.processing.problems import Unreadable

TYPES = frozenset(
    {"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"}
)
MOST_STREAM_BYTES = 64 * 1024**2
"""How much of a stream is read."""

_SAID = {
    "title": "Title",
    "author": "Author",
    "subject": "Subject",
    "keywords": "Keywords",
    "comments": "Description",
    "last_saved_by": "LastModifiedBy",
    "revision_number": "RevisionNumber",
    "creating_application": "Application",
    "company": "Company",
    "manager": "Manager",
    "category": "Category",
    "template": "Template",
    "create_time": "CreateDate",
    "last_saved_time": "ModifyDate",
    "last_printed": "LastPrinted",
}
_COUNTS = {
    "num_pages": "pages",
    "num_words": "words",
    "num_chars": "characters",
    "slides": "slides",
    "lines": "lines",
    "paragraphs": "paragraphs",
}
_ERRORS = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    struct.error,
)
"""What olefile raises on damaged files."""

_WORD_MAGIC, _WORD_ENCRYPTED, _WORD_SECOND_TABLE = 0xA5EC, 0x0100, 0x0200
_PIECES_AT = 0x01A2
_COMPRESSED = 1 << 30
_TEXT_CHARS, _TEXT_BYTES, _CRYPT_SESSION = 0x0FA0, 0x0FA8, 0x2F14
_CONTAINER = 0xF


class Protected(Exception):
    """The document opens with a password alone."""


def read(path: str) -> Document:
    """Read a document as far as it goes.

    Raises:
        Unreadable: it is no compound file, or none of these documents.
    """
    try:
        with olefile.OleFileIO(path) as file:
            if file.exists(office_binary.ENCRYPTED):
                return Document(encrypted=True)
            found = Document()
            nothing: tuple[dict[str, str], dict[str, int]] = {}, {}
            found.said, found.counts = optional.read(lambda: _properties(file), nothing)
            try:
                found.text = text_files.clipped(_text(file, found))
            except Protected:
                found.encrypted = True
            return found
    except _ERRORS as broken:
        raise Unreadable("The document is damaged or incomplete.") from broken


def _text(file: olefile.OleFileIO, found: Document) -> str:
    if file.exists("WordDocument"):
        return _word(file)
    if file.exists("PowerPoint Document"):
        return "\n".join(_slides(_stream(file, "PowerPoint Document")))
    for name in ("Workbook", "Book"):
        if file.exists(name):
            book = office_97_strings.read(_stream(file, name))
            if book.encrypted:
                raise Protected
            found.counts["sheets"] = len(book.sheets)
            return "\n".join([*book.sheets, *book.strings])
    raise Unreadable("The file is no document of Office.")


def _stream(file: olefile.OleFileIO, name: str) -> bytes:
    with file.openstream(name) as stream:
        data: bytes = stream.read(MOST_STREAM_BYTES)
    return data


def _properties(file: olefile.OleFileIO) -> tuple[dict[str, str], dict[str, int]]:
    properties = file.get_metadata()
    said = {
        name: text
        for key, name in _SAID.items()
        if (text := _plain(getattr(properties, key, None), getattr(properties, "codepage", None)))
    }
    counts = {
        name: number
        for key, name in _COUNTS.items()
        if isinstance(number := getattr(properties, key, None), int) and number > 0
    }
    return said, counts


def _plain(value: object, codepage: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value.year > 1601 else ""
    if not isinstance(value, bytes):
        return str(value) if isinstance(value, str | int) and value else ""
    encoding = "utf-8" if codepage == 65001 else f"cp{codepage or 1252}"
    try:
        text = value.decode(encoding, "replace")
    except LookupError:
        text = value.decode("cp1252", "replace")
    return text.split("\0", 1)[0].strip()


def _word(file: olefile.OleFileIO) -> str:
    """Put the pieces of a text together ([MS-DOC], 2.4.1)."""
    head = _stream(file, "WordDocument")
    magic, flags = struct.unpack_from("<H8xH", head)
    if magic != _WORD_MAGIC:
        raise Unreadable("The document is of a version of Word that is not read.")
    if flags & _WORD_ENCRYPTED:
        raise Protected
    table = _stream(file, "1Table" if flags & _WORD_SECOND_TABLE else "0Table")
    at, length = struct.unpack_from("<II", head, _PIECES_AT)
    pieces = _piece_table(table[at : at + length])
    count = len(pieces) // 12
    ends = struct.unpack_from(f"<{count + 1}I", pieces)
    texts, taken = [], 0
    for number in range(count):
        place = struct.unpack_from("<I", pieces, 4 * (count + 1) + 8 * number + 2)[0]
        letters = min(ends[number + 1] - ends[number], text_files.MAX_TEXT_BYTES)
        if place & _COMPRESSED:
            start = (place & ~_COMPRESSED) // 2
            texts.append(head[start : start + letters].decode("cp1252", "replace"))
        else:
            texts.append(head[place : place + 2 * letters].decode("utf-16-le", "replace"))
        taken += letters
        if taken > text_files.MAX_TEXT_BYTES:
            break
    return _without_fields("".join(texts))


def _piece_table(block: bytes) -> bytes:
    """Find the table of pieces behind what says how they look."""
    at = 0
    while block[at : at + 1] == b"\1":
        at += 3 + int.from_bytes(block[at + 1 : at + 3], "little")
    if block[at : at + 1] != b"\2":
        raise Unreadable("The document's text cannot be found.")
    return block[at + 5 : at + 5 + int.from_bytes(block[at + 1 : at + 5], "little")]


def _without_fields(text: str) -> str:
    """Take out the codes of fields, which show their results alone, and marks without a shape."""
    shown: list[str] = []
    codes: list[bool] = []
    for letter in text:
        if letter == "\x13":
            codes.append(True)
        elif letter == "\x14" and codes:
            codes[-1] = False
        elif letter == "\x15" and codes:
            codes.pop()
        elif not any(codes):
            shown.append({"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x07": "\t"}.get(letter, letter))
    return "".join(
        letter for letter in shown if letter in "\n\t" or (letter >= " " and letter != "\ufffd")
    )


def _slides(stream: bytes) -> Iterator[str]:
    """Give the texts of a presentation ([MS-PPT], 2.3.1)."""
    at = 0
    while at + 8 <= len(stream):
        version, kind, length = struct.unpack_from("<HHI", stream, at)
        at += 8
        if kind == _CRYPT_SESSION:
            raise Protected
        if version & _CONTAINER == _CONTAINER:
            continue  # What it contains follows.
        if kind == _TEXT_CHARS:
            yield stream[at : at + length].decode("utf-16-le", "replace").replace("\r", "\n")
        elif kind == _TEXT_BYTES:
            yield stream[at : at + length].decode("latin-1").replace("\r", "\n")
        at += length
