"""Profiles made of numbers say what the numbers say."""

import io

import pytest
from PIL import Image, ImageCms

from chalicelib.processing.media.pictures import profiles


def through(icc: bytes, colour: tuple[int, int, int]) -> tuple[int, ...]:
    """Convert one colour from a profile to sRGB."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    picture = Image.new("RGB", (1, 1), colour)
    converted = ImageCms.profileToProfile(picture, profile, ImageCms.createProfile("sRGB"))
    assert converted is not None
    found: tuple[int, ...] = converted.getpixel((0, 0))
    return found


@pytest.mark.parametrize("colour", [(255, 255, 255), (128, 128, 128), (200, 30, 90)])
def test_srgb_by_its_numbers_changes_nothing(colour: tuple[int, int, int]) -> None:
    icc = profiles.of_code_points((1, 13, 0, 1))
    assert icc is not None
    assert all(abs(a - b) <= 1 for a, b in zip(through(icc, colour), colour, strict=True))


def test_a_wide_red_is_at_srgb_s_end() -> None:
    icc = profiles.of_code_points((12, 13, 0, 1))
    assert icc is not None
    red, green, blue = through(icc, (234, 51, 35))
    assert red >= 250
    assert max(green, blue) <= 20


@pytest.mark.parametrize("cicp", [(2, 13, 0, 1), (1, 2, 0, 1), (1, 13, 1, 1), (1, 13, 0, 0)])
def test_numbers_that_say_nothing_usable_make_no_profile(cicp: tuple[int, int, int, int]) -> None:
    assert profiles.of_code_points(cicp) is None


def test_a_gamma_of_one_is_light_itself() -> None:
    icc = profiles.of_gamma(1.0, None)
    assert icc is not None
    assert through(icc, (55, 55, 55))[0] == pytest.approx(128, abs=3)
    assert profiles.of_gamma(0.0, None) is None
    assert profiles.of_gamma(0.45, (0.0,) * 8) is None


def test_colours_are_turned_between_primaries() -> None:
    same = profiles.to_srgb(1)
    assert same is not None
    assert profiles.times(same, (0.2, 0.5, 0.7)) == pytest.approx((0.2, 0.5, 0.7))
    wide = profiles.to_srgb(9)
    assert wide is not None
    assert profiles.times(wide, (1.0, 0.0, 0.0))[0] > 1.5, "a red beyond sRGB's"
    assert profiles.to_srgb(99) is None


def test_srgb_stores_light_by_its_curve() -> None:
    assert [round(255 * profiles.srgb_stored(light)) for light in (0, 0.001, 0.2158, 1)] == [
        0,
        3,
        128,
        255,
    ]
