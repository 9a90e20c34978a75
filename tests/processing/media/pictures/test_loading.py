"""Whether a decoder wrote a row at all."""

import io

from PIL import Image
from PIL.ImageFile import ImageFile

from chalicelib.processing.media.pictures import loading


def opened(width: int = 64, height: int = 64) -> ImageFile:
    data = io.BytesIO()
    Image.effect_noise((width, height), 80).convert("RGB").save(data, "PNG")
    data.seek(0)
    image = Image.open(data)
    assert isinstance(image, ImageFile)
    return image


def test_a_row_is_written_once_the_picture_is_loaded() -> None:
    image = opened()
    is_written = loading.watched_row(image, 63)
    assert not is_written()
    image.load()
    assert is_written()


def test_of_a_row_of_a_few_bytes_nothing_can_be_told() -> None:
    assert loading.watched_row(opened(width=2), 0)()
