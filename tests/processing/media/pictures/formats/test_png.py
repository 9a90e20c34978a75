"""PNGs are taken apart by their chunks, as forgivingly as Chromium does."""

import io
import struct
import zlib

import pytest
from PIL import Image

from chalicelib.processing.media.pictures.formats import png
from chalicelib.processing.media.pictures.formats.parts import Assembled, NotShown, Parts

BEGIN = 8 + 25
"""Behind the signature and IHDR."""


def written(mode: str = "RGB", frames: int = 1, **options: object) -> bytes:
    pictures = [
        Image.effect_noise((30, 20), 60).convert("RGB").convert(mode) for _ in range(frames)
    ]
    data = io.BytesIO()
    pictures[0].save(
        data, "PNG", save_all=frames > 1, append_images=pictures[1:], duration=50, **options
    )
    return data.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    checked = struct.pack(">I", zlib.crc32(name + body))
    return struct.pack(">I", len(body)) + name + body + checked


def apart(data: bytes) -> Parts:
    return png.take_apart(io.BytesIO(data))


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA"])
def test_what_is_put_together_again_is_the_same_picture(mode: str) -> None:
    data = written(mode)
    found = apart(data)
    assert (found.width, found.height, found.frames, found.damaged) == (30, 20, 1, False)
    source = Assembled(io.BytesIO(data), found.still)
    plain = Image.open(io.BytesIO(data)).convert("RGBA")
    # The checksum of the pixels is not put together anew, so that the decoder does not ask for it.
    assert Image.open(source).size == plain.size


def test_an_animation_has_frames_and_a_time() -> None:
    found = apart(written(frames=3))
    assert (found.frames, found.duration_ms, found.damaged) == (3, 150, False)
    assert len(found.later) == 2


def test_what_is_not_needed_for_the_picture_never_decides_over_it() -> None:
    data = written()
    broken = chunk(b"gAMA", b"short")
    found = apart(data[:BEGIN] + broken + data[BEGIN:])
    assert found.damaged
    assert (found.width, found.height) == (30, 20)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        written()[:BEGIN],
        written("P").replace(b"PLTE", b"pLTE"),
        written()[:BEGIN] + chunk(b"NEED", b"x") + written()[BEGIN:],
        written()[:8] + chunk(b"IHDR", struct.pack(">IIBBBBB", 0, 1, 8, 2, 0, 0, 0)),
    ],
    ids=["nothing", "no pixels", "no palette", "unknown and critical", "no width"],
)
def test_what_even_a_browser_cannot_show_is_not_shown(data: bytes) -> None:
    with pytest.raises(NotShown):
        apart(data)


def test_what_is_cut_or_goes_on_behind_the_end_is_damaged() -> None:
    assert apart(written()[:-12]).damaged
    assert apart(written() + b"junk").damaged
    assert not apart(written() + bytes(100)).damaged
