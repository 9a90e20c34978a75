"""A sound's picture: the cover that it carries, else its waveform."""

import array
import base64
import contextlib
import io
import itertools
from typing import Any

import ffmpeg
import mutagen
import mutagen.flac
from PIL import Image, ImageDraw

from chalicelib.processing import subprocesses
from chalicelib.processing.media import optional
from chalicelib.processing.media.audio_video import streams
from chalicelib.processing.media.audio_video.streams import Probe
from chalicelib.processing.media.pictures import images
from chalicelib.processing.problems import Unreadable
from chalicelib.processing.subprocesses import ProgramFailed

LONGEST_WAVEFORM_SECONDS = 1800
"""A longer sound shows its first half hour."""

DECODE_SECONDS = 60.0
_LISTENED_SECONDS = 10
_SAMPLE_RATE = 4000
_MAX_COVER_BYTES = 16 * 1024**2
_flac: Any = mutagen.flac
_GROUND, _WAVE = (250, 243, 239), (196, 88, 52)


def cover(source: str, found: Probe, box: tuple[int, int]) -> Image.Image | None:
    """Return the cover picture embedded in a sound file, fitted into a box.

    Returns:
        None without one, or where it is broken: that does not make a broken sound.
    """
    return optional.read(lambda: _cover(source, found, box), None)


def _cover(source: str, found: Probe, box: tuple[int, int]) -> Image.Image | None:
    if streams.is_url(source):
        encoded = _attached_picture(source, found)
    else:
        encoded = _tagged_picture(source)
    if not encoded or len(encoded) > _MAX_COVER_BYTES:
        return None
    with images.opened(io.BytesIO(encoded), images.COVER_FORMATS) as image:
        return images.reduced(image, box)


def require_sound(source: str) -> None:
    """Decode the first seconds of a sound.

    Raises:
        Unreadable: they cannot be decoded.
    """
    _samples(source, _LISTENED_SECONDS)


def waveform(source: str, box: tuple[int, int]) -> Image.Image | None:
    """Draw the loudness over time, twice as wide as high; None for a sound without a sample.

    Raises:
        Unreadable: the sound cannot be decoded.
    """
    width = max(2, min(box[0], box[1] * 2))
    height = max(2, width // 2)
    samples = _samples(source, LONGEST_WAVEFORM_SECONDS)
    if not samples:
        return None
    peaks = _peaks(samples, columns=width // 4 or 1)
    loudest = max(max(peaks), 1)
    drawing = Image.new("RGB", (width, height), _GROUND)
    draw = ImageDraw.Draw(drawing)
    step = width / len(peaks)
    for column, peak in enumerate(peaks):
        half = max(1.0, peak / loudest * height * 0.42)
        left = column * step + step * 0.15
        draw.rectangle((left, height / 2 - half, left + step * 0.55, height / 2 + half), _WAVE)
    return drawing


def _peaks(samples: "array.array[int]", columns: int) -> list[int]:
    columns = min(columns, len(samples))
    edges = [len(samples) * column // columns for column in range(columns + 1)]
    parts = (samples[start:end] for start, end in itertools.pairwise(edges))
    return [max(max(part), -min(part)) for part in parts]


def _samples(source: str, seconds: int) -> "array.array[int]":
    command = (
        ffmpeg.input(
            streams.address(source),
            t=seconds,
            threads=1,
            **streams.input_options(source),
        )
        .audio.output("pipe:", format="s16le", acodec="pcm_s16le", ac=1, ar=_SAMPLE_RATE, threads=1)
        .global_args("-nostdin", "-loglevel", "error")
        .compile()
    )
    samples = array.array("h")
    try:
        decoded = subprocesses.run(command, DECODE_SECONDS)
    except ProgramFailed as failure:
        raise Unreadable("The sound cannot be decoded. Export it again.") from failure
    samples.frombytes(decoded[: len(decoded) // 2 * 2])
    return samples


def _attached_picture(source: str, found: Probe) -> bytes | None:
    if not any(stream.is_cover for stream in found.streams):
        return None
    command = (
        ffmpeg.input(streams.address(source), **streams.input_options(source))
        .output("pipe:", map="0:v:0", codec="copy", vframes=1, format="image2pipe")
        .global_args("-nostdin", "-loglevel", "error")
        .compile()
    )
    try:
        return subprocesses.run(command, DECODE_SECONDS)
    except ProgramFailed:
        return None


def _tagged_picture(path: str) -> bytes | None:
    pictures = _pictures(mutagen.File(path))
    # Type 3 is the front cover in ID3 and FLAC alike.
    pictures.sort(key=lambda picture: picture[0] != 3)
    return pictures[0][1] if pictures else None


def _pictures(tagged: Any) -> list[tuple[int, bytes]]:
    if tagged is None or tagged.tags is None:
        return []
    found: list[tuple[int, bytes]] = []
    if hasattr(tagged.tags, "getall"):
        found += [(int(frame.type), frame.data) for frame in tagged.tags.getall("APIC")]
    elif "covr" in tagged.tags:
        found += [(3, bytes(data)) for data in tagged.tags["covr"]]
    elif "metadata_block_picture" in tagged.tags:
        found += _vorbis_pictures(tagged.tags["metadata_block_picture"])
    found += [(int(picture.type), picture.data) for picture in getattr(tagged, "pictures", [])]
    return found


def _vorbis_pictures(blocks: list[str]) -> list[tuple[int, bytes]]:
    found = []
    for block in blocks:
        with contextlib.suppress(ValueError, mutagen.MutagenError):
            picture: Any = _flac.Picture(base64.b64decode(block))
            found.append((int(picture.type), picture.data))
    return found
