"""Encoding one upright picture as the WebP thumbnails of all sizes."""

import io

import msgspec
from PIL import Image

from chalicelib.processing.media.pictures import images

GRID, GRID_SIDE = "grid", 128
CONTENT_TYPE = "image/webp"
QUALITY = 80
METHOD = 2
"""12 ms for the three sizes; the slower methods gain little at these sizes."""


class Picture(msgspec.Struct, frozen=True):
    """One derived picture, encoded."""

    name: str
    content_type: str
    width: int
    height: int
    data: bytes


def largest(sizes: dict[str, tuple[int, int]]) -> tuple[int, int]:
    """Return the box that holds every box."""
    return max(width for width, _ in sizes.values()), max(height for _, height in sizes.values())


def cascade(picture: Image.Image, sizes: dict[str, tuple[int, int]]) -> list[Picture]:
    """Encode a picture in every size, each made from the next larger one, smallest first."""
    made: list[Picture] = []
    step = picture
    by_area = sorted(sizes.items(), key=lambda item: item[1][0] * item[1][1], reverse=True)
    for name, box in by_area:
        target = images.fit(picture.size, box)
        if step.width < target[0] or step.height < target[1]:
            step = picture
        step = images.resized(step, target)
        made.append(encoded(name, step))
    return made[::-1]


def encoded(name: str, picture: Image.Image) -> Picture:
    """Encode a picture as WebP, as large as it is."""
    data = io.BytesIO()
    picture.save(data, "WEBP", quality=QUALITY, method=METHOD)
    return Picture(name, CONTENT_TYPE, *picture.size, data.getvalue())


def grid(picture: Image.Image) -> Picture:
    """Encode what comparisons of versions look at: 128 pixels at most, on white, without loss."""
    small = images.resized(picture, images.fit(picture.size, (GRID_SIDE, GRID_SIDE)))
    rgba = small.convert("RGBA")
    flat = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    data = io.BytesIO()
    flat.save(data, "PNG")
    return Picture(GRID, "image/png", *flat.size, data.getvalue())
