"""One picture is encoded in every size, each from the next larger one."""

import io

from PIL import Image

from chalicelib.processing.media.pictures import encoding

SIZES = {"large": (200, 200), "small": (50, 50), "wide": (100, 20)}


def opened(made: encoding.Picture) -> Image.Image:
    return Image.open(io.BytesIO(made.data))


def test_the_box_that_holds_every_box() -> None:
    assert encoding.largest({"tall": (10, 90), "wide": (80, 20)}) == (80, 90)


def test_sizes_come_smallest_first_in_the_picture_s_shape() -> None:
    made = encoding.cascade(Image.new("RGB", (400, 100), "teal"), SIZES)
    assert [(one.name, one.width, one.height) for one in made] == [
        ("wide", 80, 20),
        ("small", 50, 12),
        ("large", 200, 50),
    ]
    assert [opened(one).size for one in made] == [(80, 20), (50, 12), (200, 50)]
    assert {opened(one).format for one in made} == {"WEBP"}


def test_a_small_picture_is_never_enlarged() -> None:
    made = encoding.cascade(Image.new("RGB", (30, 30)), SIZES)
    assert {(one.width, one.height) for one in made if one.name != "wide"} == {(30, 30)}


def test_a_grid_is_lossless_and_white_where_nothing_is() -> None:
    made = encoding.grid(Image.new("RGBA", (256, 64), (255, 0, 0, 0)))
    picture = opened(made)
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", (128, 32))
    assert picture.getpixel((5, 5)) == (255, 255, 255)
