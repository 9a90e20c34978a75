"""The beginning of an animated picture, as a small animation of its own."""

import io
import warnings

from PIL import Image

from chalicelib.processing.media.pictures import images
from chalicelib.processing.media.pictures.encoding import Picture

NAME = "preview"
BOX = (480, 480)
LONGEST_MS = 6_000
MOST_FRAMES = 90
MOST_PIXELS = 100_000_000
"""How much is decoded for it, all frames together."""

QUALITY = 70
_SHORTEST_FRAME_MS, _USUAL_FRAME_MS = 20, 100
"""Browsers show a frame that says it is shorter for a tenth of a second."""


def short(path: str, content_type: str) -> Picture | None:
    """Return the first seconds of an animation as WebP; None of a still, or of what is broken."""
    (name,) = images.FORMATS[content_type]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with Image.open(path, formats=(name,)) as source:
            frames, durations = _frames(source)
    if len(frames) < 2:
        return None
    data = io.BytesIO()
    frames[0].save(
        data,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=0,
        quality=QUALITY,
        method=0,
    )
    return Picture(NAME, "image/webp", *frames[0].size, data.getvalue())


def _frames(source: Image.Image) -> tuple[list[Image.Image], list[int]]:
    """Decode frames within the budget; each is what a browser shows then, reduced."""
    images.check_pixels(*source.size)
    size = images.fit(source.size, BOX)
    left = min(MOST_FRAMES, MOST_PIXELS // max(1, source.width * source.height))
    frames: list[Image.Image] = []
    durations: list[int] = []
    while len(frames) < left and sum(durations) < LONGEST_MS:
        try:
            source.seek(len(frames))
            frame = source.convert("RGBA")
        except (EOFError, OSError, ValueError, SyntaxError):
            break
        frames.append(images.resized(frame, size))
        said = int(source.info.get("duration") or 0)
        durations.append(_USUAL_FRAME_MS if said < _SHORTEST_FRAME_MS else min(said, LONGEST_MS))
    return frames, durations
