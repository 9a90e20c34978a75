"""EXIF is read entry by entry, in the encodings and byte orders that cameras use."""

import struct

import pytest

from chalicelib.processing.media.embedded_metadata import exif
from tests.pictures.originals import tiff, turned

ARTIST, COPYRIGHT, DESCRIPTION, COMMENT = 0x013B, 0x8298, 0x010E, 0x9286
ASCII, UNDEFINED, UTF8 = 2, 7, 129
EXIF_VERSION = 0x9000
HARBOUR = "Hafen bei Nacht 港の夜"
WIDE = {"<": "utf-16-le", ">": "utf-16-be"}


def text(tag: int, data: bytes, order: str = "<", kind: int = ASCII) -> object:
    found = exif.read(tiff(order, (tag, kind, len(data), data)))
    assert not found.broken
    return found.tags[tag]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("said", ["Zoë Müller", "© 2026 Café Ålesund", "Größe der Häfen · 港", "x"])
def test_text_is_utf_8_where_it_is_that(order: str, said: str) -> None:
    assert text(ARTIST, said.encode() + b"\0", order) == said
    assert text(ARTIST, said.encode() + b"\0", order, UTF8) == said


@pytest.mark.parametrize("said", ["Zoë Müller", "© Café Ålesund"])
def test_text_that_is_no_utf_8_is_windows_latin(said: str) -> None:
    assert text(ARTIST, said.encode("cp1252") + b"\0") == said


@pytest.mark.parametrize("behind", [b"\0", b"\0\0\0", b"\0rubbish", b"\0Editor\0"])
def test_text_ends_at_its_first_nul(behind: bytes) -> None:
    assert text(COPYRIGHT, "© Zoë".encode() + behind) == "© Zoë"


@pytest.mark.parametrize("order", "<>")
def test_a_comment_in_unicode_has_the_files_byte_order(order: str) -> None:
    comment = b"UNICODE\0" + HARBOUR.encode(WIDE[order])
    assert text(COMMENT, comment, order, UNDEFINED) == HARBOUR
    assert text(COMMENT, comment + b"\0\0", order, UNDEFINED) == HARBOUR


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("written", "<>")
def test_a_mark_goes_before_the_files_byte_order(order: str, written: str) -> None:
    comment = b"UNICODE\0" + f"\ufeff{HARBOUR}".encode(WIDE[written])
    assert text(COMMENT, comment, order, UNDEFINED) == HARBOUR


@pytest.mark.parametrize(("order", "other"), ["<>", "><"])
def test_latin_text_in_the_other_order_is_read_all_the_same(order: str, other: str) -> None:
    comment = b"UNICODE\0" + "Harbour at night".encode(WIDE[other])
    assert text(COMMENT, comment, order, UNDEFINED) == "Harbour at night"


@pytest.mark.parametrize("order", "<>")
def test_japanese_without_a_latin_letter_is_not_turned_around(order: str) -> None:
    comment = b"UNICODE\0" + "港の夜".encode(WIDE[order])
    assert text(COMMENT, comment, order, UNDEFINED) == "港の夜"


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        (b"ASCII\0\0\0low tide\0\0", "low tide"),
        (b"ASCII\0\0\0" + "Größe".encode(), "Größe"),
        (bytes(8) + "Ebbe · 港".encode(), "Ebbe · 港"),
        (b"JIS\0\0\0\0\0" + "港の夜".encode("iso2022_jp"), "港の夜"),
        (b"JIS\0\0\0\0\0" + "港の夜".encode("iso2022_jp")[3:-3], "港の夜"),
        (b"JIS\0\0\0\0\0" + "港の夜".encode("shift_jis"), "港の夜"),
        (b"ASCII\0\0\0   ", "   "),
    ],
)
def test_a_comment_says_its_own_code(comment: bytes, said: str) -> None:
    assert text(COMMENT, comment, kind=UNDEFINED) == said


@pytest.mark.parametrize("order", "<>")
def test_the_third_edition_writes_utf_8(order: str) -> None:
    for comment in (b"UNICODE\0" + HARBOUR.encode(), HARBOUR.encode()):
        block = tiff(
            order,
            (EXIF_VERSION, UNDEFINED, 4, b"0300"),
            (COMMENT, UNDEFINED, len(comment), comment),
        )
        assert exif.read(block).tags[COMMENT] == HARBOUR


def test_windows_titles_are_little_endian_in_every_file() -> None:
    title = HARBOUR.encode("utf-16-le") + b"\0\0"
    for order in "<>":
        assert text(0x9C9B, title, order, 1) == HARBOUR


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation(order: str, orientation: int) -> None:
    assert exif.read(turned(order, orientation)).orientation == orientation


@pytest.mark.parametrize(
    "entry",
    [
        (0x0112, 3, 1, b"\0\0"),
        (0x0112, 3, 1, b"\x09\0"),
        (0x0112, 4, 1, b"\6\0\0\0"),
        (0x0112, 3, 2, b"\6\0\6\0"),
        (0x0112, 2, 2, b"6\0"),
    ],
)
def test_an_orientation_that_makes_no_sense_is_none(entry: tuple[int, int, int, bytes]) -> None:
    assert exif.read(tiff("<", entry)).orientation == 1


def test_a_broken_entry_costs_itself() -> None:
    whole = (ARTIST, ASCII, 4, b"Ada\0")
    for broken in (
        (DESCRIPTION, ASCII, 1 << 31, b"\0"),
        (DESCRIPTION, 99, 1, b"\0"),
        (DESCRIPTION, 12, 1 << 29, b"\0"),
    ):
        found = exif.read(tiff("<", broken, whole))
        assert found.tags == {ARTIST: "Ada"}
        assert found.broken


@pytest.mark.parametrize(
    "block",
    [
        b"no TIFF",
        b"II*\0",
        b"II*\0\xff\xff\xff\xff",
        b"MM\0*\0\0\0\2",
        turned("<", 6)[:15],
        b"II*\0\x08\0\0\0\xff\xff",
        tiff("<", (0x8769, 4, 1, struct.pack("<I", 8))),
        tiff("<", (0x8769, 4, 1, struct.pack("<I", 1 << 30))),
    ],
)
def test_what_is_broken_says_so_and_is_read_as_far_as_it_goes(block: bytes) -> None:
    found = exif.read(block)
    assert found.broken
    assert found.orientation == 1


def test_a_fraction_of_nothing_is_no_number() -> None:
    value = exif.read(tiff("<", (0x829A, 5, 1, struct.pack("<II", 1, 0)))).tags[0x829A]
    assert value != value
    assert exif.read(tiff(">", (0x829A, 5, 1, struct.pack(">II", 1, 250)))).tags == {0x829A: 0.004}
