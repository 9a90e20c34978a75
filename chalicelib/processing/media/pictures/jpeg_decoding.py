"""Decoding a JPEG, and telling whether its picture data was complete.

libjpeg fills up what is missing with grey and says so only in warnings, which Pillow does not pass
on. But it writes a row of a picture coded from top to bottom only when it has the data for it; and
what it makes of a picture in several scans depends on what follows them only if data is missing.
"""

from collections.abc import Callable
from typing import Any, BinaryIO

from PIL import Image, ImageChops
from PIL.ImageFile import ImageFile

from chalicelib.processing.media.pictures import loading
from chalicelib.processing.media.pictures.formats import jpeg
from chalicelib.processing.media.pictures.formats.jpeg import EOI, PADDING, JpegParts, Scans
from chalicelib.processing.media.pictures.formats.parts import Assembled, Piece, Span
from chalicelib.processing.problems import Unreadable

_COMPARED_PIXELS = 4_000_000
"""A larger picture in several scans is compared in the size in which it is drawn."""

_OTHER_DATA = bytes(range(1, 250)) * 8
"""Coded data that means anything but nothing."""


def decoded(file: BinaryIO, picture: JpegParts, target: tuple[int, int]) -> ImageFile:
    """Decode a picture in the smallest size that libjpeg can make and that holds the target.

    Raises:
        Unreadable: a part of the picture's data is missing.
    """
    if picture.frame.arithmetic:
        return _arithmetic(file, picture, target)
    if not picture.in_one_scan:
        return _in_several_scans(file, picture, target)
    if picture.frame.restart_interval:
        found = jpeg.scans(file, picture.scan_start)
        if found.restarts < jpeg.restarts_expected(picture.frame):
            raise Unreadable(loading.MISSING)
        return _from_top_to_bottom(file, picture, found.end, target)[0]
    end = picture.scan_start + picture.scan_length
    image, seen = _from_top_to_bottom(file, picture, end, target)
    # An end mark before the end: libjpeg took it for the picture's, and filled up what is missing.
    earlier = jpeg.scans(file, max(picture.scan_start, seen - 1))
    if earlier.has_end_mark and earlier.end < end:
        image, _ = _from_top_to_bottom(file, picture, earlier.end, target)
    return image


def _arithmetic(file: BinaryIO, picture: JpegParts, target: tuple[int, int]) -> ImageFile:
    """Decode a picture of the rare kind that can be read in one go alone.

    Whatever follows its data counts as more of it, so the end mark has to tell that it is complete.
    """
    found = jpeg.scans(file, picture.scan_start)
    if not found.has_end_mark:
        raise Unreadable(loading.MISSING)
    data = Span(picture.scan_start, found.end - picture.scan_start)
    source = Assembled(file, [picture.head, data, EOI])
    image = _opened(source, target)
    image.decodermaxblock = source.length
    image.load()
    return image


def _from_top_to_bottom(
    file: BinaryIO, picture: JpegParts, end: int, target: tuple[int, int]
) -> tuple[ImageFile, int]:
    """Decode a picture of one scan; return it, and where in the file the last read began."""
    data = Span(picture.scan_start, end - picture.scan_start)
    source = _Watched(file, [picture.head, data, PADDING, EOI])
    image = _opened(source, target)
    source.before_end = loading.watched_row(image, image.height - 1)
    image.load()
    if not source.before_end():
        raise Unreadable(loading.MISSING)
    return image, picture.scan_start + source.last_start - len(picture.head)


class _Watched(Assembled):
    """A file whose last piece, the end mark, is read alone, after a question is asked."""

    before_end: Callable[[], bool] | None = None
    last_start = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes; the end mark only when the picture was complete before it."""
        self.last_start = self.tell()
        left = self.length - len(EOI) - self.last_start
        if left > 0:
            return super().read(left if size is None or size < 0 else min(size, left))
        if self.before_end is not None and not self.before_end():
            raise Unreadable(loading.MISSING)
        return super().read(size)


def _in_several_scans(file: BinaryIO, picture: JpegParts, target: tuple[int, int]) -> ImageFile:
    found = jpeg.scans(file, picture.scan_start)
    if not _all_is_sent(file, picture, found):
        raise Unreadable(loading.MISSING)
    data = Span(picture.scan_start, found.end - picture.scan_start)
    if picture.width * picture.height <= _COMPARED_PIXELS:
        target = picture.width, picture.height
    image = _loaded(file, [picture.head, data, EOI], target)
    other = _loaded(file, [picture.head, data, _OTHER_DATA, EOI], target)
    if ImageChops.difference(image, other).getbbox(alpha_only=False) is not None:
        raise Unreadable(loading.MISSING)
    return image


def _all_is_sent(file: BinaryIO, picture: JpegParts, found: Scans) -> bool:
    """Return whether the scans send every component, each coefficient down to its last bit."""
    left: dict[int, dict[int, int]] = {}
    for start in found.starts:
        for component, first, last, low in jpeg.scan_header(file, start):
            bits = left.setdefault(component, {})
            bits |= dict.fromkeys(range(first, last + 1), low)
    if len(left) < len(picture.frame.sampling):
        return False
    luminance = next(iter(left.values()))
    return len(luminance) == 64 and not any(any(bits.values()) for bits in left.values())


def _loaded(file: BinaryIO, pieces: list[Piece], target: tuple[int, int]) -> ImageFile:
    image = _opened(Assembled(file, pieces), target)
    image.load()
    return image


def _opened(source: Any, target: tuple[int, int]) -> ImageFile:
    image = Image.open(source, formats=("JPEG",))
    image.draft(None, target)
    return image
