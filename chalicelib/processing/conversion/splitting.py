"""Long films in segments: how they are divided, made one by one, and joined; in the sandbox.

A segment is a fixed number of frames of the master, so that they meet without a gap or a frame
twice. Sound is never divided: it is one piece of its own.
"""

from pathlib import Path
from typing import Any

import ffmpeg

from chalicelib.processing.conversion import films, transcoding
from chalicelib.processing.conversion.divisions import SOUND, Division
from chalicelib.processing.conversion.transcoding import Film
from chalicelib.processing.media.audio_video import streams
from chalicelib.processing.media.audio_video.streams import Probe, Stream
from chalicelib.processing.problems import Unreadable

MOST_SEGMENTS = 240
_WORK = 1920 * 1080 * 30
"""Pixels a second of a film that is encoded about as fast as it plays, by two processors."""

_SHORTEST_SECONDS = 2.0


def divide(source: str, content_type: str, segment_seconds: float, hevc: bool) -> Division:
    """Say in how many pieces a film is made, none of which takes longer than a call may.

    Args:
        source: where the film is.
        content_type: what it was found to be.
        segment_seconds: how long a segment of ordinary pictures may play; larger ones are shorter.
        hevc: whether it is encoded as HEVC, which takes three times as long.

    Raises:
        Unreadable: there are no pictures, or the film is too long.
    """
    found = streams.probe(source)
    video, seconds = found.first("video"), found.duration_seconds or 0.0
    if video is None:
        raise Unreadable("The video holds no pictures.")
    rate = films.rate(video)
    whole = Division(1, 0, (rate.numerator, rate.denominator), has_sound=False)
    plan = transcoding.plan_of(source, found, content_type)
    if plan.keeps_video and not hevc:
        return whole
    work = video.width * video.height * (video.frame_rate or 25.0) / _WORK * (3 if hevc else 1)
    most = max(_SHORTEST_SECONDS, segment_seconds / max(1.0, work))
    if seconds <= most:
        return whole
    frames = max(1, round(most * rate))
    total = round(seconds * rate)
    segments = -(-total // frames)
    if segments > MOST_SEGMENTS:
        hours = MOST_SEGMENTS * most / 3600
        raise Unreadable(f"This video is too long: {hours:.1f} hours of it can be converted.")
    has_sound = found.first("audio") is not None
    return Division(segments, frames, (rate.numerator, rate.denominator), has_sound)


def make_piece(
    source: str, name: str, division: Division, codec: films.Codec, target: str, seconds: float
) -> None:
    """Write one piece of a film; the sound as it is where it is plain.

    Raises:
        OSError, Unreadable, ProcessingTimeout: as `transcoding.run`.
    """
    found = streams.probe(source)
    if name == SOUND:
        _make_sound(source, found, target, seconds)
        return
    video = found.first("video")
    if video is None:
        raise Unreadable("The video holds no pictures.")
    number = int(name)
    opened = ffmpeg.input(
        streams.address(source),
        ss=f"{float(number * division.seconds):.6f}",
        **streams.input_options(source),
        threads=transcoding.THREADS,
    )
    drawn = transcoding.pictures(opened[str(video.index)], video)
    options = transcoding.encoding(video, codec)
    is_last = number == division.segments - 1
    if not is_last:
        # Where few frames are told, the last one stands until the segment ends.
        drawn = drawn.filter("tpad", stop_mode="clone", stop=division.frames)
        options |= {"frames:v": division.frames}
    transcoding.run([drawn], target, options, seconds)


def join(
    paths: list[str],
    division: Division,
    codec: films.Codec,
    source_seconds: float | None,
    target: str,
    seconds: float,
) -> Film:
    """Join the pieces of a film, in the order of their names, the sound's first if there is one.

    Raises:
        Unreadable: what comes of it is much shorter than the film.
    """
    proves = codec == "h264"
    segments = paths[1:] if division.has_sound else paths
    listed = Path(f"{target}.txt")
    lines = ["ffconcat version 1.0"]
    for number, path in enumerate(segments):
        lines.append(f"file '{path}'")
        if number < len(segments) - 1:
            lines.append(f"duration {float(division.seconds):.6f}")
    listed.write_text("\n".join(lines))
    joined = ffmpeg.input(f"file:{listed}", format="concat", safe=0, protocol_whitelist="file")
    outputs: list[Any] = [joined["v:0"]]
    options: dict[str, Any] = {"vcodec": "copy"}
    if division.has_sound:
        outputs.append(ffmpeg.input(f"file:{paths[0]}")["a:0"])
        options["acodec"] = "copy"
    made = _joined(outputs, options, source_seconds, target, seconds)
    video = made.first("video")
    assert video is not None  # it was checked
    if proves and transcoding.plan_of(target, made, "video/mp4").deed != "keep":
        raise ArithmeticError(f"the joined master is none: {made}")
    return transcoding.film_of(made, "transcode")


def _joined(
    outputs: list[Any],
    options: dict[str, Any],
    source_seconds: float | None,
    target: str,
    seconds: float,
) -> Probe:
    transcoding.run(outputs, target, options, seconds)
    return transcoding.checked(target, source_seconds)


def _make_sound(source: str, found: Probe, target: str, seconds: float) -> None:
    sound: Stream | None = found.first("audio")
    if sound is None:
        raise Unreadable("The video has no sound.")
    opened = ffmpeg.input(streams.address(source), **streams.input_options(source))
    plain = {"acodec": "copy"} if films.is_plain_sound(sound) else transcoding.sound_options()
    transcoding.run([opened[str(sound.index)]], target, plain, seconds)
