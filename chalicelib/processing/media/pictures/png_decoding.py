"""Decoding a PNG, also one whose checksums are wrong, and telling whether all rows were there."""

import struct
import zlib
from typing import Any, BinaryIO

from PIL import Image
from PIL.ImageFile import ImageFile

from chalicelib.processing.media.pictures import loading
from chalicelib.processing.media.pictures.formats.parts import Assembled, Parts, Span
from chalicelib.processing.media.pictures.formats.png import CHANNELS, IEND
from chalicelib.processing.problems import Unreadable

_BLOCK = 1 << 20
_PASSES = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""Adam7: where each pass begins and how far its pixels are apart, across and down (PNG, 8.2)."""


def decoded(file: BinaryIO, parts: Parts, image: ImageFile) -> ImageFile:
    """Load an opened PNG; what Pillow refuses for a wrong checksum is decoded once more without.

    Raises:
        Unreadable: rows of the picture are missing.
    """
    _scale_transparency(image)
    last = image.height - 1
    if getattr(image, "info", {}).get("interlace"):
        last -= image.height % 2  # Its last pass writes every second row.
    complete = loading.watched_row(image, max(0, last))
    try:
        image.load()
    except (OSError, SyntaxError):
        image = _repaired(file, parts)
        _scale_transparency(image)
        image.load()
        return image
    if not complete():
        raise Unreadable(loading.MISSING)
    return image


def _scale_transparency(image: ImageFile) -> None:
    """Bring the transparent grey of 2 or 4 bits to the 8 bits to which its picture is decoded."""
    clear, rawmode = image.info.get("transparency"), image.tile[0].args
    if isinstance(clear, int) and rawmode in ("L;2", "L;4"):
        image.info["transparency"] = clear * {"L;2": 85, "L;4": 17}[rawmode] & 255


def _repaired(file: BinaryIO, parts: Parts) -> ImageFile:
    """Unpack the rows as far as needed, and pack them anew with the right checksum."""
    head = b"".join([piece for piece in parts.still if isinstance(piece, bytes)][:-3])
    wanted = _unpacked_length(head[16:29])
    data = Assembled(file, [piece for piece in parts.still if isinstance(piece, Span)])
    data.seek(2)  # What follows zlib's header carries no checksum.
    unpacking, rows, left = zlib.decompressobj(-zlib.MAX_WBITS), bytearray(), wanted
    try:
        while left > 0 and (block := data.read(_BLOCK)):
            while block and left > 0:
                rows += unpacking.decompress(block, left)
                block, left = unpacking.unconsumed_tail, wanted - len(rows)
    except zlib.error as broken:
        raise Unreadable from broken
    if left > 0:
        raise Unreadable(loading.MISSING)
    packed = zlib.compress(rows, 1)
    chunk = struct.pack(">I4s", len(packed), b"IDAT") + packed + bytes(4)
    source: Any = Assembled(file, [head, chunk, IEND])
    return Image.open(source, formats=("PNG",))


def _unpacked_length(header: bytes) -> int:
    """Return how many bytes the rows of a picture have, each with its filter's number."""
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    total = 0
    for left, top, across, down in _PASSES if interlaced else ((0, 0, 1, 1),):
        columns, rows = -((left - width) // across), -((top - height) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * depth * CHANNELS[colour] + 7) // 8)
    return total
