"""Drawings in SVG: how large they are, what they say, and how they look."""

import io
import zlib
from functools import lru_cache
from pathlib import Path

import resvg_py
from PIL import Image

from chalicelib.processing.media.documents import fonts
from chalicelib.processing.media.pictures import images, vector_cleaning
from chalicelib.processing.media.pictures.vector_cleaning import Drawing
from chalicelib.processing.problems import TooLargeToDecode, Unreadable

CONTENT_TYPE = "image/svg+xml"
MOST_BYTES = 32_000_000
_GZIP = b"\x1f\x8b"
_WITH_GZIP_HEADER = 31


def read(path: str) -> Drawing:
    """Read a drawing, also one that is packed, without anything that leads out of it.

    Raises:
        Unreadable: it cannot be drawn.
        TooLargeToDecode: it is longer than `MOST_BYTES`, or has too much in it.
    """
    with Path(path).open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if data.startswith(_GZIP):
        try:
            data = zlib.decompressobj(_WITH_GZIP_HEADER).decompress(data, MOST_BYTES + 1)
        except zlib.error as broken:
            raise Unreadable("The packed drawing is damaged.") from broken
    if len(data) > MOST_BYTES:
        raise TooLargeToDecode("The drawing is too large to be drawn.")
    return vector_cleaning.cleaned(data)


def drawn(path: str, box: tuple[int, int]) -> Image.Image:
    """Draw a file just as large as a box needs, transparent where it draws nothing.

    Raises:
        Unreadable, TooLargeToDecode: as `read`.
    """
    drawing = read(path)
    scale = min(box[0] / drawing.width, box[1] / drawing.height)
    size = max(1, round(drawing.width * scale)), max(1, round(drawing.height * scale))
    with_letters = "<text" in drawing.source or ":text" in drawing.source
    try:
        data = resvg_py.svg_to_bytes(
            svg_string=drawing.source,
            width=size[0],
            height=size[1],
            skip_system_fonts=True,
            font_files=list(_font_files()) if with_letters else None,
            font_family="DejaVu Sans",
            serif_family="DejaVu Sans",
            sans_serif_family="DejaVu Sans",
            cursive_family="DejaVu Sans",
            fantasy_family="DejaVu Sans",
            monospace_family="DejaVu Sans",
        )
    except ValueError as refused:
        raise Unreadable("The drawing cannot be drawn.") from refused
    with Image.open(io.BytesIO(bytes(data)), formats=("PNG",)) as picture:
        plain = picture.convert("RGBA")
    if plain.size != size:
        plain = images.resized(plain, size)
    return plain.convert("RGB") if plain.getchannel("A").getextrema() == (255, 255) else plain


@lru_cache(maxsize=1)
def _font_files() -> tuple[str, ...]:
    return tuple(fonts.files())
