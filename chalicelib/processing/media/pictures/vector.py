"""Drawings in SVG: how large they are, what they say, and how they look."""

import zlib
from functools import lru_cache
from pathlib import Path

import svg2png_py
from PIL import Image

from chalicelib.processing.media.documents import fonts
from chalicelib.processing.media.pictures import vector_cleaning
from chalicelib.processing.media.pictures.vector_cleaning import Drawing
from chalicelib.processing.problems import TooLargeToDecode, Unreadable

CONTENT_TYPE = "image/svg+xml"
MOST_BYTES = 32_000_000
_GZIP = b"\x1f\x8b"
_WITH_GZIP_HEADER = 31
_FONT = "DejaVu Sans"
"""Of all letters; what it lacks comes from any font that has it."""


def read(path: str, box: tuple[int, int] | None = None) -> Drawing:
    """Read a drawing, also one that is packed, without anything that leads out of it.

    It is to be drawn as large as it says, or as a box needs.

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
    return vector_cleaning.cleaned(data, _FONT, box)


def drawn(path: str, box: tuple[int, int]) -> Image.Image:
    """Draw a file just as large as a box needs, transparent where it draws nothing.

    Raises:
        Unreadable, TooLargeToDecode: as `read`.
    """
    drawing = read(path, box)
    letters = "<text" in drawing.source or ":text" in drawing.source
    options = svg2png_py.RenderOptions(font_family=_FONT)
    try:
        pixels, *size = svg2png_py.svg_to_rgba(drawing.source, _fonts(letters), options=options)
    except RuntimeError as refused:
        raise Unreadable("The drawing cannot be drawn.") from refused
    plain = Image.frombuffer("RGBa", tuple(size), pixels).convert("RGBA")
    return plain.convert("RGB") if plain.getchannel("A").getextrema() == (255, 255) else plain


@lru_cache(maxsize=2)
def _fonts(letters: bool) -> svg2png_py.FontDatabase:
    found = svg2png_py.FontDatabase()
    for path in fonts.files() if letters else ():
        found.load_font_file(str(path))
    return found
