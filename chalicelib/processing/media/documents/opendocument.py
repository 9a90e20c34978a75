"""OpenDocument's texts, sheets and presentations (ODF 1.3): text, what they say, thumbnail."""

from chalicelib.processing.media.documents import archives, markup_text, text_files
from chalicelib.processing.media.documents.document import Document, Row
from chalicelib.processing.media.documents.markup_text import Attributes, Enough, Reader, Values
from chalicelib.processing.media.documents.office import (
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_THUMBNAIL_BYTES,
)

PREFIX = "application/vnd.oasis.opendocument."
_MANIFEST_BYTES = 1024**2
_SAID = {
    "dc:title": "Title",
    "dc:creator": "LastModifiedBy",
    "meta:initial-creator": "Author",
    "dc:subject": "Subject",
    "dc:description": "Description",
    "dc:language": "Language",
    "meta:keyword": "Keywords",
    "meta:creation-date": "CreateDate",
    "dc:date": "ModifyDate",
    "meta:generator": "Application",
    "meta:editing-cycles": "RevisionNumber",
    "meta:printed-by": "PrintedBy",
}
_COUNTS = {
    "meta:page-count": "pages",
    "meta:word-count": "words",
    "meta:character-count": "characters",
    "meta:paragraph-count": "paragraphs",
    "meta:table-count": "tables",
    "meta:image-count": "images",
}


class _Body(Reader):
    texts = frozenset({"text:p", "text:h"})
    breaks = frozenset({"text:p", "text:h", "text:line-break"})
    spaces = {"text:tab": "\t", "text:s": " "}

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.pages = self.tables = 0
        self._at = 0

    def started(self, name: str, attrs: Attributes) -> None:
        """Count pages and tables, and begin rows and cells."""
        self.pages += name == "draw:page"
        if name == "table:table":
            self.tables += 1
        elif name == "table:table-row" and self.tables == 1 and len(self.rows) < MOST_ROWS:
            self.rows.append([])
        elif name == "table:table-cell":
            self._at = len(self.pieces)

    def ended(self, name: str) -> None:
        """End a cell."""
        if name == "table:table-cell" and self.tables == 1 and self.rows:
            if len(self.rows[-1]) < MOST_COLUMNS:
                self.rows[-1].append("".join(self.pieces[self._at :]).strip())
        elif name == "office:body":
            raise Enough


def read(path: str, content_type: str) -> Document:
    """Read a document as far as it goes.

    Raises:
        Unreadable: it is no archive, or has no content.
        TooLargeToDecode: it has too many parts.
    """
    with archives.opened(path) as archive:
        manifest = archives.content(archive, "META-INF/manifest.xml", _MANIFEST_BYTES)
        if b"encryption-data" in manifest:
            return Document(encrypted=True)
        body, values = _Body(), Values(lambda name: _SAID.get(name) or _COUNTS.get(name, ""))
        with archives.stream(archive, "content.xml") as stream:
            markup_text.read(stream, body)
        if "meta.xml" in archive.NameToInfo:
            with archives.stream(archive, "meta.xml") as stream:
                markup_text.read(stream, values)
        counts = {
            name: int(found[0])
            for name, found in values.found.items()
            if name in _COUNTS.values() and found[0].isdigit() and len(found[0]) < 12
        }
        is_sheet = content_type == f"{PREFIX}spreadsheet"
        if is_sheet:
            counts["sheets"] = body.tables
        if content_type == f"{PREFIX}presentation":
            counts["slides"] = body.pages
        return Document(
            text=text_files.clipped(body.text),
            rows=[row for row in body.rows if any(row)] if is_sheet else [],
            said={
                name: "; ".join(" ".join(one.split()) for one in found if one.strip())
                for name, found in values.found.items()
                if name in _SAID.values() and any(one.strip() for one in found)
            },
            counts=counts,
            thumbnail=archives.content(archive, "Thumbnails/thumbnail.png", MOST_THUMBNAIL_BYTES),
        )
