"""WebP is decoded smaller, to what it is when it is decoded whole."""

import io

import pytest
from PIL import Image, ImageChops, ImageStat

from chalicelib.processing.media.pictures import webp_decoding
from chalicelib.processing.problems import Unreadable
from tests import media_files

PICTURE = media_files.picture((640, 480))


def encoded(image: Image.Image = PICTURE, **options: object) -> bytes:
    data = io.BytesIO()
    image.save(data, "WEBP", **options)
    return data.getvalue()


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("size", [(640, 480), (214, 160), (1, 1), (640, 1)])
def test_a_picture_is_as_large_as_it_is_wanted(lossless: bool, size: tuple[int, int]) -> None:
    small = webp_decoding.decoded(encoded(lossless=lossless), size)
    assert small is not None
    assert (small.mode, small.size) == ("RGB", size)
    expected = PICTURE.resize(size, Image.Resampling.BOX)
    assert max(ImageStat.Stat(ImageChops.difference(small, expected)).mean) < 6


@pytest.mark.parametrize("size", [(640, 480), (64, 48)])
def test_missing_data_is_told(size: tuple[int, int]) -> None:
    data = encoded(Image.effect_noise((640, 480), 90).convert("RGB"))
    for share in (0.1, 0.5, 0.95):
        with pytest.raises(Unreadable):
            webp_decoding.decoded(data[: int(share * len(data))], size)


def test_what_moves_or_is_transparent_and_other_files_are_left_to_pillow() -> None:
    moving = encoded(save_all=True, append_images=[PICTURE.rotate(180)])
    assert webp_decoding.decoded(moving, (64, 48)) is None
    clear = PICTURE.convert("RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, 100, 480))
    assert webp_decoding.decoded(encoded(clear), (64, 48)) is None
    assert webp_decoding.decoded(b"RIFF", (64, 48)) is None


def test_the_library_is_the_one_that_pillow_brings() -> None:
    found = webp_decoding.library()
    assert found is not None
    assert "pillow.libs" in found._name
