"""Pictures whose file holds plain rows, made smaller band by band, a few rows in memory at once."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from PIL import Image
from PIL.ImageFile import ImageFile

from chalicelib.processing.media.pictures import loading
from chalicelib.processing.problems import Unreadable

_CHANNELS = {"L": 1, "RGB": 3, "CMYK": 4}
"""Modes of Pillow that lie in files as in memory, with bytes a pixel."""

_BAND_BYTES = 1 << 19


class _Run(NamedTuple):
    """Rows that follow one another in the file."""

    first: int
    rows: int
    offset: int


def averaged(image: ImageFile, factors: tuple[int, int]) -> Image.Image | None:
    """Average squares of so many pixels across and down; None where the file holds no plain rows.

    As Pillow's `reduce`, the last square of a row or column is smaller where it has to be.

    Raises:
        Unreadable: rows are missing.
    """
    runs = _runs(image)
    if runs is None:
        return None
    stride = image.width * _CHANNELS[image.mode]
    across, down = factors
    small = Image.new(image.mode, (-(-image.width // across), -(-image.height // down)))
    step = max(1, _BAND_BYTES // (stride * down)) * down
    for top in range(0, image.height, step):
        rows = min(step, image.height - top)
        data = b"".join(_read(image.fp, runs, stride, top, rows))
        if len(data) < rows * stride:
            raise Unreadable(loading.MISSING)
        band = Image.frombytes(image.mode, (image.width, rows), data)
        small.paste(band.reduce(factors), (0, top // down))
    return small


def _runs(image: ImageFile) -> list[_Run] | None:
    """Return where the rows lie, from top to bottom; None where they are not plain."""
    if image.mode not in _CHANNELS:
        return None
    stride, runs = image.width * _CHANNELS[image.mode], list[_Run]()
    for tile in image.tile:
        codec, extents, offset, args = tile[:4]
        below = runs[-1].first + runs[-1].rows if runs else 0
        plain = (image.mode, image.mode, 0, 1), (image.mode, image.mode, stride, 1)
        if codec != "raw" or not isinstance(args, tuple) or (image.mode, *args) not in plain:
            return None
        left, top, right, bottom = extents or (0, 0, *image.size)
        if (left, top, right) != (0, below, image.width):
            return None
        rows = min(bottom, image.height) - top
        if runs and runs[-1].offset + runs[-1].rows * stride == offset:
            runs[-1] = runs[-1]._replace(rows=runs[-1].rows + rows)
        else:
            runs.append(_Run(top, rows, offset))
    whole = bool(runs) and runs[-1].first + runs[-1].rows == image.height
    return runs if whole else None


def _read(file: Any, runs: list[_Run], stride: int, top: int, rows: int) -> Iterator[bytes]:
    for run in runs:
        first = max(top, run.first)
        last = min(top + rows, run.first + run.rows)
        if first < last:
            file.seek(run.offset + (first - run.first) * stride)
            yield file.read((last - first) * stride)
