"""Colours become sRGB's by what the file says of them, and by nothing that makes no sense."""

import pytest
from PIL import Image, ImageCms

from chalicelib.processing.media.pictures import profiles, srgb
from chalicelib.processing.media.pictures.formats.parts import Colours

GREY = (55, 55, 55)
LINEAR = profiles.of_gamma(1.0, None) or b""


def shown(colours: Colours, mode: str = "RGB", is_grey: bool = False) -> Image.Image:
    colour = 55 if mode == "L" else GREY
    return srgb.in_srgb(Image.new(mode, (1, 1), colour), colours, is_grey)


def red_of(colours: Colours) -> int:
    return int(shown(colours).getpixel((0, 0))[0])


def test_without_a_word_colours_are_srgb_s() -> None:
    assert red_of(Colours()) == 55
    assert shown(Colours(), "L").mode == "RGB"
    assert shown(Colours(), "RGBA").mode == "RGBA"


def test_a_profile_a_gamma_and_code_points_are_followed() -> None:
    for colours in (Colours(icc=LINEAR), Colours(gamma=1.0), Colours(cicp=(1, 8, 0, 1))):
        assert red_of(colours) == pytest.approx(128, abs=3)


def test_what_is_said_first_counts_most() -> None:
    assert red_of(Colours(gamma=1.0, is_srgb=True)) == 55
    assert red_of(Colours(gamma=0.45455)) == 55, "which stands for sRGB's own curve"
    assert red_of(Colours(icc=LINEAR, cicp=(1, 13, 0, 1))) == pytest.approx(55, abs=1)


def test_a_profile_that_cannot_be_used_counts_for_nothing() -> None:
    assert red_of(Colours(icc=b"no profile")) == 55
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert red_of(Colours(icc=lab)) == 55


def test_only_what_can_be_read_is_whole() -> None:
    assert not srgb.is_broken(b"")
    assert not srgb.is_broken(LINEAR)
    assert srgb.is_broken(b"no profile")
