"""Boxes beside the picture: colours by number or profile, notes by their identifiers."""

import io
import struct

from chalicelib.processing.media.pictures.formats import boxes


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


def test_notes_of_jpeg_2000_stand_in_boxes_with_identifiers() -> None:
    file = io.BytesIO(
        box(b"jP  ", b"\r\n\x87\n")
        + box(b"uuid", XMP + b"<x:xmpmeta/>")
        + box(b"uuid", b"JpgTiffExif->JP2" + b"Exif\0\0II*\0")
        + box(b"uuid", bytes(16) + b"something else")
        + box(b"jp2c", bytes(9))
    )
    notes = boxes.notes_of(file)
    assert (notes.xmp, notes.exif, notes.iptc) == (b"<x:xmpmeta/>", b"II*\0", b"")


def test_boxes_that_lie_about_their_length_end_the_walk() -> None:
    for broken in (bytes(3), struct.pack(">I4s", 3, b"uuid"), b"\0\0\0\1uuid\0"):
        assert boxes.notes_of(io.BytesIO(broken)).xmp == b""
    endless = io.BytesIO(struct.pack(">I4s", 0, b"uuid") + XMP + b"<x/>")
    assert boxes.notes_of(endless).xmp == b"<x/>"


def test_colours_come_as_a_profile_or_as_numbers() -> None:
    profile = bytes(36) + b"acsp" + bytes(20)
    jpeg2000 = io.BytesIO(box(b"colr", b"\2\0\0" + profile))
    avif = io.BytesIO(box(b"colr", b"prof" + profile))
    assert boxes.colours_of(jpeg2000).icc == boxes.colours_of(avif).icc == profile
    wide = io.BytesIO(box(b"colr", b"nclx" + struct.pack(">HHHB", 9, 16, 9, 0x80)))
    assert boxes.colours_of(wide).cicp == (9, 16, 0, 1)
    unsaid = io.BytesIO(box(b"colr", b"nclx" + struct.pack(">HHHB", 2, 2, 2, 0)))
    assert boxes.colours_of(unsaid).cicp is None
    for broken in (b"colr", bytes(4) + b"colrnclx", box(b"colr", b"nclx\0")):
        assert boxes.colours_of(io.BytesIO(broken)).cicp is None


def test_an_animation_says_how_long_it_runs() -> None:
    short = box(b"mdhd", bytes(4) + struct.pack(">8xIIHH", 1000, 2500, 0, 0))
    long = box(b"mdhd", b"\1\0\0\0" + struct.pack(">16xIQHH", 90_000, 180_000, 0, 0))
    for data, expected in ((short, 2500), (long, 2000), (b"mdhd", 0), (b"", 0)):
        assert boxes.duration_ms(io.BytesIO(data)) == expected
    assert boxes.duration_ms(io.BytesIO(short.replace(struct.pack(">I", 1000), bytes(4)))) == 0
