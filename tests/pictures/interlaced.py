"""Interlaced PNGs (Adam7), which Pillow does not write: whole, damaged and deep."""

import struct
import zlib
from collections.abc import Iterator
from itertools import product

from PIL import Image

from tests.pictures.originals import Case, Chunk, glass, png, scene

_SIZE = (193, 121)
_PASSES = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
_COLOURS = {"L": 0, "RGB": 2, "LA": 4, "RGBA": 6}


def damaged() -> Iterator[Case]:
    """Whole ones, and such of which something is missing."""
    rows = _rows(_small(scene()), 8)
    whole = _png(_small(scene()), 8, rows)
    for name, data, complete, damaged in (
        ("undamaged", whole, True, False),
        ("no end", whole[:-12], True, True),
        (
            "all rows but the last",
            _png(_small(scene()), 8, rows[: -1 - 3 * _SIZE[0]]),
            False,
            False,
        ),
        ("a row cut short", _png(_small(scene()), 8, rows[:-3]), False, False),
        ("half of the rows", _png(_small(scene()), 8, rows[: len(rows) // 2]), False, False),
        ("half of the file", whole[: len(whole) // 2], False, True),
    ):
        yield Case(f"png interlaced {name}", "image/png", data, complete, damaged)


def coloured() -> Iterator[Case]:
    """All modes, in 8 and 16 bits, of sizes that some passes have no part in."""
    for mode, depth in product(_COLOURS, (8, 16)):
        image = _small(glass() if "A" in mode else scene()).convert(mode)
        yield Case(f"png interlaced {mode} {depth}", "image/png", _png(image, depth))
    for size in ((1, 61), (97, 1), (1, 1), (3, 2), (96, 60)):
        image = scene().crop((100, 60, 100 + size[0], 60 + size[1]))
        yield Case(f"png interlaced {size}", "image/png", _png(image, 8))
    red = Chunk(b"tRNS", struct.pack(">3H", *(value * 257 for value in (220, 30, 30))))
    image = _small(scene())
    yield Case("png interlaced transparent colour", "image/png", _png(image, 16, None, red))


def _small(image: Image.Image) -> Image.Image:
    return image.resize(_SIZE, Image.Resampling.NEAREST)


def _png(image: Image.Image, depth: int, rows: bytes | None = None, *extra: Chunk) -> bytes:
    header = struct.pack(">IIBBBBB", *image.size, depth, _COLOURS[image.mode], 0, 0, 1)
    packed = zlib.compress(_rows(image, depth) if rows is None else rows)
    return png(Chunk(b"IHDR", header), *extra, Chunk(b"IDAT", packed), Chunk(b"IEND", b""))


def _rows(image: Image.Image, depth: int) -> bytes:
    rows, width = b"", len(image.getbands())
    data = image.tobytes()
    for left, top, across, down in _PASSES:
        for y in range(top, image.height, down):
            row = bytearray()
            for x in range(left, image.width, across):
                at = (y * image.width + x) * width
                row += data[at : at + width]
            if depth == 16:
                row = bytearray(value for pair in zip(row, row, strict=True) for value in pair)
            rows += b"\0" + row if row else b""
    return rows
