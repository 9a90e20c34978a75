"""Damaged GIFs, still and moving."""

import struct
from collections.abc import Iterator

from tests.pictures.originals import Case, moving, saved, scene


def cases() -> Iterator[Case]:
    """All of them."""
    for name, data, complete, damaged in (*_blocks(), *_data(), *_frames()):
        yield Case(f"gif {name}", "image/gif", data, complete, damaged)


def _plain() -> bytes:
    return saved(scene().quantize(64), "GIF")


def _after_colours(*blocks: bytes) -> bytes:
    data = _plain()
    at = 13 + 3 * (2 << (data[10] & 7))
    return data[:at] + b"".join(blocks) + data[at:]


def _blocks() -> Iterator[tuple[str, bytes, bool, bool]]:
    data = _plain()
    yield "undamaged", data, True, False
    yield "a comment of NUL", _after_colours(b"!\xfe\3\0\0\0\0"), True, False
    yield "an extension that nobody knows", _after_colours(b"!\x77\3abc\0"), True, False
    yield "an odd application", _after_colours(b"!\xff\3abc\0"), True, False
    yield "control cut short", _after_colours(b"!\xf9\2\0\0\0"), True, True
    yield "control too long", _after_colours(b"!\xf9\6" + bytes(7)), True, True
    yield "junk before the picture", _after_colours(b"junk"), True, True
    yield "a version that is none", b"GIF88a" + data[6:], True, True
    yield "the older version", b"GIF87a" + data[6:], True, False
    yield "no canvas", data[:6] + bytes(4) + data[10:], True, False
    yield "a canvas too small", data[:6] + struct.pack("<HH", 99, 99) + data[10:], True, False


def _data() -> Iterator[tuple[str, bytes, bool, bool]]:
    data = _plain()
    picture = data.index(b",\0\0\0\0") + 11
    middle = picture + 1_000
    yield "no trailer", data[:-1], True, True
    yield "no end of the data", data[:-2], True, True
    yield "junk behind", data + b"junk" * 30, True, True
    yield "zeros behind", data + bytes(512), True, False
    yield "a picture behind", data + data, True, True
    yield "half", data[: len(data) // 2], False, True
    yield "nine tenths", data[: len(data) * 9 // 10], False, True
    yield "half, ended", data[: len(data) // 2] + b"\0;", False, True
    yield (
        "codes of 12 bits from the start",
        data[:picture] + b"\x0c" + data[picture + 1 :],
        False,
        True,
    )
    yield "codes of junk", data[:middle] + b"\xff" * 60 + data[middle + 60 :], False, True


def _frames() -> Iterator[tuple[str, bytes, bool, bool]]:
    data = moving("GIF")
    control, last = data.rindex(b"!\xf9"), data.rindex(b",\0\0\0\0")
    junk = bytearray(data)
    codes = last + 10 + 3 * (2 << (data[last + 9] & 7)) + 20
    junk[codes : codes + 180] = b"\xff" * 180
    yield "moving", data, True, False
    yield "cut in a late frame", data[: -len(data) // 6], True, True
    yield "cut in a late frame's control", data[: control + 4], True, True
    yield "junk instead of a late frame", data[:control] + b"junkjunk", True, True
    yield "junk in a late frame", bytes(junk), True, True
