"""What PNG's ancillary chunks say, and which of them are broken."""

import struct
import zlib

import pytest

from chalicelib.processing.media.pictures.formats import png_notes
from chalicelib.processing.media.pictures.formats.parts import Colours, Notes


def taken(*chunks: tuple[bytes, bytes], before_data: bool = True) -> tuple[Notes, Colours]:
    notes, colours = Notes(), Colours()
    for name, body in chunks:
        assert png_notes.take(name, body, notes, colours, before_data), name
    return notes, colours


def test_colours_are_told_in_each_way() -> None:
    _, colours = taken(
        (b"iCCP", b"name\0\0" + zlib.compress(b"profile")),
        (b"cICP", bytes([9, 16, 0, 1])),
        (b"gAMA", struct.pack(">I", 45455)),
        (b"cHRM", struct.pack(">8I", *range(8))),
        (b"sRGB", b"\0"),
    )
    assert (colours.icc, colours.cicp, colours.is_srgb) == (b"profile", (9, 16, 0, 1), True)
    assert colours.gamma == pytest.approx(0.45455)
    assert colours.chromaticities is not None
    assert colours.chromaticities[1] == pytest.approx(1e-5)


def test_colours_behind_the_pixels_come_too_late() -> None:
    assert taken((b"sRGB", b"\0"), before_data=False)[1] == Colours()


def test_notes_lie_in_exif_texts_and_packed_texts() -> None:
    xmp = b"XML:com.adobe.xmp\0"
    for chunk in (
        (b"iTXt", xmp + b"\0\0\0\0<x/>"),
        (b"iTXt", xmp + b"\1\0\0\0" + zlib.compress(b"<x/>")),
        (b"tEXt", xmp + b"<x/>"),
        (b"zTXt", xmp + b"\0" + zlib.compress(b"<x/>")),
    ):
        assert taken(chunk)[0].xmp == b"<x/>"
    assert taken((b"eXIf", b"Exif\0\0II*\0"))[0].exif == b"II*\0"


def test_imagemagick_s_own_form_is_read() -> None:
    text = b"\nexif\n       10\n" + b"Exif\0\0II*\0".hex().encode()
    assert taken((b"tEXt", b"Raw profile type exif\0" + text))[0].exif == b"II*\0"
    text = b"\niptc\n        3\n" + b"\x1c\x02\x05".hex().encode()
    assert taken((b"tEXt", b"Raw profile type iptc\0" + text))[0].iptc == b"\x1c\x02\x05"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        (b"gAMA", b"\0"),
        (b"gAMA", bytes(4)),
        (b"sRGB", b"\7"),
        (b"iCCP", b"name\0\0not packed"),
        (b"tEXt", b"no separator"),
        (b"zTXt", b"key\0\0not packed"),
        (b"iTXt", b"key\0\2\0\0\0text"),
        (b"tEXt", b"Raw profile type exif\0\nexif\n 2\nnot hex"),
    ],
)
def test_what_is_broken_is_told(name: bytes, body: bytes) -> None:
    assert not png_notes.take(name, body, Notes(), Colours(), True)
