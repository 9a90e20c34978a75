"""One table says where files keep what is said of an asset, and the documentation shows it."""

import re

import pytest
from PIL import ExifTags

from chalicelib.processing.media.embedded_metadata import iptc, mapping
from chalicelib.processing.media.embedded_metadata.mapping import PLACES, Said
from local.functions import ROOT


def test_the_documentation_shows_the_table() -> None:
    text = (ROOT / "docs" / "metadata.md").read_text("utf-8")
    table = text.partition("| of the asset |")[2].partition("\n\n")[0].splitlines()[2:]
    shown = [tuple(re.sub("[` ]", "", cell) for cell in line.split("|")[1:5]) for line in table]
    assert shown == [
        (
            place.field,
            f"xmp.{place.xmp}",
            f"iptc.{iptc.NAMES[place.iptc]}" if place.iptc else "",
            f"exif.{ExifTags.TAGS[place.exif]}" if place.exif else "",
        )
        for place in PLACES
    ]
    assert [place.field for place in PLACES] == [*Said.__struct_fields__]


def test_empty_and_unwritable_text_stands_nowhere() -> None:
    said = Said(title=" \x00a\x0b\ud800b\ufffe ", keywords=["", " ", "k"], category="a/b")
    found = {place.field: mapping.values(said, place) for place in PLACES}
    assert found == {place.field: [] for place in PLACES} | {
        "title": ["ab"],
        "keywords": ["k"],
        "category": ["a|b"],
    }


def test_less_and_less_ends_with_nothing() -> None:
    said, steps = Said(title="t" * 100, description="d" * 3, keywords=["k"] * 5), 0
    while said != Said():
        said, steps = mapping.smaller(said), steps + 1
        assert said.keywords == [] or said.title == "t" * 100
    assert steps < 20


@pytest.mark.parametrize(("size", "text"), [(1, "a"), (2, "a"), (3, "aé"), (6, "aé"), (7, "aé𝄞")])
def test_a_text_is_cut_between_letters(size: int, text: str) -> None:
    assert mapping.cut("aé𝄞", size).decode() == text
