"""Drawings: their size, what they say, and how they look."""

import gzip
from pathlib import Path

import pytest

from chalicelib.processing.media import metadata
from chalicelib.processing.media.pictures import vector
from chalicelib.processing.problems import TooLargeToDecode, Unreadable
from tests import picture_files
from tests.processing.media.pictures.test_images import assert_quarters, decoded, made, near

SVG = "image/svg+xml"


def test_a_drawing_is_drawn_as_large_as_the_box(tmp_path: Path) -> None:
    path = picture_files.drawing(tmp_path / "a.svg", attributes='width="64" height="48"')
    large = made(path, SVG)["large"]
    assert (large.width, large.height) == (600, 450)
    assert_quarters(decoded(large))
    assert metadata.read(path, SVG).technical == {"width": 64, "height": 48}


def test_what_is_not_drawn_on_is_transparent(tmp_path: Path) -> None:
    path = picture_files.drawing(tmp_path / "a.svg", '<rect width="320" height="480"/>')
    shown = decoded(made(path, SVG)["small"])
    assert shown.mode == "RGBA"
    assert near(shown.getpixel((30, 50)), (0, 0, 0, 255))
    assert shown.getpixel((120, 50))[3] == 0  # type: ignore[index]


def test_a_packed_drawing_is_read_too(tmp_path: Path) -> None:
    plain = Path(picture_files.drawing(tmp_path / "a.svg")).read_bytes()
    path = tmp_path / "a.svgz"
    path.write_bytes(gzip.compress(plain))
    assert_quarters(decoded(made(str(path), SVG)["large"]))
    path.write_bytes(gzip.compress(plain)[:40])
    with pytest.raises(Unreadable):
        made(str(path), SVG)
    path.write_bytes(gzip.compress(plain + bytes(vector.MOST_BYTES)))
    with pytest.raises(TooLargeToDecode):
        made(str(path), SVG)


def test_letters_of_the_worlds_scripts_are_drawn(tmp_path: Path) -> None:
    inks = []
    for text in ("tide", "潮", "مد"):
        inside = f'<text x="20" y="300" font-size="200" font-family="None Such">{text}</text>'
        path = picture_files.drawing(tmp_path / "a.svg", inside)
        inks.append(decoded(made(path, SVG)["large"]).getchannel("A").getbbox())
    assert all(inks)
    assert len(set(inks)) == 3


def test_title_description_and_letters_are_what_it_says(tmp_path: Path) -> None:
    inside = "<title>Chart</title><desc>Of the harbour</desc><text>Low <tspan>tide</tspan></text>"
    facts = metadata.read(picture_files.drawing(tmp_path / "a.svg", inside), SVG)
    assert facts.embedded == {"svg.Title": "Chart", "svg.Description": "Of the harbour"}
    assert facts.text.splitlines() == ["Chart", "Of the harbour", "Low tide"]


@pytest.mark.parametrize("family", ["serif", "sans-serif", "monospace", "None Such", "DejaVu Sans"])
@pytest.mark.parametrize(
    "form",
    [
        '<text x="20" y="300" font-size="200" font-family="{}">tide</text>',
        "<text x='20' y='300' style='font-size:200px;font-family:{}'>tide</text>",
        "<text x='20' y='300' style='font:200px {}'>tide</text>",
        "<style>text{{font: 200px {}, cursive}}</style><text x='20' y='300'>tide</text>",
    ],
)
def test_letters_are_drawn_whatever_font_they_name(tmp_path: Path, family: str, form: str) -> None:
    path = picture_files.drawing(tmp_path / "a.svg", form.format(family))
    assert decoded(made(path, SVG)["large"]).getchannel("A").getbbox() is not None
