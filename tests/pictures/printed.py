"""A profile of an imaginary press (ICC.1:2001-04, 6.5.9), and what its colours are."""

import itertools
import struct

Lab = tuple[float, float, float]
Ink = tuple[int, int, int, int]

_GRID = 9
_D50 = (0.9642, 1.0, 0.8249)
_TO_D50 = (
    (0.4360747, 0.3850649, 0.1430804),
    (0.2225045, 0.7168786, 0.0606169),
    (0.0139322, 0.0971045, 0.7141733),
)
"""From linear sRGB to XYZ, adapted to D50."""


def lab_of_srgb(red: float, green: float, blue: float) -> Lab:
    """Return CIELAB of an sRGB colour, each part from 0 to 1."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (red, green, blue)
    ]
    x, y, z = (
        _curve(sum(a * b for a, b in zip(row, linear, strict=True)) / white)
        for row, white in zip(_TO_D50, _D50, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _curve(value: float) -> float:
    return value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116


def lab_of_ink(cyan: float, magenta: float, yellow: float, black: float) -> Lab:
    """Return what the press prints, of inks from 0 to 1: muddy ones, on white paper."""
    red = (1 - 0.85 * cyan) * (1 - 0.1 * magenta) * (1 - 0.9 * black)
    green = (1 - 0.3 * cyan) * (1 - 0.8 * magenta) * (1 - 0.9 * black)
    blue = (1 - 0.15 * cyan) * (1 - 0.35 * magenta) * (1 - 0.8 * yellow) * (1 - 0.9 * black)
    return lab_of_srgb(red, green, blue)


def profile() -> bytes:
    """Return the press as a profile from CMYK to CIELAB, without the way back."""
    steps = [step / (_GRID - 1) for step in range(_GRID)]
    table = b"".join(_stored(lab_of_ink(*inks)) for inks in itertools.product(steps, repeat=4))
    straight = struct.pack(">2H", 0, 65_535)
    matrix = struct.pack(">9i", *(65_536 * (n % 4 == 0) for n in range(9)))
    head = b"mft2\0\0\0\0" + bytes([4, 3, _GRID, 0]) + matrix + struct.pack(">2H", 2, 2)
    lut = head + straight * 4 + table + straight * 3
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65_536 * part) for part in _D50))
    name = b"desc\0\0\0\0" + struct.pack(">I", 6) + b"Press\0" + bytes(78)
    text = b"text\0\0\0\0Public domain\0"
    tags = {b"desc": name, b"cprt": text, b"wtpt": white, b"A2B0": lut}
    index, data, start = b"", b"", 128 + 4 + 12 * len(tags)
    for tag, body in tags.items():
        index += tag + struct.pack(">II", start + len(data), len(body))
        data += body + bytes(-len(body) % 4)
    header = bytearray(128)
    struct.pack_into(">I", header, 0, start + len(data))
    struct.pack_into(">4s4s4s4s", header, 8, b"\2\x40\0\0", b"prtr", b"CMYK", b"Lab ")
    header[36:40] = b"acsp"
    struct.pack_into(">3i", header, 68, *(round(65_536 * part) for part in _D50))
    return bytes(header) + struct.pack(">I", len(tags)) + index + data


def _stored(colour: Lab) -> bytes:
    light, a, b = colour
    numbers = (light * 652.8, (a + 128) * 256, (b + 128) * 256)
    return struct.pack(">3H", *(min(65_535, max(0, round(number))) for number in numbers))
