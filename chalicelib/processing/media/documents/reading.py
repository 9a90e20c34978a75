"""Which reader reads a type of document, and what of it is shown as its picture."""

import io
from collections.abc import Callable
from typing import Literal

from PIL import Image

from chalicelib.processing.media import optional
from chalicelib.processing.media.documents import (
    archives,
    office,
    office_97,
    opendocument,
    rich_text,
    sheets,
    tables,
)
from chalicelib.processing.media.documents.document import Document
from chalicelib.processing.media.pictures import images

Preview = Literal["embedded", "text", "listing", "card"]
"""What a document's thumbnails show: the picture that it carries, a page of its text (a text
preview), the list of what is in it, or the card of its type."""

_BY_TYPE: dict[str, Callable[[str], Document]] = {
    "application/zip": archives.listing,
    "application/rtf": rich_text.read,
    "text/csv": tables.read,
    **dict.fromkeys(office_97.TYPES, office_97.read),
}


def reads(content_type: str) -> bool:
    """Return whether documents of a type are read here."""
    return content_type in _BY_TYPE or content_type.startswith((office.PREFIX, opendocument.PREFIX))


def read(path: str, content_type: str) -> Document:
    """Read a document.

    Raises:
        Unreadable: it is damaged.
        TooLargeToDecode: it has too many parts.
    """
    if content_type.startswith(office.PREFIX):
        if _is_binary(path):
            return office_97.read(path)  # behind a password it lies in a compound file
        return office.read(path, content_type)
    if content_type.startswith(opendocument.PREFIX):
        return opendocument.read(path, content_type)
    return _BY_TYPE[content_type](path)


def picture(
    document: Document, content_type: str, box: tuple[int, int]
) -> tuple[Image.Image | None, Preview]:
    """Draw a document; return None for what shows nothing but its type, and what is shown."""
    if document.thumbnail:
        shown = optional.read(lambda: _embedded(document.thumbnail, box), None)
        if shown is not None:
            return shown, "embedded"
    if document.rows:
        drawn = tables.drawn(document.rows, box)
        if drawn is not None:
            return drawn, "listing" if content_type == "application/zip" else "text"
    drawn = sheets.drawn(document.text, box) if document.text.strip() else None
    return drawn, "text" if drawn is not None else "card"


def _embedded(data: bytes, box: tuple[int, int]) -> Image.Image:
    with images.opened(io.BytesIO(data), images.COVER_FORMATS) as image:
        return images.reduced(image, box)


def _is_binary(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(4) == b"\xd0\xcf\x11\xe0"
