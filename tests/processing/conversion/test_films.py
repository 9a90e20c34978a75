"""What a film needs: kept as it is, put together anew, or encoded anew, and into what."""

import io
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from chalicelib.processing.conversion import films
from chalicelib.processing.media.audio_video.streams import Probe, Stream

PICTURES = Stream(
    "video",
    "h264",
    0,
    width=1920,
    height=1080,
    frame_rate=25.0,
    base_rate=Fraction(25),
    profile="High",
    level=40,
    pixel_format="yuv420p",
)
SOUND = Stream("audio", "aac", 1, channels=2, sample_rate=48_000, profile="LC")


def deed(changed: dict[str, Any] | None = None, sound: Stream | None = SOUND, **more: Any) -> str:
    """Say what becomes of a film that fits, but for what is changed of its pictures."""
    video = msgspec.structs.replace(PICTURES, **(changed or {}))
    found = Probe(
        container=more.get("container", "mov,mp4,m4a,3gp,3g2,mj2"),
        streams=tuple(one for one in (video, sound, *more.get("besides", ())) if one is not None),
        duration_seconds=10.0,
        bit_rate=more.get("bit_rate", 8_000_000),
        tags={},
    )
    first, is_mp4 = more.get("index_first", True), more.get("is_mp4", True)
    return films.plan(found, index_first=first, is_mp4=is_mp4).deed


def test_what_fits_is_kept() -> None:
    assert deed() == deed(sound=None) == "keep"
    assert deed({"profile": "Constrained Baseline", "width": 2, "height": 2}) == "keep"
    assert deed({"base_rate": Fraction(30000, 1001)}) == "keep"


@pytest.mark.parametrize(
    "more",
    [
        {"index_first": False},
        {"is_mp4": False},
        {"container": "matroska,webm"},
        {"besides": (Stream("data", "bin_data", 2),)},
        {"besides": (Stream("video", "mjpeg", 2, width=9, height=9, is_cover=True),)},
    ],
)
def test_what_only_lies_wrongly_is_put_together_anew(more: dict[str, Any]) -> None:
    assert deed(**more) == "remux"


@pytest.mark.parametrize(
    "changed",
    [
        {"codec": "hevc"},
        {"profile": "High 10", "pixel_format": "yuv420p10le"},
        {"pixel_format": "yuv444p"},
        {"level": 51},
        {"level": 0},
        {"width": 1080, "height": 1920},
        {"width": 1922},
        {"width": 641, "height": 480},
        {"base_rate": Fraction(60)},
        {"rotation": -90},
        {"sample_aspect": Fraction(4, 3)},
        {"is_interlaced": True},
        {"frames": 1000, "duration_seconds": 10.0},
    ],
)
def test_what_some_board_cannot_play_is_encoded_anew(changed: dict[str, Any]) -> None:
    assert deed(changed) == "transcode"


def test_so_is_what_has_other_sound_or_too_many_bits() -> None:
    for changed in ({"codec": "mp3"}, {"channels": 6}, {"sample_rate": 96_000}, {"profile": "HE"}):
        assert deed(sound=msgspec.structs.replace(SOUND, **changed)) == "transcode"
    assert deed(bit_rate=20_000_000) == "transcode"


@pytest.mark.parametrize(
    ("changed", "size"),
    [
        ({}, (1920, 1080)),
        ({"width": 3840, "height": 2160}, (1920, 1080)),
        ({"width": 161, "height": 121}, (160, 120)),
        ({"width": 1, "height": 1}, (2, 2)),
        ({"width": 1920, "height": 1080, "rotation": 90}, (608, 1080)),
        ({"width": 720, "height": 576, "sample_aspect": Fraction(16, 15)}, (768, 576)),
    ],
)
def test_a_master_is_upright_even_and_never_enlarged(
    changed: dict[str, Any], size: tuple[int, int]
) -> None:
    assert films.size(msgspec.structs.replace(PICTURES, **changed)) == size


@pytest.mark.parametrize(
    ("told", "base", "rate"),
    [
        (25.0, Fraction(25), Fraction(25)),
        (29.97, Fraction(30000, 1001), Fraction(30000, 1001)),
        (59.94, Fraction(60000, 1001), Fraction(30000, 1001)),
        (50.0, Fraction(50), Fraction(25)),
        (120.0, Fraction(120), Fraction(30)),
        (1.0, Fraction(1), Fraction(1)),
        (17.3, Fraction(90_000), Fraction(30)),
        (None, None, Fraction(25)),
    ],
)
def test_its_rate_is_the_films_or_a_share_of_it(
    told: float | None, base: Fraction | None, rate: Fraction
) -> None:
    assert films.rate(msgspec.structs.replace(PICTURES, frame_rate=told, base_rate=base)) == rate


def box(name: bytes, size: int = 0) -> bytes:
    return (8 + size).to_bytes(4, "big") + name + bytes(size)


@pytest.mark.parametrize(
    ("boxes", "first"),
    [
        ([box(b"ftyp", 8), box(b"moov", 20), box(b"mdat", 9)], True),
        ([box(b"ftyp", 8), box(b"free"), box(b"mdat", 9), box(b"moov", 20)], False),
        ([box(b"ftyp"), box(b"moov"), b"\0\0\0\1mdat" + (99).to_bytes(8, "big")], True),
        ([box(b"ftyp"), box(b"moov"), box(b"moof"), box(b"mdat")], False),
        ([box(b"ftyp"), b"\0\0\0\2moov"], False),
        ([b"\0\0"], False),
        ([], False),
    ],
)
def test_where_the_index_of_an_mp4_lies(boxes: list[bytes], first: bool) -> None:
    assert films.index_is_first(io.BytesIO(b"".join(boxes))) is first
