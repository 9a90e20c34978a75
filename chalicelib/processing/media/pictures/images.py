"""Opening pictures from strangers: taken apart first, then decoded without anything but pixels."""

import contextlib
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import msgspec
import pi_heif
from PIL import Image, UnidentifiedImageError
from PIL.ImageFile import ImageFile

from chalicelib.processing.media.embedded_metadata import exif
from chalicelib.processing.media.embedded_metadata.exif import Exif
from chalicelib.processing.media.pictures import (
    bands,
    jpeg_decoding,
    orientation,
    pixels,
    png_decoding,
    srgb,
    webp_decoding,
)
from chalicelib.processing.media.pictures.formats import gif, jpeg, png, psd, webp, whole
from chalicelib.processing.media.pictures.formats.parts import (
    MAX_PIXELS,
    Assembled,
    NotShown,
    Parts,
    Piece,
)
from chalicelib.processing.media.pictures.pixels import fit, resized
from chalicelib.processing.problems import MediaProblem, TooLargeToDecode, Unreadable

__all__ = ["COVER_FORMATS", "FORMATS", "MAX_PIXELS", "Opened", "fit", "opened", "resized"]

LATER_PIXELS = 50_000_000
"""How much of the frames after the first is decoded, to see whether they are whole."""

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
pi_heif.register_heif_opener()
warnings.simplefilter("error", Image.DecompressionBombWarning)

FORMATS = {
    "image/jpeg": ("JPEG",),
    "image/png": ("PNG",),
    "image/gif": ("GIF",),
    "image/webp": ("WEBP",),
    "image/avif": ("AVIF",),
    "image/heic": ("HEIF",),
    "image/tiff": ("TIFF",),
    "image/bmp": ("BMP",),
    "image/vnd.microsoft.icon": ("ICO",),
    "image/vnd.adobe.photoshop": ("PSD",),
    "image/jp2": ("JPEG2000",),
}
"""Which of Pillow's decoders may touch a content type; some others would start programs."""

_NO_HEADER = (
    "The picture's header is damaged, or its pixels are kept in a way that is not read here, such "
    "as CIELAB. Export it again as RGB."
)

COVER_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")

_GAP = 1.5
"""How much larger than wanted a picture is left by averaging, before the finer way; a JPEG that
libjpeg decodes in a smaller size often has less."""

_GREY = {"1", "L", "LA", "I;16", "I;16B", "I"}

_TAKE_APART: dict[str, Callable[[BinaryIO], Parts]] = {
    "JPEG": jpeg.take_apart,
    "PNG": png.take_apart,
    "GIF": gif.take_apart,
    "WEBP": webp.take_apart,
    "PSD": psd.take_apart,
    **{name: whole.taker(name) for name in ("AVIF", "HEIF", "TIFF", "BMP", "ICO", "JPEG2000")},
}

_DECODER_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,
    ArithmeticError,
    LookupError,
    EOFError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What Pillow raises on damaged data."""


class Opened(msgspec.Struct):
    """A picture ready to be decoded: `image` is its first frame alone, without any note."""

    file: BinaryIO
    format: str
    parts: Parts
    exif: Exif
    image: ImageFile

    @property
    def orientation(self) -> int:
        """How the picture lies by its EXIF, 1 to 8; what else says so is not heard."""
        return self.exif.orientation if self.parts.is_turned else 1

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height as a viewer sees them, after the orientation is applied."""
        size = self.parts.width, self.parts.height
        return orientation.upright_size(size, self.orientation)

    @property
    def has_transparency(self) -> bool:
        """Whether the first frame has transparent places, or leaves some of its canvas free."""
        return self.image.has_transparency_data or not self._fills_its_canvas

    @property
    def _fills_its_canvas(self) -> bool:
        return self.image.size == (self.parts.width, self.parts.height)

    def is_damaged(self) -> bool:
        """Return whether something is broken beside the first frame's picture data.

        The frames after the first are decoded as far as the budget goes; what lies beyond is not
        judged.
        """
        return (
            self.parts.damaged
            or srgb.is_broken(self.parts.colours.icc)
            or not all(png.has_right_checksum(self.file, span) for span in self.parts.unchecked)
            or not self._later_frames_are_whole()
        )

    def _later_frames_are_whole(self) -> bool:
        left = LATER_PIXELS
        for pieces in self.parts.later:
            try:
                with _decoder(self.file, pieces, self.format) as frame:
                    left -= frame.width * frame.height
                    if left < 0:
                        return True
                    frame.load()
            except _DECODER_ERRORS:
                return False
        return True


@contextmanager
def opened(source: str | BinaryIO, formats: tuple[str, ...]) -> Iterator[Opened]:
    """Open a picture lazily, check its size by the header, and turn decoder errors into problems.

    Raises:
        TooLargeToDecode: a frame of more than `MAX_PIXELS`, or not enough memory.
        Unreadable: the header, or anything that the block decodes, is damaged.
    """
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore", UserWarning)  # Of tags that are wrong and skipped.
            file = stack.enter_context(open(source, "rb")) if isinstance(source, str) else source
            name, parts = _taken_apart(file, formats)
            check_pixels(parts.width, parts.height)
            image = stack.enter_context(_decoder(file, parts.still, name))
            check_pixels(*image.size)
            yield Opened(file, name, parts, exif.read(parts.notes.exif), image)
    except MediaProblem:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError) as bomb:
        raise TooLargeToDecode(_too_large()) from bomb
    except (UnidentifiedImageError, NotShown) as unknown:
        raise Unreadable(_NO_HEADER) from unknown
    except _DECODER_ERRORS as broken:
        raise Unreadable from broken


def check_pixels(width: int, height: int) -> None:
    """Refuse more pixels than fit into the memory for one file.

    Raises:
        TooLargeToDecode: with the numbers.
    """
    if width * height > MAX_PIXELS:
        raise TooLargeToDecode(_too_large(f"{width} by {height} pixels"))


def reduced(picture: Opened, box: tuple[int, int]) -> Image.Image:
    """Decode a picture's first frame upright and in sRGB, no larger than it is needed for a box.

    The result is "RGB" or "RGBA", fits into the box, is never enlarged, and carries no metadata.

    Raises:
        Unreadable: a part of the picture's data is missing.
    """
    parts, turn = picture.parts, picture.orientation
    target = fit((parts.width, parts.height), orientation.upright_size(box, turn))
    drawn = _scaled(picture, target)
    drawn = srgb.in_srgb(drawn, parts.colours, is_grey=picture.image.mode in _GREY)
    drawn = orientation.upright(drawn, turn)
    if drawn.mode == "RGBA" and drawn.getchannel("A").getextrema() == (255, 255):
        drawn = drawn.convert("RGB")
    drawn.info = {}
    return drawn


def _scaled(picture: Opened, target: tuple[int, int]) -> Image.Image:
    """Decode a picture as its format allows, and scale it to a size.

    Bicubic is to the eye what Lanczos is here, where half or more is left, and a third faster.
    """
    parts, image, size = picture.parts, picture.image, picture.parts.size
    if isinstance(parts, jpeg.JpegParts):
        drawn = pixels.resizable(jpeg_decoding.decoded(picture.file, parts, target))
        return resized(drawn, target, Image.Resampling.BICUBIC, _GAP)
    if image.size == size:
        small = _averaged(picture, target)
        if small is not None:
            return small
    if picture.format == "PNG":
        image = png_decoding.decoded(picture.file, parts, image)
    drawn = pixels.resizable(image, lambda: _decoder(picture.file, parts.still, picture.format))
    if image.size != size:
        drawn = pixels.on_canvas(drawn, size, parts.offset)
    return resized(drawn, target, Image.Resampling.BICUBIC, _GAP)


def _averaged(picture: Opened, target: tuple[int, int]) -> Image.Image | None:
    """Decode a picture smaller than it is, where that can be had; None where it cannot."""
    width, height = picture.parts.size
    factors = pixels.factors((width, height), target, _GAP)
    if picture.format == "WEBP":
        data = Assembled(picture.file, picture.parts.still).read()
        small = (-(-width // factors[0]), -(-height // factors[1]))
        drawn = webp_decoding.decoded(data, small)
        return drawn and resized(drawn, target, Image.Resampling.BICUBIC, _GAP)
    if factors == (1, 1):
        return None
    drawn = bands.averaged(picture.image, factors)
    edges = (0.0, 0.0, width / factors[0], height / factors[1])
    return drawn and drawn.resize(target, Image.Resampling.BICUBIC, edges)


def _taken_apart(file: BinaryIO, formats: tuple[str, ...]) -> tuple[str, Parts]:
    for name in formats[:-1]:
        try:
            return name, _TAKE_APART[name](file)
        except NotShown:
            continue
    return formats[-1], _TAKE_APART[formats[-1]](file)


def _decoder(file: BinaryIO, pieces: list[Piece], name: str) -> ImageFile:
    source: Any = Assembled(file, pieces)
    return Image.open(source, formats=(name,))


def _too_large(size: str = "too many pixels") -> str:
    limit = MAX_PIXELS // 1_000_000
    return f"The picture has {size}, more than the {limit} megapixels that can be decoded."
