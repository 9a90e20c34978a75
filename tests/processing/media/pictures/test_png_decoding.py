"""A PNG is decoded as far as it is whole, whatever its checksums say."""

import io

import pytest
from PIL import Image
from PIL.ImageFile import ImageFile

from chalicelib.processing.media.pictures import png_decoding
from chalicelib.processing.media.pictures.formats import png
from chalicelib.processing.media.pictures.formats.parts import Assembled
from chalicelib.processing.problems import Unreadable


def written(mode: str = "RGB", **options: object) -> bytes:
    data = io.BytesIO()
    Image.effect_noise((64, 64), 80).convert(mode).save(data, "PNG", **options)
    return data.getvalue()


def decoded(data: bytes) -> ImageFile:
    file = io.BytesIO(data)
    parts = png.take_apart(file)
    image = Image.open(Assembled(file, parts.still))
    assert isinstance(image, ImageFile)
    return png_decoding.decoded(file, parts, image)


def pixels(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).tobytes()


def test_a_whole_picture_is_what_its_file_says() -> None:
    data = written()
    assert decoded(data).tobytes() == pixels(data)


def test_a_wrong_checksum_of_the_pixels_decides_nothing() -> None:
    data = written()
    at = data.rindex(b"IEND") - 4 - 4  # the checksum before the last chunk
    broken = data[: at - 4] + bytes(byte ^ 255 for byte in data[at - 4 : at]) + data[at:]
    assert decoded(broken).tobytes() == pixels(data)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_missing_rows_are_missed(share: float) -> None:
    data = written()
    with pytest.raises(Unreadable):
        decoded(data[: int(len(data) * share)])
