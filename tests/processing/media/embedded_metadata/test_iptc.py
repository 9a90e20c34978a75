"""IPTC's datasets: what repeats is a list, and every text is read in its own encoding."""

import struct

import pytest

from chalicelib.processing.media.embedded_metadata import iptc
from chalicelib.processing.media.pictures.formats import photoshop


def dataset(number: int, data: bytes, record: int = 2) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(data)) + data


def resource(number: int, data: bytes, name: bytes = b"") -> bytes:
    named = bytes([len(name)]) + name
    named += b"\0" * (len(named) % 2)
    body = struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"8BIM" + struct.pack(">H", number) + named + body


def read(*datasets: bytes) -> dict[str, object]:
    values, whole = iptc.read(b"".join(datasets))
    assert whole
    return values


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (20, "SupplementalCategories"),
        (25, "Keywords"),
        (80, "Byline"),
        (85, "BylineTitle"),
        (118, "Contact"),
        (122, "CaptionWriter"),
        (12, "SubjectReference"),
        (27, "ContentLocationName"),
    ],
)
def test_what_may_repeat_is_a_list(number: int, name: str) -> None:
    two = read(dataset(number, b"Ann Brown"), dataset(number, "Zoë Müller".encode()))
    assert two == {f"iptc.{name}": ["Ann Brown", "Zoë Müller"]}
    assert read(dataset(number, b"Ann")) == {f"iptc.{name}": ["Ann"]}


@pytest.mark.parametrize(("number", "name"), [(5, "ObjectName"), (105, "Headline"), (90, "City")])
def test_what_stands_there_once_is_its_first_text(number: int, name: str) -> None:
    assert read(dataset(number, b"one"), dataset(number, b"two")) == {f"iptc.{name}": "one"}


@pytest.mark.parametrize(
    ("code", "encoding", "said"),
    [
        (b"\x1b%G", "utf-8", "Größe · 港"),
        (b"\x1b-A", "latin-1", "Größe"),
        (b"\x1b.A", "latin-1", "Größe"),
        (b"\x1b-B", "iso8859-2", "Zażółć gęślą"),
        (b"\x1b-L", "iso8859-5", "Музей порта"),
        (b"\x1b-F", "iso8859-7", "λιμάνι"),
        (b"\x1b-H", "iso8859-8", "מוזיאון"),
        (b"\x1b-G", "iso8859-6", "متحف"),
    ],
)
def test_the_coded_character_set_counts(code: bytes, encoding: str, said: str) -> None:
    values = read(dataset(90, code, record=1), dataset(120, said.encode(encoding)))
    assert values == {"iptc.Caption": said}


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_without_it_text_is_utf_8_or_windows_latin(encoding: str) -> None:
    assert read(dataset(120, "Flöße · Café".encode(encoding))) == {"iptc.Caption": "Flöße · Café"}


def test_a_long_text_says_its_length_by_another_one() -> None:
    data = b"x" * 40_000
    block = struct.pack(">BBBHI", 0x1C, 2, 120, 0x8004, len(data)) + data
    assert read(block, dataset(25, b"sea")) == {
        "iptc.Caption": data.decode(),
        "iptc.Keywords": ["sea"],
    }


@pytest.mark.parametrize("behind", [b"\x1c\2", b"\x1c\2\x19\0\x09sea", b"rubbish"])
def test_what_is_whole_stays_when_the_block_is_broken(behind: bytes) -> None:
    values, whole = iptc.read(dataset(25, b"ship") + behind)
    assert values == {"iptc.Keywords": ["ship"]}
    assert not whole


@pytest.mark.parametrize("name", [b"", b"a", b"ab"])
def test_photoshops_resources_carry_them(name: bytes) -> None:
    said = dataset(25, b"sea")
    block = resource(0x03ED, b"abc", name) + resource(0x0404, said, name)
    assert photoshop.iptc_of(block) == said
    assert photoshop.iptc_of(said) == said
    assert photoshop.iptc_of(resource(0x0404, block)) == said
    assert photoshop.iptc_of(b"rubbish") == b""
