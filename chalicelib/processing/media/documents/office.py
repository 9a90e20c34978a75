"""Word, Excel and PowerPoint since 2007 (ECMA-376): text, facts, thumbnail."""

import re
import zipfile

from chalicelib.processing.media.documents import archives, markup_text, text_files
from chalicelib.processing.media.documents.document import Document, Row
from chalicelib.processing.media.documents.markup_text import Attributes, Enough, Reader, Values

PREFIX = "application/vnd.openxmlformats-officedocument."
MOST_THUMBNAIL_BYTES = 8 * 1024**2
MOST_ROWS, MOST_COLUMNS = 40, 12
"""How much of a sheet a preview can show."""

_MOST_PARTS = 200
_MOST_STRINGS = 100_000
_SAID = {
    "dc:title": "Title",
    "dc:creator": "Author",
    "dc:subject": "Subject",
    "dc:description": "Description",
    "dc:language": "Language",
    "dc:identifier": "Identifier",
    "cp:keywords": "Keywords",
    "cp:category": "Category",
    "cp:contentStatus": "ContentStatus",
    "cp:lastModifiedBy": "LastModifiedBy",
    "cp:revision": "RevisionNumber",
    "cp:version": "Version",
    "dcterms:created": "CreateDate",
    "dcterms:modified": "ModifyDate",
    "cp:lastPrinted": "LastPrinted",
    "Application": "Application",
    "AppVersion": "AppVersion",
    "Company": "Company",
    "Manager": "Manager",
    "Template": "Template",
    "TotalTime": "TotalEditTime",
    "HyperlinkBase": "HyperlinkBase",
    "PresentationFormat": "PresentationFormat",
}
_COUNTS = {
    "Pages": "pages",
    "Slides": "slides",
    "Words": "words",
    "Characters": "characters",
    "Lines": "lines",
    "Paragraphs": "paragraphs",
    "Notes": "notes",
    "HiddenSlides": "hidden_slides",
}
_NUMBER = re.compile(r"(\d+)\.xml$")


class _Words(Reader):
    texts = frozenset({"w:t", "a:t", "t"})
    breaks = frozenset({"w:p", "w:br", "a:p", "a:br", "w:cr"})
    spaces = {"w:tab": "\t"}


class _Strings(Reader):
    """The strings that the sheets of a workbook share."""

    def __init__(self) -> None:
        super().__init__()
        self.strings: list[str] = []
        self._in_text = self._phonetic = False

    def started(self, name: str, attrs: Attributes) -> None:
        """Begin a string, or a part of one."""
        if name == "si":
            self.strings.append("")
            if len(self.strings) > _MOST_STRINGS:
                raise Enough
        self._phonetic |= name == "rPh"
        self._in_text = name == "t"

    def ended(self, name: str) -> None:
        """End a string, or a part of one."""
        self._phonetic &= name != "rPh"
        self._in_text = False

    def characters(self, content: str) -> None:
        """Add to the string."""
        if self._in_text and self.strings and not self._phonetic:
            self.add(content)
            self.strings[-1] += content


class _Cells(Reader):
    """The first rows of a sheet, and the strings that stand in it alone."""

    def __init__(self, strings: list[str]) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.own: list[str] = []
        self._strings, self._kind, self._value, self._taken = strings, "", "", False

    def started(self, name: str, attrs: Attributes) -> None:
        """Begin a row, a cell or its value."""
        if name == "row":
            if len(self.rows) >= MOST_ROWS:
                raise Enough
            self.rows.append([])
        elif name == "c":
            self._kind, self._value = attrs.get("t", ""), ""
        self._taken = name in ("v", "t")

    def ended(self, name: str) -> None:
        """End a cell."""
        self._taken = False
        if name == "c" and self.rows and len(self.rows[-1]) < MOST_COLUMNS:
            self.rows[-1].append(self._shown())
            if self._kind == "inlineStr":
                self.own.append(self._value)

    def characters(self, content: str) -> None:
        """Add to a cell's value."""
        if self._taken:
            self.add(content)
            self._value += content

    def _shown(self) -> str:
        if self._kind != "s":
            return self._value
        number = int(self._value) if self._value.isdigit() else -1
        return self._strings[number] if 0 <= number < len(self._strings) else ""


def read(path: str, content_type: str) -> Document:
    """Read a document as far as it goes.

    Raises:
        Unreadable: it is no archive, or its main part is missing or broken.
        TooLargeToDecode: it has too many parts.
    """
    with archives.opened(path) as archive:
        found = Document(said=_said(archive), counts=_counts(archive))
        kind = content_type.removeprefix(PREFIX).partition(".")[0]
        if kind == "spreadsheetml":
            _read_workbook(archive, found)
        elif kind == "presentationml":
            parts = ("slides/slide", "diagrams/data", "notesSlides/notesSlide", "comments/comment")
            found.text = _text_of(archive, _all(archive, "ppt/", parts))
            found.counts["slides"] = len(_numbered(archive, "ppt/slides/slide"))
        else:
            beside = ["word/footnotes.xml", "word/endnotes.xml", "word/comments.xml"]
            beside += _all(archive, "word/", ("header", "footer", "diagrams/data"))
            there = archives.names(archive)
            main = ["word/document.xml"]
            found.text = _text_of(archive, main + [name for name in beside if name in there])
        found.thumbnail = _thumbnail(archive)
        return found


def _text_of(archive: zipfile.ZipFile, parts: list[str]) -> str:
    """Return the text of parts, one after the other; a broken one ends where it breaks."""
    texts: list[str] = []
    for part in parts[:_MOST_PARTS]:
        words = _Words()
        with archives.stream(archive, part) as stream:
            markup_text.read(stream, words)
        texts.append(words.text.strip())
        if sum(map(len, texts)) > text_files.MAX_TEXT_BYTES:
            break
    return text_files.clipped("\n\n".join(text for text in texts if text))


def _read_workbook(archive: zipfile.ZipFile, found: Document) -> None:
    strings = _Strings()
    there = archives.names(archive)
    if "xl/sharedStrings.xml" in there:
        with archives.stream(archive, "xl/sharedStrings.xml") as stream:
            markup_text.read(stream, strings)
    sheets = _numbered(archive, "xl/worksheets/sheet")
    found.counts["sheets"] = len(sheets)
    for sheet in sheets[:3]:
        cells = _Cells(strings.strings)
        with archives.stream(archive, sheet) as stream:
            markup_text.read(stream, cells)
        found.rows = found.rows or [row for row in cells.rows if any(row)]
        strings.strings += cells.own
    drawn = _text_of(archive, _all(archive, "xl/", ("drawings/drawing", "comments")))
    texts = [*(text for text in strings.strings if text.strip()), drawn]
    found.text = text_files.clipped("\n".join(texts).strip())


def _all(archive: zipfile.ZipFile, folder: str, starts: tuple[str, ...]) -> list[str]:
    return [name for start in starts for name in _numbered(archive, folder + start)]


def _numbered(archive: zipfile.ZipFile, start: str) -> list[str]:
    """Return the parts whose names are a start and a number, in the numbers' order."""
    parts = [
        (int(match[1]), name)
        for name in archives.names(archive)
        if name.startswith(start)
        and (match := _NUMBER.fullmatch(name[len(start) :]))
        and len(match[1]) < 9
    ]
    return [name for _, name in sorted(parts)]


def _said(archive: zipfile.ZipFile) -> dict[str, str]:
    found = _values(archive, ("docProps/core.xml", "docProps/app.xml"), _SAID)
    return {
        name: " ".join(values[0].split()) for name, values in found.items() if values[0].strip()
    }


def _counts(archive: zipfile.ZipFile) -> dict[str, int]:
    found = _values(archive, ("docProps/app.xml",), _COUNTS)
    return {
        name: int(values[0])
        for name, values in found.items()
        if values[0].strip().isdigit() and len(values[0]) < 12
    }


def _values(
    archive: zipfile.ZipFile, parts: tuple[str, ...], wanted: dict[str, str]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in parts:
        if part in archive.NameToInfo:
            values = Values(lambda name: wanted.get(name, ""))
            with archives.stream(archive, part) as stream:
                markup_text.read(stream, values)
            found |= values.found
    return found


def _thumbnail(archive: zipfile.ZipFile) -> bytes:
    """Return the picture that a document carries of itself, where it is one that is decoded."""
    for name in ("docProps/thumbnail.jpeg", "docProps/thumbnail.jpg", "docProps/thumbnail.png"):
        data = archives.content(archive, name, MOST_THUMBNAIL_BYTES)
        if data:
            return data
    return b""
