"""What is written is what is read again, beside what was there."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import ExifTags, Image

from chalicelib.processing.media.embedded_metadata import exif, iptc, writing, xmp
from chalicelib.processing.media.embedded_metadata.mapping import PLACES, Said, cut, values

TEXT = some.text(max_size=100)
SAID = some.builds(
    Said,
    title=TEXT,
    description=TEXT,
    alt_text=TEXT,
    category=TEXT,
    keywords=some.lists(TEXT, max_size=4),
    creator=some.lists(TEXT, max_size=2),
    copyright=TEXT,
    attribution=TEXT,
    license=TEXT,
    usage_terms=TEXT,
)
OTHER = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="uuid:1" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    b'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    b'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:own="https://example.org/own/" '
    b'xmp:Rating="4" photoshop:Credit="Old" exif:GPSLatitude="50,5N" own:thing="kept">'
    b'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Old</rdf:li><rdf:li xml:lang="de">Alt'
    b"</rdf:li></rdf:Alt></dc:title><dc:format>image/jpeg</dc:format>"
    b"<exif:GPSLongitude>14,2E</exif:GPSLongitude></rdf:Description></rdf:RDF></x:xmpmeta>"
)


def plain(text: str) -> str:
    """XML knows one kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@given(SAID)
def test_xmp_reads_as_it_was_written(said: Said) -> None:
    found = xmp.properties(writing.xmp_packet(b"", said))
    for place in PLACES:
        written = [plain(text) for text in values(said, place)]
        one = found.pop(place.xmp, None)
        assert one == (
            None if not written else written if place.form in ("Seq", "Bag") else written[0]
        )
    found.pop("xmpRights.Marked", None)
    assert found == {}


def test_what_a_packet_said_otherwise_stays_without_its_position() -> None:
    packet = writing.xmp_packet(OTHER, Said(title="New", copyright="© me"))
    found = xmp.properties(packet)
    assert found == {
        "xmp.Rating": "4",
        "photoshop.Credit": "Old",
        "dc.format": "image/jpeg",
        "dc.title": "New",
        "dc.rights": "© me",
        "xmpRights.Marked": "True",
    }
    assert b"GPS" not in packet
    assert b"kept" in packet
    assert packet.count(b"uuid:1") == 2
    again = writing.xmp_packet(packet, Said(title="New", copyright="© me"))
    assert xmp.properties(again) == found


@pytest.mark.parametrize("before", [b"<x", b"<!DOCTYPE a><a/>", b"<a/>", b"\xff", b" "])
def test_a_packet_that_cannot_be_read_is_made_anew(before: bytes) -> None:
    assert xmp.properties(writing.xmp_packet(before, Said(title="New"))) == {"dc.title": "New"}


@given(SAID)
def test_iptc_reads_as_it_was_written_as_far_as_it_has_room(said: Said) -> None:
    found, whole = iptc.read(writing.iptc_block(b"", said))
    assert whole
    expected: dict[str, Any] = {}
    for place in PLACES:
        if place.iptc is None or not (texts := values(said, place)):
            continue
        written = [cut(text, place.iptc_bytes).decode() for text in texts]
        is_list = place.field in ("keywords", "creator")
        expected[f"iptc.{iptc.NAMES[place.iptc]}"] = written if is_list else written[0]
    assert found == expected


def test_what_iptc_said_otherwise_stays_in_utf_8() -> None:
    old = b"\x1c\x02\x05\x00\x03Old\x1c\x02\x5a\x00\x04Br\xfcn"
    old += b"\x1c\x02\x5c\x00\x04Here\x1c\x02\x19\x00\x01k"
    found, whole = iptc.read(writing.iptc_block(old, Said(title="Nový", keywords=["a", "b"])))
    assert whole
    assert found == {
        "iptc.ObjectName": "Nový",
        "iptc.City": "Brün",
        "iptc.Keywords": ["a", "b"],
    }
    assert writing.iptc_block(b"", Said()) == b""


def camera() -> bytes:
    tags = Image.Exif()
    tags[0x010F], tags[exif.ORIENTATION], tags[0x010E] = "Maker", 6, "Old"
    tags.get_ifd(0x8769)[0x9003] = "2020:01:02 03:04:05"
    tags.get_ifd(0x8769)[0x927C] = b"a maker's note"
    tags[0x8825] = {1: "N", 2: (50.0, 5.0, 0.0)}
    return tags.tobytes().removeprefix(b"Exif\0\0")


def test_exif_keeps_what_a_camera_said_without_its_position() -> None:
    said = Said(description="Grüße ✓", creator=["Ann", "Božena"], copyright="© me")
    before = camera()
    assert exif.read(before).position
    block = exif.read(writing.exif_block(before, said, 60_000))
    named = {ExifTags.TAGS[tag]: value for tag, value in block.tags.items()}
    assert (block.broken, block.position, block.orientation) == (False, {}, 6)
    assert named["Make"] == "Maker"
    assert named["DateTimeOriginal"] == "2020:01:02 03:04:05"
    assert named["ImageDescription"] == "Grüße ✓"
    assert (named["Artist"], named["Copyright"]) == ("Ann; Božena", "© me")
    assert "MakerNote" not in named


@pytest.mark.parametrize("longest", [60_000, 100])
@pytest.mark.parametrize("before", [b"", b"II*\0", b"MM\0*\0\0\0\x08\xff\xff", b"x" * 50, None])
def test_exif_that_cannot_be_kept_is_made_anew(before: bytes | None, longest: int) -> None:
    given = camera() if before is None else before
    block = exif.read(writing.exif_block(given, Said(description="New"), longest))
    assert block.tags[0x010E] == "New"
    assert block.orientation == (6 if before is None else 1)


def test_nothing_is_said_of_nothing() -> None:
    assert writing.exif_block(b"", Said(title="no place in EXIF"), 60_000) == b""
