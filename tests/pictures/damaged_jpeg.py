"""Damaged JPEGs: from top to bottom, progressive, with restart marks, grey, for print."""

import base64
from collections.abc import Iterator

from tests.pictures.originals import Case, jpeg_segment, saved, scene, turned

_JFIF_ENDS = 20
_ARITHMETIC = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdB"
    "RkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09P"
    "T09PT09PT09PT09PT0//yQARCAAkADADASIAAhEBAxEB/8wACgAQEAUBEBEF/9oADAMBAAIRAxEAPwD/AJ5Tz7WStKU9fLef"
    "mf5xkWmXxIXK0J7Pl67S0ps1PEyg2grKUHKZSkerOAS525N0XDGZGIYhJBtCLv8AUcxMkEIZHsupGcj7c3Pi6e7AEU0AoZFR"
    "Z8355vJZiqm5BU96seOsaZix0tw2P1p8UtNsUz0ty7NPHEWdaWUZIhQPcRdD+9HKVYfiBK4scJZPU0npV/eInE0X31pggbZF"
    "QQB/MnQJtoS36aOQIwTSJemaZlkC4xVAVQRDryoT+iRvfgKelmgOMiqSCW/9V+AdV1d3H0BnUtgXkITwmszKsabIWAwkUgI5"
    "rlkLKUp6j7J+vS/Jvh7hOrwByCtSH4TolwFSEVWxM6tyql2y6gffIsaQYIQGwJ55gTqeRiu930PJZ8f/2Q=="
)
"""A picture of 48 times 36 pixels, as libjpeg-turbo's cjpeg writes it with `-arithmetic`."""
_HEADER = b"\xff\xc0\0\x11\x08\0\xf0"


def cases() -> Iterator[Case]:
    """All of them."""
    for kind, data in _kinds().items():
        for name, changed, complete, damaged in _ends(data):
            yield Case(f"jpeg {kind} {name}", "image/jpeg", changed, complete, damaged)
    yield Case("jpeg arithmetic undamaged", "image/jpeg", _ARITHMETIC, True, False)
    yield Case("jpeg arithmetic half", "image/jpeg", _ARITHMETIC[:400], False, True)
    for name, changed, complete, damaged in (*_notes(), *_structure()):
        yield Case(f"jpeg {name}", "image/jpeg", changed, complete, damaged)


def _kinds() -> dict[str, bytes]:
    return {
        "plain": saved(scene(), "JPEG", quality=85),
        "progressive": saved(scene(), "JPEG", quality=85, progressive=True),
        "restarting": saved(scene(), "JPEG", quality=85, restart_marker_blocks=10),
        "grey": saved(scene().convert("L"), "JPEG", quality=85),
        "cmyk": saved(scene().convert("CMYK"), "JPEG", quality=85),
    }


def _ends(data: bytes) -> Iterator[tuple[str, bytes, bool, bool]]:
    half, most, end = len(data) // 2, len(data) * 9 // 10, b"\xff\xd9"
    yield "undamaged", data, True, False
    yield "no end mark", data[:-2], True, True
    yield "half an end mark", data[:-1], True, True
    yield "no end mark, junk behind", data[:-2] + b"junk" * 99, True, True
    yield "no end mark, zeros behind", data[:-2] + bytes(512), True, True
    yield "junk behind", data + b"junk" * 99, True, True
    yield "zeros behind", data + bytes(512), True, False
    yield "a picture behind", data + data, True, False
    yield "half", data[:half], False, True
    yield "nine tenths", data[:most], False, True
    yield "all but 40 bytes", data[:-40], False, True
    yield "half and an end mark", data[:half] + end, False, True
    yield "nine tenths and an end mark", data[:most] + end, False, True
    yield "all but 40 bytes and an end mark", data[:-40] + end, False, True
    yield "a piece taken out", data[:half] + data[half + 300 :], False, True


def _after_jfif(*segments: bytes) -> bytes:
    data = _kinds()["plain"]
    return data[:_JFIF_ENDS] + b"".join(segments) + data[_JFIF_ENDS:]


def _notes() -> Iterator[tuple[str, bytes, bool, bool]]:
    icc, photoshop = b"ICC_PROFILE\0", b"Photoshop 3.0\0"
    for name, marker, body, damaged in (
        ("EXIF that is no TIFF", 0xE1, b"Exif\0\0no TIFF", True),
        ("EXIF of nothing", 0xE1, b"Exif\0\0", False),
        ("EXIF that points nowhere", 0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff", True),
        ("EXIF cut short", 0xE1, b"Exif\0\0" + turned(">", 1)[:15], True),
        ("XMP that is no XML", 0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta", True),
        ("profile of junk", 0xE2, icc + b"\1\1no profile", True),
        ("profile of which parts are missing", 0xE2, icc + b"\2\3" + bytes(400), True),
        ("profile of nothing", 0xE2, icc, True),
        ("pictures that are not there", 0xE2, b"MPF\0junk", True),
        ("Photoshop's block cut short", 0xED, photoshop + b"8BIM\4", True),
        ("Photoshop's block too long", 0xED, photoshop + b"8BIM\4\4\0\0\xff\xff\xff\xff", True),
        ("Adobe's mark cut short", 0xEE, b"Adobe", True),
        ("a comment of NUL", 0xFE, b"\0\0", False),
        ("a comment of nothing", 0xFE, b"", False),
        ("a segment that nobody knows", 0xE9, b"anything", False),
    ):
        yield name, _after_jfif(jpeg_segment(marker, body)), True, damaged
    data = _kinds()["plain"]
    yield "JFIF cut short", data[:2] + jpeg_segment(0xE0, b"JFIF\0") + data[20:], True, True
    yield "JFIF without density", data[:13] + b"\1\0\0\0\0" + data[18:], True, False


def _structure() -> Iterator[tuple[str, bytes, bool, bool]]:
    data = _kinds()["plain"]
    yield "a segment of length 0", _after_jfif(b"\xff\xe5\0\0"), True, False
    yield "filling", _after_jfif(b"\xff" * 20), True, False
    yield "junk between segments", _after_jfif(b"junk"), True, True
    yield "two starts", _after_jfif(b"\xff\xd8"), True, True
    yield "a marker that is reserved", _after_jfif(jpeg_segment(0x02, b"x")), True, True
    yield "a byte before", b"\0" + data, True, True
    yield "no Huffman tables", data.replace(b"\xff\xc4", b"\xff\xe9"), True, False
    for name, header in (
        ("twelve bits", b"\xff\xc0\0\x11\x0c\0\xf0"),
        ("lossless", b"\xff\xc3\0\x11\x08\0\xf0"),
        ("no height", b"\xff\xc0\0\x11\x08\0\0"),
        ("twice as high as its data", b"\xff\xc0\0\x11\x08\1\xe0"),
    ):
        yield name, data.replace(_HEADER, header), False, True
    restarting = _kinds()["restarting"]
    at = restarting.index(b"\xff\xd3", 600)
    cut = restarting[:at] + restarting[restarting.index(b"\xff\xd4", at) :]
    yield "a stretch between restart marks lost", cut, False, True
