"""Opening pictures from strangers: named formats, a limit before any decoding, true colours."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from PIL import Image, ImageCms, UnidentifiedImageError

from chalicelib.processing.problems import MediaProblem, TooLargeToDecode, Unreadable

MAX_PIXELS = 50_000_000
"""All frames of a picture together; about 200 MB in memory, 600 MB at the worst moment."""

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)

FORMATS = {
    "image/jpeg": ("JPEG",),
    "image/png": ("PNG",),
    "image/gif": ("GIF",),
    "image/webp": ("WEBP",),
}
"""Which of Pillow's decoders may touch a content type; some others would start programs."""

COVER_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")

_ORIENTATION = 0x0112

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture upright, by its EXIF orientation (EXIF 2.32, tag 274)."""


@contextmanager
def opened(source: str | BinaryIO, formats: tuple[str, ...]) -> Iterator[Image.Image]:
    """Open a picture lazily, check its size by the header, and turn decoder errors into problems.

    Raises:
        TooLargeToDecode: more than `MAX_PIXELS`, all frames counted, or not enough memory.
        Unreadable: the header, or anything that the block decodes, is damaged.
    """
    try:
        with Image.open(source, formats=formats) as image:
            check_pixels(image.width, image.height, _frames_to_count(image))
            yield image
    except MediaProblem:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError) as bomb:
        raise TooLargeToDecode(_too_large()) from bomb
    except UnidentifiedImageError as unknown:
        raise Unreadable("The picture's header is damaged or incomplete.") from unknown
    except (OSError, ValueError, SyntaxError, ArithmeticError, LookupError, TypeError) as broken:
        raise Unreadable from broken
    except Exception as broken:
        # Decoders raise struct.error, EOFError, zlib.error and more on damaged data.
        raise Unreadable from broken


def check_pixels(width: int, height: int, frames: int = 1) -> None:
    """Refuse more pixels than fit into the memory for one file.

    Raises:
        TooLargeToDecode: with the numbers.
    """
    if width * height * frames <= MAX_PIXELS:
        return
    size = f"{width} by {height} pixels"
    raise TooLargeToDecode(_too_large(f"{frames} frames of {size}" if frames > 1 else size))


def frame_count(image: Image.Image) -> int:
    """Count the frames of an animation; a camera's several pictures in one JPEG are one."""
    return 1 if image.format == "MPO" else int(getattr(image, "n_frames", 1))


def orientation(image: Image.Image) -> int:
    """Read the EXIF orientation, 1 to 8; 1 where there is none or it makes no sense."""
    value = image.getexif().get(_ORIENTATION)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Give width and height as a viewer sees them, after the orientation is applied."""
    return image.size[::-1] if orientation(image) >= 5 else image.size


def reduced(image: Image.Image, box: tuple[int, int]) -> Image.Image:
    """Decode a picture's first frame upright and in sRGB, no larger than it is needed for a box.

    The result is "RGB" or "RGBA", fits into the box, is never enlarged, and carries no metadata.
    """
    turn = orientation(image)
    target = fit(image.size, box[::-1] if turn >= 5 else box)
    profile = image.info.get("icc_profile")
    image.draft(None, target)
    picture = _resizable(image)
    # Bicubic is to the eye what Lanczos is here, where half or more is left, and a third faster.
    picture = resized(picture, target, Image.Resampling.BICUBIC)
    picture = _in_srgb(picture, profile)
    if turn in _UPRIGHT:
        picture = picture.transpose(_UPRIGHT[turn])
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    picture.info = {}
    return picture


def resized(
    picture: Image.Image,
    size: tuple[int, int],
    resample: Image.Resampling = Image.Resampling.LANCZOS,
) -> Image.Image:
    """Scale a picture down; colours weigh by their opacity."""
    if picture.size == size:
        return picture
    return picture.resize(size, resample, reducing_gap=2.0)


def fit(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """Give the largest size of the same shape within a box, never enlarged, at least one pixel."""
    width, height = size
    ratio = min(box[0] / width, box[1] / height, 1.0)
    return max(1, round(width * ratio)), max(1, round(height * ratio))


def _too_large(size: str = "too many pixels") -> str:
    limit = MAX_PIXELS // 1_000_000
    return f"The picture has {size}, more than the {limit} megapixels that can be decoded."


def _frames_to_count(image: Image.Image) -> int:
    """Count frames only as far as the limit could still hold; a GIF's have to be walked."""
    if not getattr(image, "is_animated", False):
        return 1
    return frame_count(image)


def _resizable(image: Image.Image) -> Image.Image:
    """Give the picture in a mode that can be averaged: no palette, no 16 bit, alpha where any."""
    if image.mode.startswith("I;16"):
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("I", "F"):
        return _wide_grey(image)
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        image.load()
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _wide_grey(image: Image.Image) -> Image.Image:
    extremes = image.getextrema()
    highest = float(extremes[1]) if isinstance(extremes[1], int | float) else 255.0
    scale = 1 / 256 if highest > 255 else 1.0
    return image.point(lambda value: value * scale).convert("L")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert to sRGB through the embedded profile, which the derivative does not carry."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if not profile or picture.mode == "L":
        return picture if picture.mode == mode else picture.convert(mode)
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        colours = picture.convert("RGB") if picture.mode == "RGBA" else picture
        converted = ImageCms.profileToProfile(
            colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture if picture.mode == mode else picture.convert(mode)
    assert converted is not None
    if picture.mode == "RGBA":
        converted.putalpha(picture.getchannel("A"))
    return converted
