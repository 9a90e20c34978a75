"""Watching a decoder: whether it wrote a row of the picture at all."""

from collections.abc import Callable
from typing import Any

from PIL import Image
from PIL.ImageFile import ImageFile

MISSING = "A part of the picture is missing: the file was cut short. Upload it again."

_UNLIKELY = b"\x11\xcb\x5e\xe9\x36\x72\x0d"
_FEWEST_BYTES = 8
_LOOKED_AT = 64


def watched_row(image: ImageFile, row: int) -> Callable[[], bool]:
    """Fill a row with what no picture holds; return a function that tells whether that is gone.

    Call it before the picture is loaded. Of a row of a few bytes it is always said to be gone.
    """
    config = image.decoderconfig
    image.load_prepare()
    image.decoderconfig = config  # Each preparation of an interlaced PNG adds to it.
    blank = Image.new(image.mode, (image.width, 1))
    length = len(blank.tobytes())
    blank.frombytes((_UNLIKELY * (length // len(_UNLIKELY) + 1))[:length])
    core: Any = image.im
    core.paste(blank.im, (0, row, image.width, row + 1))
    before = [core.getpixel((column, row)) for column in range(min(image.width, _LOOKED_AT))]

    def is_written() -> bool:
        if length < _FEWEST_BYTES:
            return True
        return any(core.getpixel((at, row)) != pixel for at, pixel in enumerate(before))

    return is_written
