"""ICC profiles made from what PNG says in numbers: primaries and a curve (ICC.1:2001-04)."""

import struct
from collections.abc import Callable
from functools import lru_cache

Matrix = tuple[tuple[float, float, float], ...]

_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD: Matrix = (
    (0.8951, 0.2664, -0.1614),
    (-0.7502, 1.7135, 0.0367),
    (0.0389, -0.0685, 1.0296),
)
_D65_XY = (0.3127, 0.3290)
_SRGB_XY = (*_D65_XY, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_PRIMARIES = {
    1: _SRGB_XY,
    5: (*_D65_XY, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (*_D65_XY, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    9: (*_D65_XY, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*_D65_XY, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
"""White, red, green, blue by their number in ITU-T H.273, table 2."""

_STEPS = 1024


@lru_cache(maxsize=16)
def of_code_points(cicp: tuple[int, int, int, int]) -> bytes | None:
    """Return a profile for cICP's numbers; None if one is unknown, or it is no full-range RGB."""
    primaries, curve = _PRIMARIES.get(cicp[0]), _CURVES.get(cicp[1])
    if primaries is None or curve is None or cicp[2:] != (0, 1):
        return None
    return _profile(primaries, _sampled(curve))


def of_gamma(gamma: float, chromaticities: tuple[float, ...] | None) -> bytes | None:
    """Return a profile for PNG's gAMA and cHRM; None where they make no sense."""
    if not 0.01 <= gamma <= 10:
        return None
    primaries = chromaticities or _SRGB_XY
    try:
        return _profile(primaries, _sampled(lambda value: float(value ** (1 / gamma))))
    except (ArithmeticError, struct.error):
        return None


def to_srgb(primaries: int) -> Matrix | None:
    """Return what turns light of these primaries, by number, into sRGB's; None if unknown."""
    if primaries not in _PRIMARIES:
        return None
    theirs, ours = (
        tuple(zip(*_to_d50(chosen), strict=True)) for chosen in (_PRIMARIES[primaries], _SRGB_XY)
    )
    back = _inverse(ours)
    columns = [times(back, column) for column in zip(*theirs, strict=True)]
    return tuple(zip(*columns, strict=True))


def srgb_stored(light: float) -> float:
    """Return the value that sRGB stores for a light, both from 0 to 1."""
    return 12.92 * light if light <= 0.0031308 else 1.055 * float(light ** (1 / 2.4)) - 0.055


def _srgb_curve(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _film(value: float) -> float:
    """Return light as a reference screen shows it (ITU-R BT.1886)."""
    return float(value**2.4)


_CURVES: dict[int, Callable[[float], float]] = {
    1: _film,
    4: lambda value: value**2.2,
    5: lambda value: value**2.8,
    6: _film,
    8: lambda value: value,
    13: _srgb_curve,
    14: _film,
    15: _film,
}
"""From a stored value to light, by their number in ITU-T H.273, table 3."""


def _sampled(curve: Callable[[float], float]) -> bytes:
    values = [round(curve(step / (_STEPS - 1)) * 65_535) for step in range(_STEPS)]
    return b"curv\0\0\0\0" + struct.pack(f">I{_STEPS}H", _STEPS, *values)


def _profile(primaries: tuple[float, ...], curve: bytes) -> bytes:
    colorants = _to_d50(primaries)
    text = b"text\0\0\0\0Public domain\0"
    name = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"Reef\0" + bytes(78)
    tags = {
        b"desc": name,
        b"cprt": text,
        b"wtpt": _xyz(_D50),
        b"rXYZ": _xyz(colorants[0]),
        b"gXYZ": _xyz(colorants[1]),
        b"bXYZ": _xyz(colorants[2]),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    return _written(tags)


def _written(tags: dict[bytes, bytes]) -> bytes:
    table, data, placed = b"", b"", dict[bytes, int]()
    start = 128 + 4 + 12 * len(tags)
    for name, body in tags.items():
        if body not in placed:
            placed[body] = start + len(data)
            data += body + bytes(-len(body) % 4)
        table += name + struct.pack(">II", placed[body], len(body))
    header = bytearray(128)
    struct.pack_into(">I", header, 0, start + len(data))
    struct.pack_into(">4s4s4s4s", header, 8, b"\2\x40\0\0", b"mntr", b"RGB ", b"XYZ ")
    header[36:40] = b"acsp"
    struct.pack_into(">iii", header, 68, *(round(part * 65_536) for part in _D50))
    return bytes(header) + struct.pack(">I", len(tags)) + table + data


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">iii", *(round(value * 65_536) for value in values))


def _to_d50(primaries: tuple[float, ...]) -> list[tuple[float, float, float]]:
    """Return the colorants of red, green and blue, adapted to D50 as in annex E."""
    white, *lights = [
        (x / y, 1.0, (1 - x - y) / y) for x, y in zip(primaries[::2], primaries[1::2], strict=True)
    ]
    columns = tuple(zip(*lights, strict=True))
    shares = times(_inverse(columns), white)
    scaled = [
        tuple(share * part for part in light) for share, light in zip(shares, lights, strict=True)
    ]
    cone_white, cone_d50 = times(_BRADFORD, white), times(_BRADFORD, _D50)
    adapted = []
    for light in scaled:
        cone = times(_BRADFORD, light)
        turned = tuple(c * d / w for c, d, w in zip(cone, cone_d50, cone_white, strict=True))
        adapted.append(times(_inverse(_BRADFORD), turned))
    return adapted


def times(matrix: Matrix, vector: tuple[float, ...]) -> tuple[float, float, float]:
    """Multiply a matrix with a vector."""
    a, b, c = (sum(x * y for x, y in zip(row, vector, strict=True)) for row in matrix)
    return a, b, c


def _inverse(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    whole = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    rows = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    return tuple((x / whole, y / whole, z / whole) for x, y, z in rows)
