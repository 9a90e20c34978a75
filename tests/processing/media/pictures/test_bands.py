"""Plain rows are averaged band by band to what Pillow makes of the whole picture."""

import io

import pytest
from PIL import Image, ImageChops, TiffImagePlugin
from PIL.ImageFile import ImageFile

from chalicelib.processing.media.pictures import bands
from chalicelib.processing.problems import Unreadable


def opened(image: Image.Image, kind: str = "TIFF", **options: object) -> ImageFile:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return Image.open(data)


def noise(mode: str, size: tuple[int, int] = (401, 1_303)) -> Image.Image:
    channels = [Image.effect_noise(size, 90 + n) for n in range(len(mode))]
    return channels[0] if mode == "L" else Image.merge(mode, channels)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("factors", [(3, 3), (4, 5), (1, 2), (600, 7)])
@pytest.mark.parametrize("strip", [1_303, 7])
def test_bands_make_the_same_as_the_whole(mode: str, factors: tuple[int, int], strip: int) -> None:
    whole = noise(mode)
    file = opened(whole, tiffinfo={TiffImagePlugin.ROWSPERSTRIP: strip})
    small = bands.averaged(file, factors)
    assert small is not None
    assert ImageChops.difference(small, whole.reduce(factors)).getbbox() is None


def test_strips_in_any_order_are_found() -> None:
    whole = noise("RGB")
    file = opened(whole, tiffinfo={TiffImagePlugin.ROWSPERSTRIP: 100})
    first, second = file.tile[0], file.tile[1]
    assert len(file.tile) > 5
    file.fp.seek(0)  # type: ignore[union-attr]
    data = bytearray(file.fp.read())  # type: ignore[union-attr]
    length = 401 * 3 * 100
    a, b = slice(first[2], first[2] + length), slice(second[2], second[2] + length)
    data[a], data[b] = data[b], data[a]
    file.fp = io.BytesIO(bytes(data))
    file.tile[0] = first._replace(offset=second[2])
    file.tile[1] = second._replace(offset=first[2])
    small = bands.averaged(file, (2, 2))
    assert small is not None
    assert ImageChops.difference(small, whole.reduce(2)).getbbox() is None


def test_what_is_not_plain_is_left_to_pillow() -> None:
    picture = noise("RGB", (64, 64))
    for file in (
        opened(picture, compression="tiff_lzw"),
        opened(picture.convert("P")),
        opened(picture.convert("1")),
        opened(picture.convert("RGBA")),
        opened(Image.new("I;16", (64, 64))),
        opened(picture, "BMP"),
        opened(picture, "PNG"),
    ):
        assert bands.averaged(file, (2, 2)) is None


def test_rows_that_are_missing_are_told() -> None:
    data = io.BytesIO()
    noise("RGB").save(data, "TIFF")
    short = io.BytesIO(data.getvalue()[:900_000])
    with pytest.raises(Unreadable, match="missing"):
        bands.averaged(Image.open(short), (3, 3))
