"""Making masters with ffmpeg; each function runs in the sandbox and writes one file."""

import io
import os
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, BinaryIO

import ffmpeg
import msgspec

from chalicelib.processing import subprocesses
from chalicelib.processing.conversion import films
from chalicelib.processing.conversion.films import Codec, Plan
from chalicelib.processing.media.audio_video import colours, streams
from chalicelib.processing.media.audio_video.streams import Probe, Stream
from chalicelib.processing.problems import MediaProblem, ProcessingTimeout, Unreadable
from chalicelib.processing.subprocesses import ProgramFailed

_DISK_FULL = "No space left on device"
_HEAD_BYTES = 4 * 1024**2
_LONGEST_INDEX_BYTES, _INDEX_SLACK_BYTES = 64 * 1024**2, 4096
THREADS = 2
"""What a function of 3 GB has, nearly."""

_KEYFRAME_SECONDS = 2
_LOST_SHARE, _LOST_SECONDS = 0.03, 1.0
"""How much shorter than its original a master may be: rounding, and sound that begins early."""

_CODECS: dict[Codec, dict[str, Any]] = {
    "h264": {
        "vcodec": "libx264",
        "preset": "veryfast",
        "crf": 23,
        "profile:v": "high",
        "level:v": "4.1",
    },
    "hevc": {
        "vcodec": "libx265",
        "preset": "veryfast",
        "crf": 26,
        "tag:v": "hvc1",
        "x265-params": f"log-level=error:pools={THREADS}:level-idc=41",
    },
}


class Film(msgspec.Struct, frozen=True):
    """A film that was made, as ffprobe finds it; `deed` is what its plan came to."""

    deed: str
    width: int
    height: int
    duration_seconds: float
    video_codec: str


def make_master(source: str, content_type: str, target: str, seconds: float) -> Film:
    """Write a master of a film, if the film is none itself; `deed` is `keep` where it is.

    Args:
        source: a path, or a URL on this machine.
        content_type: what the bytes were found to be.
        target: where to write to.
        seconds: how long it may take.

    Raises:
        Unreadable: there are no pictures, or the film breaks off in the middle.
        ProcessingTimeout: it took longer.
    """
    found = streams.probe(source)
    video = found.first("video")
    if video is None:
        raise Unreadable("The video holds no pictures.")
    plan = plan_of(source, found, content_type)
    if plan.deed == "keep":
        return film_of(found, "keep")
    if plan.deed != "remux" or not _remux_at_once(source, found, plan, target, seconds):
        encode(source, found, plan, "h264", target, seconds)
    made = checked(target, found.duration_seconds)
    proof = films.plan(made, index_first=_index_is_first(target), is_mp4=True)
    if proof.deed != "keep":
        raise ArithmeticError(f"the master is none: {proof}, {made}")
    return film_of(made, plan.deed)


def make_hevc(source: str, target: str, seconds: float) -> Film:
    """Write a film anew in HEVC, for boards that decode it; as `make_master` otherwise."""
    found = streams.probe(source)
    if found.first("video") is None:
        raise Unreadable("The video holds no pictures.")
    plan = Plan(keeps_video=False, keeps_sound=False, is_whole=False)
    encode(source, found, plan, "hevc", target, seconds)
    return film_of(checked(target, found.duration_seconds), "transcode")


def checked(path: str, expected_seconds: float | None) -> Probe:
    """Look at what was written as a player would.

    Raises:
        Unreadable: it is much shorter than what it was made from, which breaks in the middle.
    """
    made = streams.probe(path)
    expected, got = expected_seconds or 0.0, made.duration_seconds or 0.0
    if made.first("video") is None or got + _LOST_SECONDS < expected * (1 - _LOST_SHARE):
        raise Unreadable(
            f"The video breaks off: {got:.0f} of its {expected:.0f} seconds can be read."
        )
    return made


def plan_of(source: str, found: Probe, content_type: str) -> Plan:
    """Say what a film needs to become a master."""
    is_mp4 = content_type == "video/mp4"
    return films.plan(found, index_first=_index_is_first(source), is_mp4=is_mp4)


def _remux_at_once(source: str, found: Probe, plan: Plan, target: str, seconds: float) -> bool:
    """Write a film's streams behind room for their index, where it is known how much that takes.

    Else the frames are written first, and moved behind the index once that is known.

    Returns:
        Whether the index had room.
    """
    with _beginning(source) as (file, size_bytes):
        old = films.bytes_behind_frames(file, size_bytes)
    if not old or old > _LONGEST_INDEX_BYTES:
        return False
    length = old + old // 8 + _INDEX_SLACK_BYTES
    room: dict[str, int | str] = {"moov_size": length, "movflags": "-faststart"}
    encode(source, found, plan, "h264", target, seconds, **room)
    return _index_is_first(target)


def film_of(found: Probe, deed: str) -> Film:
    """Describe a film that was made, or that is kept."""
    video = found.first("video")
    assert video is not None  # its callers have seen to it
    width, height = video.shown_size()
    return Film(deed, width, height, round(found.duration_seconds or 0.0, 3), video.codec)


def encode(
    source: str,
    found: Probe,
    plan: Plan,
    codec: Codec,
    target: str,
    seconds: float,
    **more: int | str,
) -> None:
    """Write a film's streams into an MP4, each as its plan says.

    Args:
        source: a path, or a URL on this machine.
        found: its streams.
        plan: which of them are encoded anew.
        codec: into what pictures are encoded.
        target: where to write to.
        seconds: how long it may take.
        more: options that differ from a master's, such as the encoder's `crf`.

    Raises:
        OSError, Unreadable, ProcessingTimeout: as `run`.
    """
    video, sound = found.first("video"), found.first("audio")
    assert video is not None  # its callers have seen to it
    opened = ffmpeg.input(streams.address(source), **streams.input_options(source), threads=THREADS)
    outputs: list[Any] = [opened[str(video.index)]]
    options: dict[str, Any] = {"vcodec": "copy"}
    if not plan.keeps_video:
        outputs = [pictures(opened[str(video.index)], video)]
        options = encoding(video, codec)
    if sound is not None:
        outputs.append(opened[str(sound.index)])
        options |= {"acodec": "copy"} if plan.keeps_sound else sound_options()
    run(outputs, target, options | more, seconds)


def run(outputs: list[Any], target: str, options: dict[str, Any], seconds: float) -> None:
    """Run ffmpeg, and say of its failures whose they are.

    Raises:
        OSError: the disk is full.
        Unreadable: the streams cannot be decoded.
        ProcessingTimeout: it took longer than so many seconds.
    """
    container = {
        "format": "mp4",
        "movflags": "+faststart",
        "map_metadata": -1,
        "map_chapters": -1,
        "fflags": "+bitexact",
        "max_muxing_queue_size": 4096,
    }
    command = (
        ffmpeg.output(*outputs, f"file:{target}", **(container | options))
        .global_args("-nostdin", "-loglevel", "error", "-y")
        .compile()
    )
    try:
        subprocesses.run(command, seconds)
    except ProgramFailed as failure:
        raise _reason(str(failure)) from failure


def encoding(video: Stream, codec: Codec) -> dict[str, Any]:
    """Return by which options a film's pictures are encoded."""
    return encoding_at(films.rate(video), codec)


def encoding_at(rate: Fraction, codec: Codec) -> dict[str, Any]:
    """Return by which options pictures are encoded, so many of them a second."""
    keyframes = max(1, round(rate * _KEYFRAME_SECONDS))
    return _CODECS[codec] | {
        "pix_fmt": "yuv420p",
        "maxrate": films.MOST_BITS_A_SECOND * 5 // 6,
        "bufsize": films.MOST_BITS_A_SECOND,
        "g": keyframes,
        **colours.BT709,
        "flags": "+bitexact",
        "threads:v": THREADS,
    }


def sound_options() -> dict[str, Any]:
    """Return by which options sound is encoded; more than two channels are mixed into two."""
    return {"acodec": "aac", "audio_bitrate": "160k", "ac": 2, "ar": films.SOUND_HERTZ}


def pictures(drawn: Any, video: Stream) -> Any:
    """Bring pictures into a master's size, rate and colours; ffmpeg itself has turned them."""
    if video.is_interlaced:
        drawn = drawn.filter("yadif", deint="interlaced")
    drawn = drawn.filter("fps", fps=_fraction(films.rate(video)))
    drawn = colours.as_bt709(drawn, films.size(video), video, colours.conversion(video))
    return drawn.filter("format", pix_fmts="yuv420p")


def _fraction(number: Fraction) -> str:
    return f"{number.numerator}/{number.denominator}"


def _reason(said: str) -> Exception:
    if _DISK_FULL in said:
        return OSError(28, _DISK_FULL)
    problem: MediaProblem = Unreadable(
        "This video cannot be converted: part of it cannot be decoded. Export it again as H.264."
    )
    if re.search(r"Cannot allocate memory|bad_alloc", said):
        problem = ProcessingTimeout("Converting this video takes more memory than there is.")
    return problem


def _index_is_first(source: str) -> bool:
    with _beginning(source) as (file, _):
        return films.index_is_first(file)


@contextmanager
def _beginning(source: str) -> Iterator[tuple[BinaryIO, int]]:
    """Open a film, of one at a URL the first bytes; with the length of the whole."""
    if not streams.is_url(source):
        with open(source, "rb") as file:
            yield file, os.fstat(file.fileno()).st_size
        return
    # Boxes before the frames are small; what lies behind so many bytes is written anew.
    wanted = urllib.request.Request(source, headers={"Range": f"bytes=0-{_HEAD_BYTES - 1}"})
    with urllib.request.urlopen(wanted) as answer:
        size_bytes = int(answer.headers["Content-Range"].rpartition("/")[2])
        yield io.BytesIO(answer.read()), size_bytes
