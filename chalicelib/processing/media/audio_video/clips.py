"""What is shown of a video before it plays: a short clip without sound, and a strip of stills."""

import os
import tempfile
import time

import ffmpeg
from PIL import Image

from chalicelib.processing import subprocesses
from chalicelib.processing.media.audio_video import colours, streams, video
from chalicelib.processing.media.audio_video.streams import Probe, Stream
from chalicelib.processing.media.pictures import encoding, images
from chalicelib.processing.media.pictures.encoding import Picture
from chalicelib.processing.subprocesses import ProgramFailed

CLIP, STRIP = "preview", "strip"
CLIP_SECONDS, CLIP_BOX, CLIP_FRAMES_PER_SECOND = 6.0, (480, 480), 25
STILLS, STILL_BOX = 10, (160, 160)
"""A strip shows so many moments, evenly apart, each as wide as the others, from left to right."""

ENCODING_SECONDS = 12.0
STRIP_SECONDS = 10.0
SHORTEST_SECONDS = 2.5
"""A shorter video is its own clip."""


def short(source: str, found: Probe) -> Picture | None:
    """Encode some seconds of a video in H.264, from its poster on, muted; None of a very short one.

    Raises:
        ProcessingTimeout: it takes too long.
    """
    stream, seconds = found.first("video"), found.duration_seconds or 0.0
    if stream is None or seconds < SHORTEST_SECONDS:
        return None
    images.check_pixels(stream.width, stream.height)
    width, height = (side + side % 2 for side in images.fit(stream.shown_size(), CLIP_BOX))
    steps = colours.conversion(stream)
    for conversion in (steps, ()) if steps else ((),):
        data = _encoded(source, stream, _begin(seconds), (width, height), conversion)
        if data:
            return Picture(CLIP, "video/mp4", width, height, data)
    return None


def _begin(seconds: float) -> float:
    return max(0.0, min(seconds / 10, video.LATEST_POSTER_AT_SECONDS, seconds - CLIP_SECONDS))


def _encoded(
    source: str,
    stream: Stream,
    begin: float,
    size: tuple[int, int],
    conversion: tuple[colours.Filter, ...],
) -> bytes:
    opened = ffmpeg.input(
        streams.address(source),
        ss=round(begin, 3),
        t=CLIP_SECONDS,
        threads=1,
        max_pixels=images.MAX_PIXELS,
        **streams.input_options(source),
    )
    drawn = opened[str(stream.index)]
    if (stream.frame_rate or 0) > CLIP_FRAMES_PER_SECOND:
        drawn = drawn.filter("fps", CLIP_FRAMES_PER_SECOND)
    if stream.is_interlaced:
        drawn = drawn.filter("yadif", deint="interlaced")
    drawn = colours.as_bt709(drawn, size, stream, conversion)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "clip.mp4")
        coded = {"vcodec": "libx264", "preset": "veryfast", "crf": 28, "pix_fmt": "yuv420p"}
        coded |= colours.BT709
        command = (
            drawn.output(
                path, threads=1, movflags="+faststart", map_metadata=-1, fflags="+bitexact", **coded
            )
            .global_args("-nostdin", "-loglevel", "error")
            .compile()
        )
        try:
            subprocesses.run(command, ENCODING_SECONDS)
        except ProgramFailed:
            return b""
        with open(path, "rb") as file:
            return file.read()


def strip(source: str, found: Probe) -> Picture | None:
    """Put stills of a video side by side; a moment that cannot be decoded is as the one before.

    Returns:
        None of a very short one, where nothing can be decoded, or it takes too long.
    """
    stream, seconds = found.first("video"), found.duration_seconds or 0.0
    if stream is None or seconds < SHORTEST_SECONDS:
        return None
    size = images.fit(stream.shown_size(), STILL_BOX)
    row = Image.new("RGB", (size[0] * STILLS, size[1]))
    still: Image.Image | None = None
    ends_at = time.monotonic() + STRIP_SECONDS
    for number in range(STILLS):
        moment = round(seconds * (number + 0.5) / STILLS, 3)
        if time.monotonic() > ends_at:
            return None
        still = video.frame(source, stream, moment, size) or still
        if still is not None:
            row.paste(still.convert("RGB"), (number * size[0], 0))
    return encoding.encoded(STRIP, row) if still is not None else None
