"""Documents of Office, OpenDocument and others, made on the spot; each function writes one."""

import io
import struct
import zipfile
from pathlib import Path

from tests import media_files

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
POWERPOINT = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
OPEN_TEXT = "application/vnd.oasis.opendocument.text"
OPEN_SHEET = "application/vnd.oasis.opendocument.spreadsheet"
OPEN_SLIDES = "application/vnd.oasis.opendocument.presentation"

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_CORE = (
    '<cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t">'
    "<dc:title>Tide tables</dc:title><dc:creator>Zo\u00eb M\u00fcller</dc:creator>"
    "<cp:keywords>tide, harbour</cp:keywords>"
    "<dcterms:created>2026-05-01T10:00:00Z</dcterms:created></cp:coreProperties>"
)
_APP = (
    "<Properties><Pages>3</Pages><Words>41</Words>"
    "<Application>Reef Writer</Application></Properties>"
)
_ODF = 'xmlns:office="o" xmlns:text="t" xmlns:table="b" xmlns:draw="w" xmlns:meta="m" xmlns:dc="d"'
_META = (
    f"<office:document-meta {_ODF}><office:meta><dc:title>Tide tables</dc:title>"
    "<meta:initial-creator>Zo\u00eb M\u00fcller</meta:initial-creator>"
    "<meta:keyword>tide</meta:keyword><meta:keyword>harbour</meta:keyword>"
    '<meta:document-statistic meta:page-count="3"/>'
    "</office:meta></office:document-meta>"
)
_CELLS = (
    '<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
    '<row><c t="inlineStr"><is><t>Ebb</t></is></c><c><v>6.25</v></c></row>'
    "</sheetData></worksheet>"
)
_STRINGS = "<sst><si><t>Port</t></si><si><r><t>Low </t></r><r><t>tide</t></r></si></sst>"
_WORDS = (
    f"<w:document {_W}><w:body><w:p><w:r><w:t>Low tide</w:t><w:tab/><w:t>at six</w:t></w:r></w:p>"
    "<w:p><w:r><w:t>Zo\u00eb \u4f60\u597d</w:t></w:r></w:p></w:body></w:document>"
)
_TABLE = (
    "<table:table><table:table-row><table:table-cell><text:p>Port</text:p></table:table-cell>"
    "<table:table-cell><text:p>6.25</text:p></table:table-cell></table:table-row></table:table>"
)
_LINES = "<text:h>Low<text:s/>tide</text:h><text:p>Zo\u00eb \u4f60\u597d</text:p>"


def zipped(path: Path, members: dict[str, str | bytes]) -> str:
    """An archive; a member named `mimetype` is stored as it is."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            method = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, method)
    return str(path)


def office(path: Path, members: dict[str, str | bytes] | None = None) -> str:
    """A document of the newer Office by its suffix, with some members replaced or added."""
    mains: dict[str, dict[str, str | bytes]] = {
        ".docx": {"word/document.xml": _WORDS},
        ".xlsx": {
            "xl/workbook.xml": "<workbook/>",
            "xl/sharedStrings.xml": _STRINGS,
            "xl/worksheets/sheet1.xml": _CELLS,
        },
        ".pptx": {
            "ppt/presentation.xml": "<p/>",
            "ppt/slides/slide10.xml": f"<p {_A}><a:p><a:r><a:t>Last</a:t></a:r></a:p></p>",
            "ppt/slides/slide2.xml": f"<p {_A}><a:p><a:r><a:t>Second</a:t></a:r></a:p></p>",
            "ppt/slides/slide1.xml": f"<p {_A}><a:p><a:r><a:t>First</a:t></a:r></a:p></p>",
        },
    }
    common: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "docProps/core.xml": _CORE,
        "docProps/app.xml": _APP,
    }
    return zipped(path, common | mains[path.suffix] | (members or {}))


def opendocument(path: Path, members: dict[str, str | bytes] | None = None) -> str:
    """A document of OpenDocument by its suffix, with some members replaced or added."""
    content_type, body = {
        ".odt": (OPEN_TEXT, _LINES),
        ".ods": (OPEN_SHEET, _TABLE),
        ".odp": (OPEN_SLIDES, "<draw:page><text:p>First</text:p></draw:page><draw:page/>"),
    }[path.suffix]
    content = f"<office:document-content {_ODF}><office:body>{body}</office:body>"
    content += "</office:document-content>"
    made: dict[str, str | bytes] = {
        "mimetype": content_type,
        "content.xml": content,
        "meta.xml": _META,
        "META-INF/manifest.xml": "<manifest/>",
    }
    return zipped(path, made | (members or {}))


def thumbnail(kind: str = "PNG") -> bytes:
    """The four quarters as a document carries a picture of itself."""
    data = io.BytesIO()
    media_files.picture((256, 192)).save(data, kind)
    return data.getvalue()


def rich_text(path: Path, inside: str = r"Low tide\par Gr\'fc\'dfe \u20320?\u22909?") -> str:
    """An RTF with a title."""
    path.write_text(
        r"{\rtf1\ansi\ansicpg1252{\info{\title Tide tables}{\author Zo\'eb}"
        r"{\creatim\yr2026\mo5\dy1}{\nofpages3}}" + inside + "}"
    )
    return str(path)


def table(path: Path, delimiter: str = ",") -> str:
    """A CSV of three columns."""
    rows = [("Port", "Low tide", "Note"), ("Ebb", "6.25", "quay, north"), ("Zo\u00eb", "7", "")]
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in rows]
    path.write_text("\r\n".join(lines), "utf-8")
    return str(path)


_SECTOR, _FREE, _END, _FAT = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(path: Path, streams: dict[str, bytes]) -> str:
    """A compound file ([MS-CFB]); every stream is long enough to have sectors of its own."""
    padded = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    fat: list[int] = [_FAT, *([0] * ((len(padded) + 1 + 3) // 4))]
    directory_sectors = len(fat) - 1
    for number in range(1, directory_sectors + 1):
        fat[number] = number + 1 if number < directory_sectors else _END
    body, entries = b"", [_entry("Root Entry", 5, child=1 if padded else _FREE, start=_END)]
    names = sorted(padded, key=lambda name: (len(name), name.upper()))
    for number, name in enumerate(names, 1):
        data = padded[name]
        start, count = len(fat), -(-len(data) // _SECTOR)
        fat += [*range(start + 1, start + count), _END]
        body += data.ljust(count * _SECTOR, b"\0")
        right = number + 1 if number < len(names) else _FREE
        entries.append(_entry(name, 2, right=right, start=start, size=len(data)))
    assert len(fat) <= _SECTOR // 4
    directory = b"".join(entries).ljust(directory_sectors * _SECTOR, b"\0")
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        1,
        0,
        4096,
        _END,
        0,
        _END,
        0,
    )
    header += struct.pack("<I", 0) + struct.pack("<I", _FREE) * 108
    table_sector = struct.pack(f"<{len(fat)}I", *fat).ljust(_SECTOR, b"\xff")
    path.write_bytes(header + table_sector + directory + body)
    return str(path)


def _entry(
    name: str, kind: int, *, right: int = _FREE, child: int = _FREE, start: int, size: int = 0
) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return encoded.ljust(64, b"\0") + struct.pack(
        "<HBBIII16x4x16xIQ", len(encoded), kind, 1, _FREE, right, child, start, size
    )


def old_word(path: Path, text: str = "Low tide\rZo\u00eb \u4f60\u597d", flags: int = 0x0200) -> str:
    """A Word 97 file whose text is one piece in UTF-16; flag 0x0100 says that it is encrypted."""
    place = 1024
    head = bytearray(place) + text.encode("utf-16-le")
    struct.pack_into("<H8xH", head, 0, 0xA5EC, flags)
    pieces = struct.pack("<II", 0, len(text)) + struct.pack("<HIH", 0, place, 0)
    table_stream = b"\2" + struct.pack("<I", len(pieces)) + pieces
    struct.pack_into("<II", head, 0x01A2, 0, len(table_stream))
    return compound(path, {"WordDocument": bytes(head), "1Table": table_stream})


def old_powerpoint(path: Path) -> str:
    """A PowerPoint 97 file with texts in both encodings, deep in containers."""
    text = "Low tide \u4f60\u597d".encode("utf-16-le")
    atoms = _record(0, 0x0FA0, text) + _record(0, 0x0FA8, b"at six")
    for _ in range(30):
        atoms = _record(0xF, 0x0FF0, atoms)
    return compound(path, {"PowerPoint Document": atoms})


def _record(version: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<HHI", version, kind, len(data)) + data


def old_excel(path: Path, encrypted: bool = False) -> str:
    """An Excel 97 file whose strings go on in a second record, wide after narrow."""

    def biff(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    first = struct.pack("<II", 2, 2) + struct.pack("<HB", 8, 0) + b"Low "
    second = (
        b"\1"
        + "tide".encode("utf-16-le")
        + struct.pack("<HB", 2, 1)
        + "\u4f60\u597d".encode("utf-16-le")
    )
    stream = biff(0x809, struct.pack("<HH", 0x0600, 5))
    stream += biff(0x2F, b"\0\0") if encrypted else b""
    stream += biff(0x85, bytes(6) + bytes([5, 0]) + b"Ports")
    stream += biff(0xFC, first) + biff(0x3C, second) + biff(0x0A, b"")
    return compound(path, {"Workbook": stream})
