"""Making files smaller, with a measure of how like the original they look; in the sandbox.

The measure is SSIM (Wang et al. 2004) as ffmpeg's filter of that name computes it, over all planes
and frames: 1 is the same picture.
"""

import re
from typing import Any

import ffmpeg
import msgspec
from PIL import Image

from chalicelib.processing import subprocesses
from chalicelib.processing.conversion import films, transcoding
from chalicelib.processing.conversion.films import Plan
from chalicelib.processing.media import thumbnails
from chalicelib.processing.media.audio_video import streams
from chalicelib.processing.problems import Unreadable
from chalicelib.processing.subprocesses import ProgramFailed

LEAST_SIMILARITY = 0.95
"""What looks less like its original is no replacement for it."""

_WHOLE = (10_000, 10_000)
_QUALITIES = (80, 90)
_FILM_CRF = 26
_SSIM = re.compile(r" All:([0-9.]+)")
_MEASURE_SECONDS = 300.0


class Smaller(msgspec.Struct, frozen=True):
    """What was made; `similarity` is None where the original is as small as it gets."""

    content_type: str
    width: int
    height: int
    similarity: float | None
    video_codec: str = ""


def compress_picture(source: str, content_type: str, size_bytes: int, target: str) -> Smaller:
    """Write a picture as WebP, as large as it is: the first quality that looks like the original.

    Args:
        source: where the picture is.
        content_type: what it was found to be.
        size_bytes: how large it is.
        target: where to write to.

    Raises:
        Unreadable, TooLargeToDecode: as for thumbnails.
    """
    drawn = thumbnails.drawn(source, content_type, _WHOLE)
    reference = f"{target}.png"
    _flat(drawn).save(reference, compress_level=1)
    for quality in _QUALITIES:
        drawn.save(target, "WEBP", quality=quality, method=4)
        with open(target, "rb") as file:
            if len(file.read()) >= size_bytes:
                break
        again = f"{target}-again.png"
        with Image.open(target, formats=("WEBP",)) as made:
            _flat(made).save(again, compress_level=1)
        found = _similarity(ffmpeg.input(f"file:{again}"), ffmpeg.input(f"file:{reference}"))
        if found >= LEAST_SIMILARITY:
            return Smaller("image/webp", *drawn.size, found)
    return Smaller(content_type, *drawn.size, None)


def compress_film(source: str, size_bytes: int, target: str, seconds: float) -> Smaller:
    """Write a film as a master of fewer bits a second; `compress_picture` otherwise.

    Raises:
        Unreadable: there are no pictures, or they cannot be decoded.
        ProcessingTimeout: it took longer than so many seconds.
    """
    found = streams.probe(source)
    video = found.first("video")
    if video is None:
        raise Unreadable("The video holds no pictures.")
    plan = Plan(keeps_video=False, keeps_sound=False, is_whole=False)
    transcoding.encode(source, found, plan, "h264", target, seconds / 2, crf=_FILM_CRF)
    transcoding.checked(target, found.duration_seconds)
    width, height = films.size(video)
    with open(target, "rb") as file:
        is_smaller = file.seek(0, 2) < size_bytes
    if is_smaller:
        opened = ffmpeg.input(streams.address(source), **streams.input_options(source))
        original = transcoding.pictures(opened[str(video.index)], video)
        made = ffmpeg.input(f"file:{target}")["v:0"]
        similarity = _similarity(made, original, seconds / 2)
        if similarity >= LEAST_SIMILARITY:
            return Smaller("video/mp4", width, height, similarity, "h264")
    return Smaller("", width, height, None, video.codec)


def _flat(picture: Image.Image) -> Image.Image:
    rgba = picture.convert("RGBA")
    ground = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(ground, rgba).convert("RGB")


def _similarity(made: Any, original: Any, seconds: float = _MEASURE_SECONDS) -> float:
    compared = ffmpeg.filter([made, original], "ssim", stats_file="-")
    command = (
        ffmpeg.output(compared, "pipe:", format="null")
        .global_args("-nostdin", "-loglevel", "error")
        .compile()
    )
    try:
        told = subprocesses.run(command, seconds).decode()
    except ProgramFailed as failure:
        raise Unreadable("The file cannot be compared with what was made of it.") from failure
    frames = [float(found) for found in _SSIM.findall(told)]
    if not frames:
        raise ArithmeticError(f"no similarity in: {told[-500:]}")
    return round(min(1.0, sum(frames) / len(frames)), 5)
