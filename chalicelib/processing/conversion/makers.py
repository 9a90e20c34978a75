"""What makes each kind of rendition, in a child process, given where the original's bytes are."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from chalicelib.assets.contents import Content
from chalicelib.assets.faces import Rendition
from chalicelib.core import entrypoint
from chalicelib.processing import run_tasks
from chalicelib.processing.conversion.models import Conversion

if TYPE_CHECKING:
    from chalicelib.processing.conversion.transcoding import Film
    from chalicelib.processing.media.pictures.encoding import Picture
    from chalicelib.processing.media.sandbox import Limits, Outcome

LONGEST_SECONDS = 780.0
"""How long one call may work on a film: what the function's 15 minutes leave for the rest."""

FILMS = frozenset({"master", "hevc", "optimised", "slides"})

_SPARE_SECONDS = 60.0
_MEMORY_BYTES = 2_400 * 1024**2
_FILE_BYTES = 6 * 1024**3


class Made(msgspec.Struct, frozen=True):
    """A rendition and what it took; `path` is where it lies, None where it is the original."""

    rendition: Rendition
    path: str | None
    peak_memory_bytes: int


Maker = Callable[[Content, Conversion, str], Made]
"""Makes a rendition of a content in a folder."""


def maker_of(conversion: Conversion) -> Maker:
    """Return what makes the rendition that a conversion asks for."""
    if conversion.described is not None:
        return _described
    if conversion.recipe is not None:
        return _own_rendition
    made = {
        "master": _master,
        "hevc": _hevc,
        "web": _web,
        "optimised": _optimised,
        "slides": _slides,
    }
    return made[conversion.name]


def _master(content: Content, _: Conversion, folder: str) -> Made:
    from chalicelib.processing.conversion import transcoding

    return _film(content, "master", folder, transcoding.make_master, content.content_type)


def _hevc(content: Content, _: Conversion, folder: str) -> Made:
    from chalicelib.processing.conversion import transcoding

    return _film(content, "hevc", folder, transcoding.make_hevc)


def _slides(content: Content, _: Conversion, folder: str) -> Made:
    from chalicelib.processing.conversion import slides

    return _film(content, "slides", folder, slides.make_slides)


def _optimised(content: Content, _: Conversion, folder: str) -> Made:
    """Make a file smaller; where that cannot be, the original serves."""
    from chalicelib.processing.conversion import compressing
    from chalicelib.processing.media import sandbox

    target, technical = f"{folder}/made", content.technical
    seconds, limits = bounds()
    width, height = technical.get("width") or 0, technical.get("height") or 0
    kept = compressing.Smaller(content.content_type, width, height, None)
    peak = 0
    if content.kind == "video":
        told = (content.size_bytes, target, seconds - 5)
        with run_tasks.source_of(content) as source:
            outcome = sandbox.run(compressing.compress_film, source, *told, limits=limits)
        kept, peak = outcome.result, outcome.peak_memory_bytes
    elif (technical.get("frames") or 1) == 1 and content.content_type != "image/svg+xml":
        about = (content.content_type, content.size_bytes, target)
        with run_tasks.source_of(content) as source:
            outcome = sandbox.run(compressing.compress_picture, source, *about, limits=limits)
        kept, peak = outcome.result, outcome.peak_memory_bytes
    is_smaller = kept.similarity is not None
    rendition = Rendition(
        "optimised",
        kept.content_type if is_smaller else content.content_type,
        kept.width,
        kept.height,
        size_bytes=Path(target).stat().st_size if is_smaller else content.size_bytes,
        sha256=_digest(target) if is_smaller else content.sha256,
        video_codec=kept.video_codec or msgspec.UNSET,
        similarity=1.0 if kept.similarity is None else kept.similarity,
    )
    return Made(rendition, target if is_smaller else None, peak)


def bounds() -> "tuple[float, Limits]":
    """Return for how many seconds, and within which limits, a film may be worked on."""
    from chalicelib.processing.media import sandbox

    seconds = min(LONGEST_SECONDS, entrypoint.remaining_seconds() - _SPARE_SECONDS)
    limits = sandbox.Limits(
        memory_bytes=_MEMORY_BYTES,
        cpu_seconds=round(seconds) * 2,
        wall_seconds=seconds,
        file_bytes=_FILE_BYTES,
    )
    return seconds, limits


def _film(
    content: Content, name: str, folder: str, function: "Callable[..., Film]", *told: str
) -> Made:
    from chalicelib.processing.media import sandbox

    seconds, limits = bounds()
    target = f"{folder}/made.mp4"
    with run_tasks.source_of(content) as source:
        outcome = sandbox.run(function, source, *told, target, seconds - 5, limits=limits)
    return film_made(content, name, outcome, target)


def film_made(content: Content, name: str, outcome: "Outcome[Film]", target: str) -> Made:
    """Describe a film that was made, or the original where that is kept."""
    film = outcome.result
    path = target if film.deed != "keep" else None
    rendition = Rendition(
        name,
        "video/mp4",
        film.width,
        film.height,
        size_bytes=Path(path).stat().st_size if path else content.size_bytes,
        sha256=_digest(path) if path else content.sha256,
        video_codec=film.video_codec,
    )
    return Made(rendition, path, outcome.peak_memory_bytes)


def _web(content: Content, _: Conversion, folder: str) -> Made:
    from chalicelib.processing.conversion import pictures
    from chalicelib.processing.media import sandbox

    with run_tasks.source_of(content) as source:
        return _kept(sandbox.run(pictures.make_web, source, content.content_type), folder)


def _own_rendition(content: Content, conversion: Conversion, folder: str) -> Made:
    from chalicelib.processing.conversion import pictures
    from chalicelib.processing.media import sandbox

    recipe = conversion.recipe
    assert recipe is not None  # its caller has looked
    told = (content.content_type, conversion.name, recipe)
    with run_tasks.source_of(content) as source:
        made = _kept(sandbox.run(pictures.make_rendition, source, *told), folder)
    return msgspec.structs.replace(
        made, rendition=msgspec.structs.replace(made.rendition, recipe=recipe.id)
    )


def _described(content: Content, conversion: Conversion, folder: str) -> Made:
    from chalicelib.processing.conversion import describing
    from chalicelib.processing.media import sandbox

    described, target = conversion.described, f"{folder}/described"
    assert described is not None  # its caller has looked
    told = (content.content_type, described.said, target)
    with run_tasks.source_of(content) as source:
        outcome = sandbox.run(describing.write_copy, source, *told, limits=bounds()[1])
    rendition = Rendition(
        conversion.name,
        content.content_type,
        outcome.result.width,
        outcome.result.height,
        size_bytes=Path(target).stat().st_size,
        sha256=_digest(target),
        asset_id=described.asset_id,
        said_hash=described.said_hash,
    )
    return Made(rendition, target, outcome.peak_memory_bytes)


def _kept(outcome: "Outcome[Picture]", folder: str) -> Made:
    picture = outcome.result
    path = Path(folder) / picture.name
    path.write_bytes(picture.data)
    rendition = Rendition(
        picture.name,
        picture.content_type,
        picture.width,
        picture.height,
        size_bytes=len(picture.data),
        sha256=hashlib.sha256(picture.data).hexdigest(),
    )
    return Made(rendition, str(path), outcome.peak_memory_bytes)


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
