"""PDF and plain text: what they say, and a picture of their first page."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

from chalicelib.processing import images
from chalicelib.processing.problems import Unreadable

MAX_TEXT_BYTES = 65_536
MAX_TEXT_PAGES = 500

_PDF_ERROR_PASSWORD = 4
_PDF_ERROR_SECURITY = 5
_PAGE_SHAPE = (3, 4)
_PAPER, _INK, _EDGE = (255, 255, 255), (45, 52, 64), (203, 209, 218)
_HEAD_BYTES = 16_384


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
            page = document[0]
            width, height = page.get_size()
            if not (width > 0 and height > 0):
                raise Unreadable("The PDF's first page has no size.")
            scale = min(box[0] / width, box[1] / height)
            drawn = page.render(scale=scale, may_draw_forms=True, rev_byteorder=True)
            picture: Image.Image = drawn.to_pil().convert("RGB")
        except (pdfium.PdfiumError, ValueError) as error:
            raise Unreadable("The PDF's first page cannot be drawn.") from error
    return images.resized(picture, images.fit(picture.size, box))


def is_encrypted(document: Any) -> bool:
    """Say whether an open PDF is encrypted all the same, with an owner's password alone."""
    return bool(pdfium.raw.FPDF_GetSecurityHandlerRevision(document) != -1)


def pdf_version(document: Any) -> str | None:
    """Give a PDF's version as in its header, such as "1.7"."""
    number = document.get_version()
    return f"{number // 10}.{number % 10}" if number else None


def pdf_text(document: Any) -> str:
    """Extract the text of an open PDF, page by page, up to `MAX_TEXT_BYTES`."""
    pieces: list[str] = []
    size = 0
    for index in range(min(len(document), MAX_TEXT_PAGES)):
        try:
            page = document[index]
            piece = page.get_textpage().get_text_bounded().strip()
        except pdfium.PdfiumError:
            continue
        if piece:
            pieces.append(piece)
            size += len(piece.encode("utf-8", "replace"))
        if size >= MAX_TEXT_BYTES:
            break
    return clipped("\n".join(pieces))


def plain_text(path: str, limit: int = MAX_TEXT_BYTES) -> tuple[str, str]:
    """Read the beginning of a text file; give the text and the encoding it was read in."""
    with Path(path).open("rb") as file:
        head = file.read(limit)
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return clipped(head[len(mark) :].decode(encoding, "replace")), encoding
    try:
        decoder = codecs.getincrementaldecoder("utf-8")()
        return clipped(decoder.decode(head)), "utf-8"
    except UnicodeDecodeError:
        return clipped(head.decode("cp1252", "replace")), "windows-1252"


def clipped(text: str) -> str:
    """Cut text to `MAX_TEXT_BYTES` in UTF-8, and drop the characters that no database takes."""
    clean = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    encoded = clean.encode("utf-8", "replace")[:MAX_TEXT_BYTES]
    return encoded.decode("utf-8", "ignore")


def first_lines(path: str, box: tuple[int, int]) -> Image.Image:
    """Draw the first lines of a text file as a sheet of paper."""
    text, _ = plain_text(path, _HEAD_BYTES)
    factor = min(box[0] / _PAGE_SHAPE[0], box[1] / _PAGE_SHAPE[1])
    width, height = max(1, int(_PAGE_SHAPE[0] * factor)), max(1, int(_PAGE_SHAPE[1] * factor))
    sheet = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(max(4.0, height / 34))
    margin, line_height = width // 12, max(5, round(height / 24))
    columns = max(1, int((width - 2 * margin) / font.getlength("n")))
    lines = [line.expandtabs(4)[: columns * 2] for line in text.splitlines()]
    for row, line in enumerate(lines):
        top = margin + row * line_height
        if top > height - margin - line_height:
            break
        draw.text((margin, top), _fitted(line, font, width - 2 * margin), _INK, font)
    draw.rectangle((0, 0, width - 1, height - 1), outline=_EDGE)
    return sheet


def _fitted(line: str, font: Any, width: int) -> str:
    shown = "".join(character if character.isprintable() else " " for character in line)
    while shown and font.getlength(shown) > width:
        shown = shown[:-1]
    return shown
