"""Pictures of a PDF's pages, to be read one after the other."""

import time
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from chalicelib.processing.media.documents import pdf
from chalicelib.processing.media.pictures import encoding
from chalicelib.processing.media.pictures.encoding import Picture
from chalicelib.processing.media.sandbox import Limits

MOST_PAGES = 20
"""How many pages are drawn, from the first; the whole document can be downloaded."""

PAGE_BOX = (1600, 2264)
"""Pixels that a page fits into: A4 is 1,600 wide, which is sharp on a phone and on a desk."""

DRAWING_SECONDS = 12.0
"""No further page is begun after so long; those drawn by then are kept."""

LIMITS = Limits(cpu_seconds=20, wall_seconds=25.0)
"""What the drawing may use: little enough that the thumbnails still have time in one Lambda."""


def draw(path: str) -> list[Picture]:
    """Draw the first pages of a PDF, named `page-1` and so on; a broken page is left out.

    Call it through the sandbox.

    Raises:
        Unreadable: it cannot be opened.
    """
    drawn: list[Picture] = []
    ends_at = time.monotonic() + DRAWING_SECONDS
    try:
        with pdf.opened_pdf(path) as document:
            document.init_forms()
            for index in range(min(len(document), MOST_PAGES)):
                if time.monotonic() >= ends_at:
                    break
                page = _page(document, index)
                if page is not None:
                    drawn.append(encoding.encoded(f"page-{index + 1}", page))
    except pdf.Encrypted:
        return []
    return drawn


def _page(document: Any, index: int) -> Image.Image | None:
    try:
        return pdf.drawn_page(document, index, PAGE_BOX)
    except (pdfium.PdfiumError, ValueError):
        return None
