"""XMP packets are read as flat properties; hostile ones are not read at all."""

import time

import pytest

from chalicelib.processing.media.embedded_metadata import xmp

SPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:core="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmlns:other="urn:some-editor"'
)


def packet(inner: str, attributes: str = "") -> str:
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {SPACES}>'
        f"<rdf:Description {attributes}>{inner}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (packet("", 'xmp:Rating="4" other:Noise="1"'), {"xmp.Rating": "4"}),
        (packet("<xmp:Label>Red</xmp:Label>"), {"xmp.Label": "Red"}),
        (
            packet(
                "<dc:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li>b</rdf:li></rdf:Bag></dc:subject>"
            ),
            {"dc.subject": ["a", "b"]},
        ),
        (
            packet(
                '<dc:title><rdf:Alt><rdf:li xml:lang="de">Hafen</rdf:li>'
                '<rdf:li xml:lang="x-default">Harbour</rdf:li></rdf:Alt></dc:title>'
            ),
            {"dc.title": "Harbour"},
        ),
        (
            packet('<core:CreatorContactInfo core:CiEmailWork="a@b.test"/>'),
            {"Iptc4xmpCore.CreatorContactInfo.Iptc4xmpCore.CiEmailWork": "a@b.test"},
        ),
        (packet("<other:History><xmp:Label>x</xmp:Label></other:History>"), {}),
    ],
)
def test_properties(text: str, expected: dict[str, object]) -> None:
    assert xmp.properties(text) == expected
    assert xmp.properties(b"\xef\xbb\xbf" + text.encode() + b"\0\n") == expected


@pytest.mark.parametrize(
    "text",
    ["", "<broken", "<a/>", "\0", packet("<dc:title>"), "<x:xmpmeta>" + "<a>" * 100_000],
)
def test_a_broken_packet_has_none(text: str) -> None:
    assert xmp.properties(text) == {}


def test_entities_are_not_read() -> None:
    bomb = '<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + packet(
        "<xmp:Label>&b;</xmp:Label>"
    )
    assert xmp.properties(bomb) == {}


def test_a_deep_packet_costs_no_time() -> None:
    began = time.monotonic()
    depth = 20_000
    xmp.properties(packet("<xmp:a>" * depth + "x" + "</xmp:a>" * depth))
    assert time.monotonic() - began < 2


def test_a_packet_is_found_in_any_bytes() -> None:
    text = packet("<xmp:Label>Red</xmp:Label>").encode()
    assert xmp.packet_in(b"\xff\xd8 junk" + text + b"junk") == text
    assert xmp.packet_in(b"<x:xmpmeta without an end") == b""
