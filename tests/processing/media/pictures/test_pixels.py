"""What is done to decoded pixels."""

import io

import pytest
from PIL import Image
from PIL.ImageFile import ImageFile

from chalicelib.processing.media.pictures import pixels


def opened(picture: Image.Image, **options: object) -> ImageFile:
    data = io.BytesIO()
    picture.save(data, "PNG", **options)
    data.seek(0)
    image = Image.open(data)
    assert isinstance(image, ImageFile)
    return image


def resizable(picture: Image.Image, **options: object) -> Image.Image:
    return pixels.resizable(opened(picture, **options), lambda: opened(picture, **options))


@pytest.mark.parametrize(
    ("size", "box", "fitted"),
    [
        ((400, 200), (100, 100), (100, 50)),
        ((40, 20), (100, 100), (40, 20)),
        ((10_000, 1), (100, 100), (100, 1)),
    ],
)
def test_a_picture_fits_its_box_and_is_never_enlarged(
    size: tuple[int, int], box: tuple[int, int], fitted: tuple[int, int]
) -> None:
    assert pixels.fit(size, box) == fitted


def test_what_cannot_be_seen_lends_no_colour_when_a_picture_gets_smaller() -> None:
    picture = Image.new("RGBA", (2, 1), (0, 0, 255, 0))
    picture.putpixel((0, 0), (255, 0, 0, 255))
    assert pixels.resized(picture, (2, 1)) is picture
    red, _, blue, _ = pixels.resized(picture, (1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert red > 250
    assert blue < 5


def test_a_frame_stands_on_its_canvas() -> None:
    canvas = pixels.on_canvas(Image.new("RGB", (2, 2), "red"), (4, 4), (1, 1))
    assert canvas.getpixel((0, 0)) == (0, 0, 0, 0)
    assert canvas.getpixel((1, 1)) == (255, 0, 0, 255)


@pytest.mark.parametrize(
    ("mode", "kept"), [("L", "L"), ("RGB", "RGB"), ("1", "L"), ("P", "RGB"), ("RGBA", "RGBA")]
)
def test_every_mode_becomes_one_that_can_be_averaged(mode: str, kept: str) -> None:
    assert resizable(Image.new(mode, (4, 4))).mode == kept


def test_a_colour_that_stands_for_nothing_becomes_transparent() -> None:
    picture = Image.new("RGB", (2, 1), (10, 20, 30))
    picture.putpixel((1, 0), (10, 20, 31))
    clear = resizable(picture, transparency=(10, 20, 30))
    assert [clear.getpixel((x, 0))[3] for x in (0, 1)] == [0, 255]


def test_sixteen_bits_of_grey_become_eight() -> None:
    wide = Image.new("I;16", (2, 1), 0x8000)
    wide.putpixel((1, 0), 0xFFFF)
    grey = resizable(wide)
    assert (grey.mode, [grey.getpixel((x, 0)) for x in (0, 1)]) == ("L", [0x80, 0xFF])
