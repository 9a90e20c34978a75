"""PDF: what it says, and pictures of its pages."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from chalicelib.processing.media import optional
from chalicelib.processing.media.documents import pdf_fonts
from chalicelib.processing.media.documents.text_files import MAX_TEXT_BYTES, clipped
from chalicelib.processing.media.pictures import images
from chalicelib.processing.problems import Unreadable

MAX_TEXT_PAGES = 500

_PDF_ERROR_PASSWORD = 4
_PDF_ERROR_SECURITY = 5
_METADATA = (
    "Title",
    "Author",
    "Subject",
    "Keywords",
    "Creator",
    "Producer",
    "CreationDate",
    "ModDate",
)


pdf_fonts.use()


class Encrypted(Exception):
    """The PDF opens with a password alone."""


@contextmanager
def opened_pdf(path: str) -> Iterator[Any]:
    """Open a PDF.

    Raises:
        Encrypted: it asks for a password, or is protected in a way that pdfium does not know.
        Unreadable: it is no PDF that can be opened, or it has no page.
    """
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if error.err_code in (_PDF_ERROR_PASSWORD, _PDF_ERROR_SECURITY):
            raise Encrypted from error
        raise Unreadable("The PDF is damaged or incomplete.") from error
    try:
        if len(document) == 0:
            raise Unreadable("The PDF has no pages.")
        yield document
    finally:
        document.close()


def first_page(path: str, box: tuple[int, int]) -> Image.Image:
    """Draw a PDF's first page on white, just as large as the box needs.

    Raises:
        Encrypted: it cannot be opened without its password.
        Unreadable: it cannot be opened, or its first page not be drawn.
    """
    with opened_pdf(path) as document:
        try:
            document.init_forms()
            return drawn_page(document, 0, box)
        except (pdfium.PdfiumError, ValueError) as error:
            raise Unreadable("The PDF's first page cannot be drawn.") from error


def drawn_page(document: Any, index: int, box: tuple[int, int]) -> Image.Image:
    """Draw a page of an open PDF on white, counted from 0, just as large as the box needs.

    Raises:
        PdfiumError, ValueError: it cannot be drawn, or has no size.
    """
    page = document[index]
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise ValueError("the page has no size")
    scale = min(box[0] / width, box[1] / height)
    drawn = page.render(scale=scale, may_draw_forms=True, rev_byteorder=True)
    picture: Image.Image = drawn.to_pil().convert("RGB")
    return images.resized(picture, images.fit(picture.size, box))


def is_encrypted(document: Any) -> bool:
    """Return whether an open PDF is encrypted all the same, with an owner's password alone."""
    return bool(pdfium.raw.FPDF_GetSecurityHandlerRevision(document) != -1)


def pdf_version(document: Any) -> str | None:
    """Return a PDF's version as in its header, such as "1.7"."""
    number = document.get_version()
    return f"{number // 10}.{number % 10}" if number else None


def said_of(document: Any) -> dict[str, str]:
    """Return what an open PDF says of itself, such as its title; half a surrogate is replaced."""
    said = {name: optional.read(partial(_entry, document, name), "") for name in _METADATA}
    return {name: text for name, text in said.items() if text}


def _entry(document: Any, name: str) -> str:
    key = name.encode()
    length = pdfium.raw.FPDF_GetMetaText(document, key, None, 0)
    room = ctypes.create_string_buffer(length)
    pdfium.raw.FPDF_GetMetaText(document, key, room, length)
    return room.raw[:length].decode("utf-16-le", "replace").split("\0", 1)[0]


def pdf_text(document: Any) -> str:
    """Extract the text of an open PDF, page by page, up to `MAX_TEXT_BYTES`."""
    pieces: list[str] = []
    size = 0
    for index in range(min(len(document), MAX_TEXT_PAGES)):
        piece = optional.read(partial(_page_text, document, index), "")
        if piece:
            pieces.append(piece)
            size += len(piece.encode("utf-8", "replace"))
        if size >= MAX_TEXT_BYTES:
            break
    return clipped("\n".join(pieces))


def _page_text(document: Any, index: int) -> str:
    text: str = document[index].get_textpage().get_text_bounded()
    return text.strip()
