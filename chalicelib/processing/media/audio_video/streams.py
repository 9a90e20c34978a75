"""What ffprobe says of a sound or video file, asked so that the file can open nothing else."""

import json
import os
from fractions import Fraction
from typing import Any

import msgspec

from chalicelib.processing import subprocesses
from chalicelib.processing.problems import Unreadable
from chalicelib.processing.subprocesses import ProgramFailed

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,asf,flv,mp3,wav,ogg,flac"
"""The demuxers that may look at a file. A playlist is none of them, whatever its name: that, and
not the whitelist of protocols, is what keeps one from reading other files."""

PROBE_SECONDS = 30.0

_STILL_CODECS = frozenset({"mjpeg", "png", "bmp", "gif", "webp", "tiff", "jpegls"})
_ROUNDING_SECONDS = 0.1
_FAR_SECONDS = 1_000_000_000
"""Later than any film's end: where reading begins to find the last packets."""


class Stream(msgspec.Struct, frozen=True):
    """One stream as ffprobe describes it; times are seconds, the rotation is degrees.

    `start_seconds` and `duration_seconds` are what the container's edit lists let through. Colours
    have ffmpeg's names; `has_alpha_layer` says that WebM holds the transparency beside the picture.
    `profile` and `level` are the codec's own, the level of H.264 times ten; `base_rate` is the
    lowest rate at which all frames can be told exactly, above `frame_rate` where that varies.
    """

    kind: str
    codec: str
    index: int = 0
    start_seconds: float = 0.0
    duration_seconds: float | None = None
    width: int = 0
    height: int = 0
    sample_aspect: Fraction = Fraction(1)
    rotation: int = 0
    frame_rate: float | None = None
    frames: int | None = None
    channels: int | None = None
    sample_rate: int | None = None
    is_cover: bool = False
    pixel_format: str = ""
    is_interlaced: bool = False
    has_alpha_layer: bool = False
    transfer: str = ""
    primaries: str = ""
    matrix: str = ""
    profile: str = ""
    level: int = 0
    base_rate: Fraction | None = None

    @property
    def end_seconds(self) -> float | None:
        """When it ends; None where the container does not say."""
        if self.duration_seconds is None:
            return None
        return self.start_seconds + self.duration_seconds

    @property
    def shown_frames(self) -> int | None:
        """How many frames there are; None where an edit list leaves some of them out."""
        if self.frames is None or self.frame_rate is None or self.duration_seconds is None:
            return self.frames
        left_out = self.frames > self.frame_rate * self.duration_seconds + 1.5
        return None if left_out else self.frames

    def shown_size(self) -> tuple[int, int]:
        """Return width and height as a player shows them: square pixels, upright."""
        width, height = self.width, self.height
        # As in Chromium, no pixels are lost: narrow ones make the picture higher.
        if self.sample_aspect >= 1:
            width = max(1, round(width * self.sample_aspect))
        else:
            height = max(1, round(height / self.sample_aspect))
        return (height, width) if self.rotation % 180 else (width, height)


class Probe(msgspec.Struct, frozen=True):
    """A container's streams, its duration, bit rate and tags; `container` has ffmpeg's names."""

    container: str
    streams: tuple[Stream, ...]
    duration_seconds: float | None
    bit_rate: int | None
    tags: dict[str, str]

    def first(self, kind: str) -> Stream | None:
        """Return the first stream of a kind; a cover picture or a chapter's is no video."""
        found = [stream for stream in self.streams if stream.kind == kind and not stream.is_cover]
        # Pictures of chapters are a stream beside the film, and may come first.
        found.sort(key=lambda stream: kind == "video" and stream.codec in _STILL_CODECS)
        return found[0] if found else None

    def played(self) -> tuple[Stream, ...]:
        """Return the streams that a player plays."""
        return tuple(stream for kind in ("video", "audio") if (stream := self.first(kind)))


def is_url(source: str) -> bool:
    """Return whether a source is read from this machine's own server, not from a file."""
    return source.startswith("http://127.0.0.1:")


def input_options(source: str) -> dict[str, str]:
    """Return ffmpeg's input options that confine a source to itself."""
    protocols = "http,tcp" if is_url(source) else "file"
    return {"protocol_whitelist": protocols, "format_whitelist": FORMATS}


def address(source: str) -> str:
    """Return the source for ffmpeg, where no path can be taken for an option or a protocol."""
    if is_url(source):
        return source
    return f"file:{os.path.abspath(source)}"


def probe(source: str) -> Probe:
    """Ask ffprobe what a file or URL holds.

    Raises:
        Unreadable: it is none of the containers allowed here, or it is damaged.
    """
    shown = _ffprobe(source, "-show_format", "-show_streams")
    container = shown.get("format", {})
    found = Probe(
        container=str(container.get("format_name", "")),
        streams=tuple(_stream(entry) for entry in shown.get("streams", [])),
        duration_seconds=_number(container.get("duration")),
        bit_rate=int(_number(container.get("bit_rate")) or 0) or None,
        tags={name.lower(): str(text) for name, text in container.get("tags", {}).items()},
    )
    if not found.played():
        raise Unreadable("The file holds neither pictures nor sound that can be played.")
    return msgspec.structs.replace(found, duration_seconds=_duration(source, found))


def _duration(source: str, found: Probe) -> float | None:
    """Return how long a file plays: in MP4 no more than what edit lists let through.

    A recording that was written while it was made says nothing, and is read to its end.
    """
    said = found.duration_seconds
    ends = [end for stream in found.played() if (end := stream.end_seconds) is not None]
    if has_edit_lists(found) and len(ends) == len(found.played()):
        return said if said and said < max(ends) + _ROUNDING_SECONDS else max(ends)
    if said is None and found.first("video") is not None:
        return max(map(packet_end, last_packets(source, _FAR_SECONDS)), default=None)
    return said


def has_edit_lists(found: Probe) -> bool:
    """Return whether a container is MP4's or QuickTime's."""
    return "mp4" in found.container.split(",")


def last_packets(source: str, begin: float) -> list[dict[str, Any]]:
    """Read the packets from a moment, or from the keyframe before it, to the end."""
    # An interval without an end finds no packets in ffprobe 6.0.
    interval = f"{begin:.3f}%{2 * _FAR_SECONDS}"
    entries = "packet=stream_index,pts_time,dts_time,duration_time,flags"
    shown = _ffprobe(source, "-read_intervals", interval, "-show_entries", entries)
    packets: list[dict[str, Any]] = shown.get("packets", [])
    # ffmpeg marks so what an edit list leaves out.
    return [packet for packet in packets if "D" not in packet.get("flags", "")]


def packet_end(packet: dict[str, Any]) -> float:
    """Return when a packet ends, in seconds."""
    began = _number(packet.get("pts_time") or packet.get("dts_time")) or 0.0
    return began + (_number(packet.get("duration_time")) or 0.0)


def _ffprobe(source: str, *options: str) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-of", "json", *options]
    for name, value in input_options(source).items():
        command += [f"-{name}", value]
    try:
        shown = subprocesses.run([*command, "-i", address(source)], PROBE_SECONDS)
    except ProgramFailed as failure:
        raise Unreadable("The file is damaged, incomplete or no media file.") from failure
    found: dict[str, Any] = json.loads(shown.decode("utf-8", "replace"))
    return found


def _stream(entry: dict[str, Any]) -> Stream:
    return Stream(
        kind=entry.get("codec_type", ""),
        codec=entry.get("codec_name", ""),
        index=int(entry.get("index", 0)),
        start_seconds=_number(entry.get("start_time")) or 0.0,
        duration_seconds=_number(entry.get("duration")),
        width=int(entry.get("width", 0)),
        height=int(entry.get("height", 0)),
        sample_aspect=_fraction(entry.get("sample_aspect_ratio", "1:1")) or Fraction(1),
        rotation=_rotation(entry),
        frame_rate=_rate(entry),
        frames=int(entry["nb_frames"]) if str(entry.get("nb_frames", "")).isdigit() else None,
        channels=entry.get("channels"),
        sample_rate=int(_number(entry.get("sample_rate")) or 0) or None,
        is_cover=_is_cover(entry.get("disposition", {})),
        pixel_format=entry.get("pix_fmt", ""),
        is_interlaced=entry.get("field_order", "") in ("tt", "bb", "tb", "bt"),
        has_alpha_layer=entry.get("tags", {}).get("alpha_mode") == "1",
        transfer=entry.get("color_transfer", ""),
        primaries=entry.get("color_primaries", ""),
        matrix=entry.get("color_space", ""),
        profile=entry.get("profile", ""),
        level=int(entry.get("level", 0)),
        base_rate=_fraction(entry.get("r_frame_rate", "")),
    )


def _is_cover(disposition: dict[str, int]) -> bool:
    return bool(disposition.get("attached_pic") or disposition.get("timed_thumbnails"))


def _rate(entry: dict[str, Any]) -> float | None:
    rate = _fraction(entry.get("avg_frame_rate", "")) or _fraction(entry.get("r_frame_rate", ""))
    return round(float(rate), 3) if rate else None


def _rotation(entry: dict[str, Any]) -> int:
    for side in entry.get("side_data_list", []):
        if "rotation" in side:
            return round(float(side["rotation"]))
    return 0


def _fraction(text: str) -> Fraction | None:
    above, _, below = text.replace(":", "/").partition("/")
    if not above.isdigit() or not below.isdigit() or int(below) == 0 or int(above) == 0:
        return None
    return Fraction(int(above), int(below))


def _number(text: Any) -> float | None:
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if 0 <= value < 1e12 else None
