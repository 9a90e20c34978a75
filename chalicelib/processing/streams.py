"""What ffprobe says of a sound or video file, asked so that the file can open nothing else."""

import json
import os
from fractions import Fraction
from typing import Any

import msgspec

from chalicelib.processing import children
from chalicelib.processing.children import ProgramFailed
from chalicelib.processing.problems import Unreadable

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mp3,wav,ogg,flac"
"""The demuxers that may look at a file. A playlist is none of them, whatever its name: that, and
not the whitelist of protocols, is what keeps one from reading other files."""

PROBE_SECONDS = 30.0
_TAIL_SLACK_SECONDS = 2.0


class Stream(msgspec.Struct, frozen=True):
    """One stream as ffprobe describes it; times are seconds, the rotation is degrees."""

    kind: str
    codec: str
    width: int = 0
    height: int = 0
    sample_aspect: Fraction = Fraction(1)
    rotation: int = 0
    frame_rate: float | None = None
    frames: int | None = None
    channels: int | None = None
    sample_rate: int | None = None
    is_cover: bool = False

    def shown_size(self) -> tuple[int, int]:
        """Give width and height as a player shows them: square pixels, upright."""
        width = max(1, round(self.width * self.sample_aspect))
        return (self.height, width) if self.rotation % 180 else (width, self.height)


class Probe(msgspec.Struct, frozen=True):
    """A container's streams, its duration, bit rate and tags."""

    streams: tuple[Stream, ...]
    duration_seconds: float | None
    bit_rate: int | None
    tags: dict[str, str]

    def first(self, kind: str) -> Stream | None:
        """Give the first stream of a kind; a cover picture is no video."""
        for stream in self.streams:
            if stream.kind == kind and not stream.is_cover:
                return stream
        return None


def input_options(source: str) -> dict[str, str]:
    """Give ffmpeg's input options that confine a source to itself."""
    if source.startswith("https://"):
        protocols = "https,tls,tcp"
    elif source.startswith("http://"):
        protocols = "http,tcp"
    else:
        protocols = "file"
    return {"protocol_whitelist": protocols, "format_whitelist": FORMATS}


def address(source: str) -> str:
    """Give the source as ffmpeg takes it: a path cannot be mistaken for an option or a protocol."""
    if source.startswith(("https://", "http://")):
        return source
    return f"file:{os.path.abspath(source)}"


def probe(source: str) -> Probe:
    """Ask ffprobe what a file or URL holds.

    Raises:
        Unreadable: it is none of the containers allowed here, or it is damaged.
    """
    shown = _ffprobe(source, "-show_format", "-show_streams")
    streams = tuple(_stream(entry) for entry in shown.get("streams", []))
    if not any(stream.kind in ("audio", "video") for stream in streams):
        raise Unreadable("The file holds neither pictures nor sound that can be played.")
    container = shown.get("format", {})
    return Probe(
        streams=streams,
        duration_seconds=_number(container.get("duration")),
        bit_rate=int(_number(container.get("bit_rate")) or 0) or None,
        tags={name.lower(): str(text) for name, text in container.get("tags", {}).items()},
    )


def check_complete(source: str, found: Probe) -> None:
    """Make sure that a video goes on to the end that its header promises; sounds pass.

    Raises:
        Unreadable: the end is missing, as after a broken copy.
    """
    video = found.first("video")
    if video is None:
        return
    promised = found.duration_seconds or 0.0
    if video.frames and video.frame_rate:
        promised = max(promised, video.frames / video.frame_rate)
    # A slide show's last frame can stand for long.
    slack = max(_TAIL_SLACK_SECONDS, 0.02 * promised, 1.5 / (video.frame_rate or 25.0))
    if promised <= slack:
        return
    # An interval without an end finds no packets in ffprobe 6.0.
    interval = f"{promised - slack:.3f}%{2 * promised + 3600:.3f}"
    entries = "packet=pts_time,dts_time,duration_time"
    shown = _ffprobe(source, "-read_intervals", interval, "-show_entries", entries)
    if max(map(_packet_end, shown["packets"]), default=0.0) < promised - slack:
        raise Unreadable("The video is incomplete: its end is missing. Upload it again.")


def _packet_end(packet: dict[str, Any]) -> float:
    began = _number(packet.get("pts_time") or packet.get("dts_time")) or 0.0
    return began + (_number(packet.get("duration_time")) or 0.0)


def _ffprobe(source: str, *options: str) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-of", "json", *options]
    for name, value in input_options(source).items():
        command += [f"-{name}", value]
    try:
        shown = children.run([*command, "-i", address(source)], PROBE_SECONDS)
    except ProgramFailed as failure:
        raise Unreadable("The file is damaged, incomplete or no media file.") from failure
    found: dict[str, Any] = json.loads(shown)
    return found


def _stream(entry: dict[str, Any]) -> Stream:
    return Stream(
        kind=entry.get("codec_type", ""),
        codec=entry.get("codec_name", ""),
        width=int(entry.get("width", 0)),
        height=int(entry.get("height", 0)),
        sample_aspect=_fraction(entry.get("sample_aspect_ratio", "1:1")) or Fraction(1),
        rotation=_rotation(entry),
        frame_rate=_rate(entry),
        frames=int(entry["nb_frames"]) if str(entry.get("nb_frames", "")).isdigit() else None,
        channels=entry.get("channels"),
        sample_rate=int(_number(entry.get("sample_rate")) or 0) or None,
        is_cover=bool(entry.get("disposition", {}).get("attached_pic")),
    )


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
