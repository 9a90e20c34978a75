"""Every font knows which characters it has."""

import os

import pytest

from chalicelib.processing.media.documents import fonts


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("a", "DejaVuSans.ttf"),
        ("Я", "DejaVuSans.ttf"),
        ("潮", "wqy-microhei.ttc"),
        ("ก", "NotoSansThai-Regular.ttf"),
    ],
)
def test_a_character_is_lettered_in_the_first_font_that_has_it(character: str, name: str) -> None:
    assert str(fonts.for_character(character)).endswith(name)


def test_what_no_font_has_is_lettered_in_none() -> None:
    assert fonts.for_character("\U000f1234") is None


def test_the_folders_are_there_and_a_font_comes_in_the_size_asked_for() -> None:
    assert fonts.folders()
    assert all(os.path.isdir(folder) for folder in fonts.folders())
    path = fonts.for_character("a")
    assert path is not None
    small, large = fonts.sized(path, 10), fonts.sized(path, 40)
    assert large.getlength("Flut") == pytest.approx(4 * small.getlength("Flut"), rel=0.1)
    assert fonts.sized(path, 10) is small
