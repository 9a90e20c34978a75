"""What a film needs so that every board plays it, told by what ffprobe says of its streams.

A master is H.264 up to High@4.1 in 8 bits 4:2:0, at most 1920 by 1080 pixels with even sides, at
most 30 frames a second, upright with square pixels, with stereo AAC or no sound, and its index
before the pictures. That is what the weakest Raspberry Pi plays (Anthias 2026.08, `processing.py`:
H.264 alone up to the Pi 3, no more than 1920 by 1080 with less than 1.5 GiB of memory).
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO, Literal

import msgspec

from chalicelib.processing.media.audio_video.streams import Probe, Stream, has_edit_lists
from chalicelib.processing.media.pictures.pixels import fit

Codec = Literal["h264", "hevc"]

BOX = (1920, 1080)
FASTEST = Fraction(30)
MOST_BITS_A_SECOND = 12_000_000
SOUND_HERTZ = 48_000

_RATE_SLACK = Fraction(1, 20)
"""A camera's 30 frames a second are not always 30 to the last digit."""

_BITS_SLACK = 1.1
_PROFILES = frozenset({"Constrained Baseline", "Baseline", "Main", "High"})
_HIGHEST_LEVEL = 41
_SOUND_PROFILES = frozenset({"LC", ""})
_BOX_HEADER = 8
_TOP_LEVEL_BOXES = 1000
_ENDLESS = 2**63
"""Where a box ends that goes on to the end of its file, or whose length is none."""


class Plan(msgspec.Struct, frozen=True):
    """What is to be done to a film: which streams are encoded anew, and whether at all."""

    keeps_video: bool
    keeps_sound: bool
    is_whole: bool

    @property
    def deed(self) -> Literal["keep", "remux", "transcode"]:
        """What it comes to: `keep` the file as it is, `remux` its streams, `transcode` one."""
        if not (self.keeps_video and self.keeps_sound):
            return "transcode"
        return "keep" if self.is_whole else "remux"


def plan(found: Probe, *, index_first: bool, is_mp4: bool) -> Plan:
    """Say what a film needs to become a master.

    Args:
        found: its streams.
        index_first: whether what tells where each frame lies comes before the frames.
        is_mp4: whether it is MP4 by its type, not only by its structure, as QuickTime's is.
    """
    video, sound = found.first("video"), found.first("audio")
    assert video is not None  # its caller has seen to it
    return Plan(
        keeps_video=is_compliant(video) and (found.bit_rate or 0) <= _most_bits(),
        keeps_sound=sound is None or is_plain_sound(sound),
        is_whole=(
            has_edit_lists(found)
            and is_mp4
            and index_first
            and len(found.streams) == len(found.played())
        ),
    )


def is_compliant(video: Stream) -> bool:
    """Return whether a film's pictures can be shown as they are encoded."""
    width, height = video.width, video.height
    rate = video.base_rate or Fraction(video.frame_rate or 0)
    return (
        video.codec == "h264"
        and video.profile in _PROFILES
        and 0 < video.level <= _HIGHEST_LEVEL
        and video.pixel_format == "yuv420p"
        and (width, height) == fit((width, height), BOX)
        and width % 2 == height % 2 == 0
        and 0 < rate <= FASTEST + _RATE_SLACK
        and video.rotation % 360 == 0
        and video.sample_aspect == 1
        and not video.is_interlaced
        and video.shown_frames == video.frames
    )


def is_plain_sound(sound: Stream) -> bool:
    """Return whether sound can be played as it is encoded."""
    return (
        sound.codec == "aac"
        and sound.profile in _SOUND_PROFILES
        and (sound.channels or 0) in (1, 2)
        and 0 < (sound.sample_rate or 0) <= SOUND_HERTZ
    )


def _most_bits() -> float:
    return MOST_BITS_A_SECOND * _BITS_SLACK


def size(video: Stream) -> tuple[int, int]:
    """Return how large a film's master is: as it is shown, fitted, never enlarged, sides even."""
    width, height = fit(video.shown_size(), BOX)
    return max(2, width - width % 2), max(2, height - height % 2)


def rate(video: Stream) -> Fraction:
    """Return a master's frames a second: as they are, or where they vary or are too many, a share.

    Half of 60 or of 59.94 is what a camera films by the other name.
    """
    told = Fraction(video.frame_rate or 25).limit_denominator(1001)
    base = video.base_rate or told
    if base <= FASTEST + _RATE_SLACK and base > 0:
        return base
    if told > FASTEST:
        halved = next((base / n for n in range(2, 9) if base / n <= FASTEST), FASTEST)
        return halved if halved >= 20 else FASTEST
    return FASTEST


def index_is_first(file: BinaryIO) -> bool:
    """Return whether an MP4 can be played from its beginning: `moov` before `mdat` (ISO 14496-12).

    What is written in fragments, or has boxes that cannot be read, is written anew.
    """
    names = [name for name, _ in _boxes_to_frames(file)]
    return names[-1:] == [b"mdat"] and b"moov" in names and b"moof" not in names


def bytes_behind_frames(file: BinaryIO, size_bytes: int) -> int | None:
    """Return how many bytes of an MP4 come after its frames, as its index may; None if unknown."""
    last = list(_boxes_to_frames(file))[-1:]
    if not last or last[0][0] != b"mdat" or last[0][1] > size_bytes:
        return None
    return size_bytes - last[0][1]


def _boxes_to_frames(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield the name and end offset of each top-level box, up to `mdat`."""
    at = 0
    for _ in range(_TOP_LEVEL_BOXES):
        file.seek(at)
        header = file.read(_BOX_HEADER)
        if len(header) < _BOX_HEADER:
            return
        length, name = int.from_bytes(header[:4], "big"), header[4:]
        if length == 1:
            length = int.from_bytes(file.read(8), "big")
        at += length
        yield name, at if length >= _BOX_HEADER else _ENDLESS
        if name == b"mdat" or length < _BOX_HEADER:
            return
