"""What is made of a file beside its thumbnails: pages, a short animation, a clip, a strip.

Whatever fails here costs itself alone.
"""

from functools import partial

from chalicelib.assets import media_types
from chalicelib.processing.media import optional
from chalicelib.processing.media.audio_video import clips, streams
from chalicelib.processing.media.documents import pdf_pages
from chalicelib.processing.media.pictures import animations
from chalicelib.processing.media.pictures.encoding import Picture
from chalicelib.processing.media.sandbox import Limits
from chalicelib.processing.problems import MediaProblem

ANIMATED = frozenset({"image/gif", "image/webp", "image/png", "image/avif"})

LIMITS = Limits(cpu_seconds=24, wall_seconds=25.0)
"""What the drawing may use: little enough that the thumbnails still have time in one Lambda."""


def are_made(content_type: str) -> bool:
    """Return whether files of a type have anything beside their thumbnails."""
    return (
        content_type == "application/pdf"
        or content_type in ANIMATED
        or media_types.kind_of(content_type) == "video"
    )


def draw(source: str, content_type: str) -> list[Picture]:
    """Draw what a file has beside its thumbnails; call it through the sandbox.

    Returns:
        `page-1` and so on of a PDF, `preview` of an animation, `preview` and `strip` of a video.

    Raises:
        Unreadable: it cannot be opened.
    """
    if content_type == "application/pdf":
        return pdf_pages.draw(source)
    if content_type in ANIMATED:
        short = optional.read(partial(animations.short, source, content_type), None)
        return [short] if short is not None else []
    found = streams.probe(source)
    made = [_made(partial(clips.strip, source, found)), _made(partial(clips.short, source, found))]
    return [picture for picture in made if picture is not None]


def _made(work: "partial[Picture | None]") -> Picture | None:
    try:
        return work()
    except MediaProblem:
        return None
