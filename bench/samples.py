"""JPEGs to measure with, made on the spot, and the user's own large ones."""

import io
import os
import random
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, UnidentifiedImageError

from chalicelib.processing.media.pictures.images import MAX_PIXELS

SIZES = {"12 MP": (4000, 3000), "24 MP": (6000, 4000), "50 MP": (8656, 5776)}
"""Pixels of usual cameras; the largest is just within what Reef decodes."""

_LARGE_PIXELS = 10_000_000
_MOST_OWN = 6


def large_jpegs(folder: Path, sizes: dict[str, tuple[int, int]]) -> Iterator[tuple[str, Path]]:
    """Make a photograph and a drawing of each size, then add what `REEF_SAMPLES` holds."""
    for name, size in sizes.items():
        for kind, draw, subsampling in (("photograph", photograph, 2), ("drawing", drawing, 0)):
            path = folder / f"{kind}-{name.replace(' ', '-')}.jpg"
            draw(size, seed=1).save(path, quality=90, subsampling=subsampling)
            yield f"{kind} {name}", path
    own = [path for path in own_jpegs() if _pixels(path) >= _LARGE_PIXELS][:_MOST_OWN]
    for number, path in enumerate(own, 1):
        yield f"own {number}", path


def photograph(size: tuple[int, int], seed: int) -> Image.Image:
    """Draw what compresses like a photograph: light and detail at every scale, and grain."""
    random.seed(seed)
    channels = [_exposed(size, random.uniform(0.35, 0.5)) for _ in range(3)]
    return Image.merge("RGB", channels)


def drawing(size: tuple[int, int], seed: int) -> Image.Image:
    """Draw a poster: plain areas, shapes and lettering with hard edges."""
    dice = random.Random(seed)
    image = Image.merge("RGB", [Image.linear_gradient("L").resize(size)] * 3)
    pen = ImageDraw.Draw(image)
    width, height = size
    for _ in range(300):
        left, top = dice.randrange(width), dice.randrange(height)
        box = (
            left,
            top,
            left + dice.randrange(1, width // 6),
            top + dice.randrange(1, height // 6),
        )
        colour = (dice.randrange(256), dice.randrange(256), dice.randrange(256))
        dice.choice([pen.rectangle, pen.ellipse])(box, fill=colour)
    for line in range(60):
        at = (dice.randrange(width // 2), line * height // 60)
        pen.text(at, "Reef keeps the harbour's screens fed. " * 3, font_size=height / 90)
    return image


def encoded(image: Image.Image, quality: int = 88) -> bytes:
    """Return a picture as a JPEG."""
    target = io.BytesIO()
    image.save(target, "JPEG", quality=quality)
    return target.getvalue()


def of_size(size_bytes: int) -> bytes:
    """Return a photograph whose JPEG has about this many bytes."""
    image = photograph((2400, 1800), seed=2)
    low, high = 10, 97
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if len(encoded(image, middle)) <= size_bytes else (low, middle)
    return encoded(image, low)


def unlike_any_other(jpeg: bytes) -> bytes:
    """Return the same picture with other bytes: with a random comment (JPEG's COM segment)."""
    comment = os.urandom(16).hex().encode()
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]


def _exposed(size: tuple[int, int], contrast: float) -> Image.Image:
    width, height = size
    small = (max(1, width // 4), max(1, height // 4))
    light = Image.linear_gradient("L").resize(small, Image.Resampling.BICUBIC)
    for across in (8, 32, 128, 512):
        cells = (min(across, small[0]), max(1, min(across, small[0]) * height // width))
        detail = Image.effect_noise(cells, 90).resize(small, Image.Resampling.BICUBIC)
        light = Image.blend(light, detail, contrast)
        contrast *= 0.7
    tile = Image.effect_noise((1024, 1024), 9)
    grain = Image.new("L", size)
    for left in range(0, width, tile.width):
        for top in range(0, height, tile.height):
            grain.paste(tile, (left, top))
    return ImageChops.add(light.resize(size, Image.Resampling.BICUBIC), grain, 1, -128)


def own_jpegs() -> list[Path]:
    """List the JPEGs that `REEF_SAMPLES` holds and that Reef decodes."""
    folder = os.environ.get("REEF_SAMPLES")
    found = sorted(Path(folder).rglob("*.jp*g")) if folder else []
    return [path for path in found if 0 < _pixels(path) <= MAX_PIXELS]


def _pixels(path: Path) -> int:
    try:
        with Image.open(path, formats=("JPEG",)) as image:
            return image.width * image.height
    except (OSError, UnidentifiedImageError, Image.DecompressionBombWarning):
        return 0
