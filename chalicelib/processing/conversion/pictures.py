"""Making pictures from any file that can be drawn; each function runs in the sandbox."""

import io
from typing import Any

from PIL import Image, ImageDraw

from chalicelib.processing.conversion.recipes import Point, Recipe
from chalicelib.processing.media import thumbnails
from chalicelib.processing.media.documents import lettering
from chalicelib.processing.media.pictures.encoding import Picture
from chalicelib.processing.media.pictures.pixels import fit, resized

WEB_BOX = (3840, 2160)
"""What a screen shows at most; upright pictures fit into it turned."""

WEB_QUALITY = 82
_WEBP_METHOD = 2
_WATERMARK_SHARE = 0.04
"""A watermark's height, as a share of the picture's shorter side."""

_SMALLEST_WATERMARK = 10


def make_web(source: str, content_type: str) -> Picture:
    """Draw a picture as every browser and board shows it: JPEG, or WebP where it is transparent.

    Raises:
        Unreadable, TooLargeToDecode: as for thumbnails.
    """
    drawn = thumbnails.drawn(source, content_type, (max(WEB_BOX), max(WEB_BOX)))
    box = WEB_BOX if drawn.width >= drawn.height else WEB_BOX[::-1]
    drawn = resized(drawn, fit(drawn.size, box))
    return _encoded("web", drawn, "webp" if drawn.mode == "RGBA" else "jpeg", WEB_QUALITY)


def make_rendition(source: str, content_type: str, name: str, recipe: Recipe) -> Picture:
    """Draw a rendition of the tenant's own.

    Raises:
        Unreadable, TooLargeToDecode: as for thumbnails.
    """
    wanted = recipe.definition
    box = (wanted.width, wanted.height)
    if wanted.fit == "crop":
        drawn = thumbnails.drawn(source, content_type, _box_to_crop(box))
        drawn = cropped(drawn, box, recipe.focal_point)
    else:
        drawn = thumbnails.drawn(source, content_type, box)
    if wanted.watermark:
        drawn = watermarked(drawn, wanted.watermark)
    return _encoded(name, drawn, wanted.format, wanted.quality)


def _box_to_crop(box: tuple[int, int]) -> tuple[int, int]:
    """Return into which box a picture is drawn that is cropped to another."""
    side = 4 * max(box)
    return side, side


def cropped(picture: Image.Image, size: tuple[int, int], point: Point) -> Image.Image:
    """Cut out what has the shape of a size, the point as near to its middle as can be; resize it.

    A picture too small for the size is enlarged: a crop has exactly the size that was asked for.
    """
    width, height = size
    share = min(picture.width / width, picture.height / height)
    cut_width, cut_height = width * share, height * share
    left = min(max(point[0] * picture.width - cut_width / 2, 0), picture.width - cut_width)
    top = min(max(point[1] * picture.height - cut_height / 2, 0), picture.height - cut_height)
    box = (left, top, left + cut_width, top + cut_height)
    return picture.resize(size, Image.Resampling.LANCZOS, box)


def watermarked(picture: Image.Image, text: str) -> Image.Image:
    """Write a line into the lower right corner, white upon a dark ground that shows what is below.

    Where the picture is too small for letters that can be read, nothing is written.
    """
    size = min(picture.size) * _WATERMARK_SHARE
    if min(picture.size) < 4 * _SMALLEST_WATERMARK:
        return picture
    size = max(size, _SMALLEST_WATERMARK)
    shown = lettering.shown(text)
    margin, height = round(size / 2), round(size * 1.6)
    width = min(picture.width, round(lettering.length(shown, size)) + 2 * margin)
    left, top = picture.width - width, picture.height - height
    marked = picture.convert("RGBA")
    ground = Image.new("RGBA", (width, height), (0, 0, 0, 128))
    marked.alpha_composite(ground, (left, top))
    pen = ImageDraw.Draw(marked)
    place = (left + margin, top + round(size * 1.15), max(1, width - 2 * margin))
    lettering.draw(pen, shown, place, size, (255, 255, 255))
    return marked if picture.mode == "RGBA" else marked.convert("RGB")


def _encoded(name: str, picture: Image.Image, format_name: str, quality: int) -> Picture:
    data = io.BytesIO()
    options: dict[str, dict[str, Any]] = {
        "jpeg": {"quality": quality, "optimize": True, "progressive": True},
        "webp": {"quality": quality, "method": _WEBP_METHOD},
        "png": {"optimize": True},
    }
    if format_name == "jpeg" and picture.mode == "RGBA":
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture).convert("RGB")
    picture.save(data, format_name.upper(), **options[format_name])
    return Picture(name, f"image/{format_name}", *picture.size, data.getvalue())
