"""A short animation of a longer one, within its budget."""

import io
from pathlib import Path

import pytest
from PIL import Image

from chalicelib.processing.media.pictures import animations
from chalicelib.processing.problems import TooLargeToDecode
from tests import media_files
from tests.processing.media.pictures.test_images import TYPES, assert_quarters


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".avif"])
def test_an_animation_is_shown_smaller(tmp_path: Path, suffix: str) -> None:
    path = media_files.animation(tmp_path / f"a{suffix}", 5, (640, 480))
    made = animations.short(path, TYPES[suffix])
    assert made is not None
    assert (made.name, made.content_type) == ("preview", "image/webp")
    assert (made.width, made.height) == (480, 360)
    shown = Image.open(io.BytesIO(made.data))
    assert shown.n_frames == 5
    assert_quarters(shown)
    assert not {"exif", "xmp", "icc_profile"} & shown.info.keys()


def test_it_ends_with_its_budget(tmp_path: Path) -> None:
    path = media_files.animation(tmp_path / "a.gif", 100)
    made = animations.short(path, "image/gif")
    assert made is not None
    assert Image.open(io.BytesIO(made.data)).n_frames == 60  # a tenth of a second each
    many = media_files.flicker(tmp_path / "b.gif", frames=10_000, side=2000)
    made = animations.short(many, "image/gif")
    assert made is not None
    assert getattr(Image.open(io.BytesIO(made.data)), "n_frames", 1) <= 25


def test_a_still_has_none(tmp_path: Path) -> None:
    assert animations.short(media_files.image_file(tmp_path / "a.png"), "image/png") is None
    with pytest.raises((TooLargeToDecode, Image.DecompressionBombWarning)):
        animations.short(media_files.flicker(tmp_path / "a.gif", frames=2, side=7100), "image/gif")
