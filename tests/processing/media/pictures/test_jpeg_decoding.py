"""A JPEG is decoded in the size that is needed, and only if its data is complete."""

import io

import pytest
from PIL import Image

from chalicelib.processing.media.pictures import jpeg_decoding
from chalicelib.processing.media.pictures.formats import jpeg
from chalicelib.processing.problems import Unreadable

WAYS: dict[str, dict[str, object]] = {
    "baseline": {},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_rows": 1},
}


def written(**options: object) -> bytes:
    data = io.BytesIO()
    Image.effect_noise((160, 120), 60).convert("RGB").save(data, "JPEG", quality=80, **options)
    return data.getvalue()


def decoded(data: bytes, target: tuple[int, int] = (160, 120)) -> Image.Image:
    file = io.BytesIO(data)
    return jpeg_decoding.decoded(file, jpeg.take_apart(file), target)


@pytest.mark.parametrize("way", WAYS)
def test_a_whole_picture_is_decoded(way: str) -> None:
    data = written(**WAYS[way])
    assert decoded(data).tobytes() == Image.open(io.BytesIO(data)).tobytes()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("share", [0.5, 0.95])
def test_a_part_that_is_missing_is_missed(way: str, share: float) -> None:
    data = written(**WAYS[way])
    with pytest.raises(Unreadable):
        decoded(data[: int(len(data) * share)])


def test_a_small_target_is_decoded_small() -> None:
    assert decoded(written(), (40, 30)).size == (40, 30)


def test_the_end_mark_alone_may_be_missing() -> None:
    assert decoded(written()[:-2]).size == (160, 120)
