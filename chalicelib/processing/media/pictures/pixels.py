"""What is done to decoded pixels: modes that can be averaged, canvases, smaller sizes."""

import math
from collections.abc import Callable

from PIL import Image, ImageChops, ImageCms
from PIL.ImageFile import ImageFile

_WIDE_STEPS = 65_536


def resized(
    picture: Image.Image,
    size: tuple[int, int],
    resample: Image.Resampling = Image.Resampling.LANCZOS,
    gap: float = 2.0,
) -> Image.Image:
    """Scale a picture down; colours weigh by their opacity.

    Pixels are averaged in squares first, as long as the picture stays larger than it is wanted by
    the gap, a factor.
    """
    if picture.size == size:
        return picture
    return picture.resize(size, resample, reducing_gap=gap)


def factors(size: tuple[int, int], wanted: tuple[int, int], gap: float) -> tuple[int, int]:
    """Return how many pixels `resized` averages across and down before the finer way."""
    across, down = (int(whole / part / gap) or 1 for whole, part in zip(size, wanted, strict=True))
    return across, down


def fit(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """Return the largest size of the same shape within a box, never enlarged; 1 pixel at least."""
    width, height = size
    ratio = min(box[0] / width, box[1] / height, 1.0)
    return max(1, round(width * ratio)), max(1, round(height * ratio))


def on_canvas(picture: Image.Image, size: tuple[int, int], offset: tuple[int, int]) -> Image.Image:
    """Put a frame on a transparent canvas."""
    canvas = Image.new("RGBA", size)
    canvas.paste(picture.convert("RGBA"), offset)
    return canvas


def resizable(image: ImageFile, again: Callable[[], ImageFile] | None = None) -> Image.Image:
    """Return the picture in a mode that can be averaged: no palette, no 16 bit, alpha where any.

    `again` opens the same picture once more; a JPEG has no need of it.
    """
    if image.mode.startswith("I;16"):
        return _wide_grey(image)
    if again and image.mode == "RGB" and isinstance(image.info.get("transparency"), tuple):
        return _keyed(image, again)
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        image.load()
        return image
    if image.mode in ("I", "F"):
        return _scaled_grey(image)
    if image.mode == "LAB":
        return _from_lab(image)
    return image.convert("L" if image.mode == "1" else "RGB")


def _scaled_grey(image: ImageFile) -> Image.Image:
    """Bring greys of 32 bits to 8: from 0 to the next usual white, or to the brightest there is."""
    numbers = image.convert("F")
    low, high = (float(value) for value in numbers.getextrema())  # type: ignore[arg-type]
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("greys without a number")
    white = next((usual for usual in (1.0, 255.0, 65_535.0) if high <= usual), high)
    black = min(low, 0.0)
    step = 255 / (white - black)
    return numbers.point(lambda value: value * step - black * step).convert("L")


def _from_lab(image: ImageFile) -> Image.Image:
    image.load()
    lab = ImageCms.createProfile("LAB")
    converted = ImageCms.profileToProfile(
        image, lab, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert converted is not None
    return converted


def _wide_grey(image: ImageFile) -> Image.Image:
    """Reduce 65,536 greys to 256, and make the one that is transparent an alpha channel."""
    wide = image.convert("I")
    grey = wide.point([step >> 8 for step in range(_WIDE_STEPS)], "L")
    clear = image.info.get("transparency")
    if not isinstance(clear, int):
        return grey
    opaque = [255] * _WIDE_STEPS
    opaque[clear % _WIDE_STEPS] = 0
    return Image.merge("LA", (grey, wide.point(opaque, "L"))).convert("RGBA")


def _keyed(image: ImageFile, again: Callable[[], ImageFile]) -> Image.Image:
    """Make the transparent colour of an RGB picture an alpha channel, also where it has 16 bits.

    Pillow keeps the upper bytes alone; the lower ones come from a second decoding, as if the file
    were little-endian.
    """
    clear: tuple[int, ...] = image.info["transparency"]
    lower = again()
    if lower.tile[0].args != "RGB;16B":
        return image.convert("RGBA")
    lower.tile = [lower.tile[0]._replace(args="RGB;16L")]
    image.load()
    alpha = Image.new("L", image.size)
    for picture, values in (
        (image, [value >> 8 for value in clear]),
        (lower, [value & 255 for value in clear]),
    ):
        for channel, value in zip(picture.split(), values, strict=True):
            differs = channel.point([0 if step == value else 255 for step in range(256)])
            alpha = ImageChops.lighter(alpha, differs)
    image.putalpha(alpha)
    return image
