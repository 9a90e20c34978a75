"""A PDF as a film of its pages, which boards play that show no documents; in the sandbox."""

import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg
import pypdfium2 as pdfium
from PIL import Image

from chalicelib.processing.conversion import films, transcoding
from chalicelib.processing.conversion.boards import MOST_SLIDES, SLIDE_SECONDS
from chalicelib.processing.conversion.transcoding import Film
from chalicelib.processing.media.documents import pdf
from chalicelib.processing.media.pictures.pixels import fit
from chalicelib.processing.problems import Unreadable

_RATE = Fraction(5)
"""Frames a second: few, since nothing moves, and enough for any player to keep time by."""

_DRAWING_SHARE = 0.4
"""How much of the time the drawing may take; no further page is begun after that."""

_QUALITY: dict[str, Any] = {"crf": 18, "tune": "stillimage"}
"""Letters show what pictures hide."""


def make_slides(source: str, target: str, seconds: float) -> Film:
    """Write a film that shows each page of a PDF for `SLIDE_SECONDS`, as large as the first one.

    A page that cannot be drawn is left out.

    Raises:
        Unreadable: it opens with a password alone, or none of its pages can be drawn.
        ProcessingTimeout: it took longer than so many seconds.
    """
    pattern = f"{target}-%03d.png"
    drawn = _draw(source, pattern, seconds * _DRAWING_SHARE)
    if drawn == 0:
        raise Unreadable("No page of this PDF can be drawn.")
    opened = ffmpeg.input(
        f"file:{pattern}", format="image2", start_number=1, framerate=f"1/{SLIDE_SECONDS}"
    )
    pictures = (
        opened["v:0"]
        .filter("fps", fps=int(_RATE))
        .filter("scale", out_color_matrix="bt709", out_range="tv")
        .filter("format", pix_fmts="yuv420p")
        .filter("setsar", 1)
    )
    options = transcoding.encoding_at(_RATE, "h264") | _QUALITY
    transcoding.run([pictures], target, options, seconds * (1 - _DRAWING_SHARE))
    made = transcoding.checked(target, drawn * SLIDE_SECONDS)
    if transcoding.plan_of(target, made, "video/mp4").deed != "keep":
        raise ArithmeticError(f"the film of the pages is no master: {made}")
    return transcoding.film_of(made, "transcode")


def _draw(source: str, pattern: str, seconds: float) -> int:
    """Write the pages as pictures of one size, numbered from 1; gives how many there are."""
    ends_at, count, size = time.monotonic() + seconds, 0, films.BOX
    try:
        with pdf.opened_pdf(source) as document:
            document.init_forms()
            for index in range(min(len(document), MOST_SLIDES)):
                if time.monotonic() >= ends_at:
                    break
                try:
                    page = pdf.drawn_page(document, index, size)
                except (pdfium.PdfiumError, ValueError):
                    continue
                if count == 0:
                    size = _even(page.size)
                count += 1
                _placed(page, size).save(Path(pattern % count), compress_level=1)
    except pdf.Encrypted:
        raise Unreadable("This PDF opens with a password alone.") from None
    return count


def _even(size: tuple[int, int]) -> tuple[int, int]:
    return max(2, size[0] - size[0] % 2), max(2, size[1] - size[1] % 2)


def _placed(page: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Put a page into the middle of white of a size."""
    if page.size != fit(page.size, size):
        page = page.resize(fit(page.size, size), Image.Resampling.LANCZOS)
    ground = Image.new("RGB", size, "white")
    ground.paste(page, ((size[0] - page.width) // 2, (size[1] - page.height) // 2))
    return ground
