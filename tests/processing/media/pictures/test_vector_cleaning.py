"""Nothing in a drawing leads out of it, runs, or grows beyond bounds."""

import base64
import time
from pathlib import Path

import pytest
from PIL import Image

from chalicelib.processing.media import sandbox, thumbnails
from chalicelib.processing.media.pictures import vector_cleaning
from chalicelib.processing.problems import MediaProblem, TooLargeToDecode, Unreadable
from tests import picture_files
from tests.processing.media.pictures.test_images import SIZES, decoded, made, near

SVG = "image/svg+xml"


def cleaned(inside: str, attributes: str = "", before: str = "") -> vector_cleaning.Drawing:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    data = f"{before}<svg {names} {attributes}>{inside}</svg>".encode()
    return vector_cleaning.cleaned(data, "Reef Sans")


@pytest.mark.parametrize(
    "reference",
    [
        "{path}",
        "file://{path}",
        " {path}",
        "HTTP://127.0.0.1:9/a.png",
        "data:image/svg+xml;utf8,&lt;svg/&gt;",
        "data:text/plain,x",
    ],
)
def test_a_reference_out_of_the_file_is_dropped(tmp_path: Path, reference: str) -> None:
    other = tmp_path / "other.png"
    Image.new("RGB", (9, 9), "red").save(other)
    named = reference.format(path=other)
    for name in ("href", "xlink:href"):
        inside = f'<image {name}="{named}" width="640" height="480"/>'
        assert "<image width" in cleaned(inside).source
        path = picture_files.drawing(tmp_path / "a.svg", inside)
        assert decoded(made(path, SVG)["small"]).getchannel("A").getextrema() == (0, 0)


def test_what_a_drawing_carries_itself_stays(tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    Image.new("RGB", (9, 9), "red").save(other)
    packed = base64.b64encode(other.read_bytes()).decode()
    inside = f'<image href="data:image/png;base64,{packed}" width="640" height="480"/>'
    path = picture_files.drawing(tmp_path / "a.svg", inside)
    assert near(decoded(made(path, SVG)["small"]).getpixel((50, 50)), (255, 0, 0, 255))
    assert 'href="#a"' in cleaned('<use href="#a"/>').source


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ('<rect style="fill:url(http://a/b.svg#c)"/>', '<rect style="fill:none"></rect>'),
        ('<rect fill="url(#c)"/>', '<rect fill="url(#c)"></rect>'),
        ('<rect fill="url( &quot;#c&quot; )"/>', '<rect fill="url( &quot;#c&quot; )"></rect>'),
        ('<rect onclick="alert(1)" xml:base="http://a/"/>', "<rect></rect>"),
        ("<style>@import url(a.css); a{b:c}</style>", "<style> a{b:c}</style>"),
        ("<style>@import 'a.css';</style>", "<style></style>"),
        ("<script>alert(1)</script><g/>", "<g></g>"),
        ("<svg:foreignObject><p>x</p></svg:foreignObject>", ""),
        ("<text>a &lt; b</text>", "<text>a &lt; b</text>"),
    ],
)
def test_what_runs_or_leads_outside_is_left_out(given: str, kept: str) -> None:
    source = cleaned(given).source
    assert source[source.index(">") + 1 : -len("</svg>")] == kept


def test_foreign_entities_are_empty() -> None:
    before = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "tide">]>'
    assert cleaned("<text>&x;&y;</text>", before=before).text == "tide"


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="64" height="48"', (64, 48)),
        ('width="1in" height="72pt"', (96, 96)),
        ('viewBox="0 0 20 10"', (20, 10)),
        ('viewBox="0,0,20,10" width="100%" height="100%"', (20, 10)),
        ('viewBox="0 0 20 10" width="100"', (100, 50)),
        ('viewBox="0 0 20 10" height="100"', (200, 100)),
        ('viewBox="0 0 1e9 1e9"', (1e9, 1e9)),
        ('viewBox="0 0 0 10"', (300, 150)),
        ('width="nan" height="1e999"', (300, 150)),
        ("", (300, 150)),
    ],
)
def test_the_size_is_what_a_browser_makes_of_it(attributes: str, size: tuple[float, float]) -> None:
    drawing = cleaned("", attributes)
    assert (drawing.width, drawing.height) == pytest.approx(size)


@pytest.mark.parametrize("attributes", ['width="0" height="9"', 'width="-5" height="9"'])
def test_no_size_is_no_drawing(attributes: str) -> None:
    with pytest.raises(Unreadable, match="size"):
        cleaned("", attributes)


@pytest.mark.parametrize(
    "data",
    [b"<svg", b"<html/>", b"", b'<?xml version="1.0" encoding="none-such"?><svg/>', b"<svg>\xff"],
)
def test_what_is_no_drawing_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        vector_cleaning.cleaned(data, "Reef Sans")


def test_attacks_end_with_a_reason() -> None:
    laughs = '<!ENTITY a0 "lololololololololol">'
    for number in range(1, 10):
        laughs += f'<!ENTITY a{number} "' + f"&a{number - 1};" * 10 + '">'
    with pytest.raises(TooLargeToDecode):
        cleaned("<text>&a9;</text>", before=f"<!DOCTYPE svg [{laughs}]>")
    long = "x" * 100_000
    once = f'<!DOCTYPE svg [<!ENTITY a "{long}">]>'
    with pytest.raises(TooLargeToDecode):
        cleaned(f"<text>{'&a;' * 2000}</text>", before=once)
    with pytest.raises(Unreadable, match="nested"):
        cleaned("<g>" * 100_000)
    with pytest.raises(TooLargeToDecode, match="elements"):
        cleaned("<g/>" * (vector_cleaning.MOST_ELEMENTS + 1))


def _used(number: int) -> str:
    return f'<use xlink:href="#a{number}"/>'


def test_references_within_references_end_in_the_child(tmp_path: Path) -> None:
    groups = '<g id="a0"><rect width="1" height="1"/></g>' + "".join(
        f'<g id="a{n}">{_used(n - 1) * 10}</g>' for n in range(1, 10)
    )
    path = picture_files.drawing(tmp_path / "a.svg", f'<defs>{groups}</defs><use href="#a9"/>')
    began = time.monotonic()
    with pytest.raises(MediaProblem):
        sandbox.run(thumbnails.make, path, SVG, SIZES)
    assert time.monotonic() - began < 30
    deep = picture_files.drawing(
        tmp_path / "b.svg",
        "<g>" * (vector_cleaning.DEEPEST - 1) + "</g>" * (vector_cleaning.DEEPEST - 1),
    )
    assert sandbox.run(thumbnails.make, deep, SVG, SIZES).result


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ('<text font-family="Arial" x="1">a</text>', '<text x="1">a</text>'),
        ('<text style="font-family: Arial, serif; x: 1">a</text>', '<text style="; x: 1">a</text>'),
        (
            "<text style=\"font: bold 12px/1.5 'My Font', serif; x: 1\">a</text>",
            '<text style="font: bold 12px/1.5 &#x27;Reef Sans&#x27;; x: 1">a</text>',
        ),
        (
            "<style>t{FONT-FAMILY:Arial}u{font:9pt Arial}</style>",
            "<style>t{}u{font:9pt 'Reef Sans'}</style>",
        ),
        ('<text font-size="9">a</text>', '<text font-size="9">a</text>'),
    ],
)
def test_letters_get_the_one_font(given: str, kept: str) -> None:
    assert kept in cleaned(given).source


def test_rules_are_read_as_one_however_long_they_are() -> None:
    """The parser gives text in pieces of some kilobytes; each place is at the end of one."""
    for length in range(8_100, 8_300, 7):
        rules = f".a{{fill:red}}{' ' * length}.b{{fill:url(http://a/b.svg#c)}}"
        source = cleaned(f"<style>{rules}</style>").source
        assert "http://a" not in source
        assert ".a{fill:red}" in source


def test_a_drawing_is_as_large_as_its_box() -> None:
    data = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"/>'
    drawing = vector_cleaning.cleaned(data, "Reef Sans", (600, 600))
    assert (drawing.width, drawing.height) == (64, 48)
    assert drawing.drawn_size == (600, 450)
    assert 'width="600" height="450" viewBox="0 0 64.000000 48.000000"' in drawing.source
