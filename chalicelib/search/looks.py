"""What pictures look like, as 64 bits that hardly change when one is scaled or encoded anew.

Each bit says whether one of 64 areas of a picture is darker than its right neighbour (dHash,
N. Krawetz, 2013). Two that differ in at most six bits have at least two of their eight bytes alike,
by which the index finds them.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import png

from chalicelib.assets import downloads, faces
from chalicelib.assets.faces import Face
from chalicelib.core import storage
from chalicelib.core.settings import settings
from chalicelib.search.bits import Bits

MOST_DIFFERENT = 6
"""So many of the 64 bits may differ between pictures that look alike."""

_COLUMNS, _ROWS = 9, 8


def of_face(tenant_id: str, face: Face) -> str | None:
    """Return the look of what is seen of a version, in hexadecimal; None where nothing is.

    It is an image, a video's poster or a PDF's first page.
    """
    seen = face.kind in ("image", "video") or face.content_type == "application/pdf"
    if not (seen and face.thumbnails and face.sha256 is not None and downloads.is_open(face)):
        return None
    if face.technical.get("encrypted"):
        return None
    try:
        path = faces.grid_path(tenant_id, face.sha256)
        return of_picture(storage.read(settings().renditions_bucket, path))
    except storage.ObjectGone:
        return None


def of_picture(data: bytes) -> str:
    """Return the look of a small PNG, in hexadecimal."""
    width, height, rows, _ = png.Reader(bytes=data).asRGB8()
    light = [[sum(row[3 * x : 3 * x + 3]) for x in range(width)] for row in map(bytes, rows)]
    bits = ""
    for y in range(_ROWS):
        lines = light[_at(y, _ROWS, height) : _end(y, _ROWS, height)]
        means = [_mean(lines, x, width) for x in range(_COLUMNS)]
        bits += "".join(str(int(a < b)) for a, b in pairwise(means))
    return f"{int(bits, 2):016x}"


def bands(look: str) -> list[str]:
    """Return the bytes of a look, each with its place, as the index knows them."""
    return [f"{place}{look[2 * place : 2 * place + 2]}" for place in range(8)]


def are_alike(look: str | None, other: str | None) -> bool:
    """Return whether two looks differ in few bits."""
    if look is None or other is None:
        return False
    return (int(look, 16) ^ int(other, 16)).bit_count() <= MOST_DIFFERENT


def twice(sets: Iterable[Bits]) -> Bits:
    """Return who is in at least two of these sets."""
    once, more = Bits(), Bits()
    for one in sets:
        more = more | (once & one)
        once = once | one
    return more


def _mean(lines: Sequence[Sequence[int]], column: int, width: int) -> float:
    begin, end = _at(column, _COLUMNS, width), _end(column, _COLUMNS, width)
    return sum(sum(line[begin:end]) for line in lines) / (len(lines) * (end - begin))


def _at(part: int, parts: int, length: int) -> int:
    return part * length // parts


def _end(part: int, parts: int, length: int) -> int:
    return max(_at(part + 1, parts, length), _at(part, parts, length) + 1)
