"""What a WebP says beside its picture."""

import io

import pytest
from PIL import Image

from chalicelib.processing.media.pictures.formats import webp
from chalicelib.processing.media.pictures.formats.parts import Assembled, NotShown, Parts


def written(frames: int = 1, **options: object) -> bytes:
    pictures = [Image.new("RGB", (32, 16), (60 * n, 9, 9)) for n in range(frames)]
    data = io.BytesIO()
    pictures[0].save(
        data, "WEBP", save_all=frames > 1, append_images=pictures[1:], duration=40, **options
    )
    return data.getvalue()


def apart(data: bytes) -> Parts:
    return webp.take_apart(io.BytesIO(data))


@pytest.mark.parametrize("options", [{}, {"lossless": True}])
def test_the_size_stands_in_the_picture_s_own_data(options: dict[str, object]) -> None:
    found = apart(written(**options))
    assert (found.width, found.height, found.frames, found.damaged) == (32, 16, 1, False)


def test_notes_and_the_profile_are_found() -> None:
    found = apart(written(exif=b"Exif\0\0II*\0", xmp=b"<x/>", icc_profile=b"profile"))
    assert (found.notes.exif, found.notes.xmp, found.colours.icc) == (
        b"II*\0",
        b"<x/>",
        b"profile",
    )


def test_an_animation_has_frames_of_their_own() -> None:
    data = written(3)
    found = apart(data)
    assert (found.frames, found.duration_ms, len(found.later)) == (3, 120, 2)
    second = Image.open(Assembled(io.BytesIO(data), found.later[0]))
    assert second.format == "WEBP"


def test_what_lies_behind_the_end_is_damage() -> None:
    assert apart(written() + b"junk of a copy").damaged


@pytest.mark.parametrize("data", [b"", b"RIFF\0\0\0\0WAVE", written()[:-20], b"RIFF\4\0\0\0WEBP"])
def test_what_has_no_picture_or_is_cut_is_not_shown(data: bytes) -> None:
    with pytest.raises(NotShown):
        apart(data)
