"""The fonts that Reef letters with: which there are, and which characters each of them has.

They come from Debian's packages; a layer carries them where there are none (`layers/media`).
"""

import struct
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont, features

_LAYER = Path("/opt/share/fonts")
_SYSTEM = Path("/usr/share/fonts/truetype")

NAMES = (
    "dejavu/DejaVuSans.ttf",
    "wqy/wqy-microhei.ttc",
    "noto/NotoSansDevanagari-Regular.ttf",
    "noto/NotoSansBengali-Regular.ttf",
    "noto/NotoSansGurmukhi-Regular.ttf",
    "noto/NotoSansGujarati-Regular.ttf",
    "noto/NotoSansOriya-Regular.ttf",
    "noto/NotoSansTamil-Regular.ttf",
    "noto/NotoSansTelugu-Regular.ttf",
    "noto/NotoSansKannada-Regular.ttf",
    "noto/NotoSansMalayalam-Regular.ttf",
    "noto/NotoSansSinhala-Regular.ttf",
    "noto/NotoSansThai-Regular.ttf",
    "noto/NotoSansLao-Regular.ttf",
    "noto/NotoSansKhmer-Regular.ttf",
    "noto/NotoSansMyanmar-Regular.ttf",
    "noto/NotoSerifTibetan-Regular.ttf",
    "noto/NotoSansEthiopic-Regular.ttf",
    "noto/NotoSansHebrew-Regular.ttf",
    "noto/NotoSansArabic-Regular.ttf",
    "noto/NotoSansSyriac-Regular.ttf",
    "noto/NotoSansThaana-Regular.ttf",
    "noto/NotoSansArmenian-Regular.ttf",
    "noto/NotoSansGeorgian-Regular.ttf",
    "noto/NotoSansCherokee-Regular.ttf",
    "noto/NotoSansCanadianAboriginal-Regular.ttf",
    "noto/NotoSansSymbols2-Regular.ttf",
)
"""In the order in which they are asked for a character; `layers/media/fonts.txt` has the same."""

_FIRST_SHAPED = 0x0590
_LAST_SHAPED = 0x1CFF
"""From Hebrew to the Vedic signs: letters that change places or forms beside each other."""


@lru_cache(maxsize=1)
def shapes() -> bool:
    """Return whether letters can be joined and turned as their script asks for."""
    return bool(features.check("raqm")) and bool(features.version("fribidi"))


def folders() -> list[str]:
    """Return the folders that hold the fonts: the layer's, or those of the system's packages."""
    if _LAYER.is_dir():
        return [str(_LAYER)]
    return sorted({str((_SYSTEM / name).parent) for name in NAMES}, reverse=True)


def files() -> list[str]:
    """Return the paths of the fonts that are there."""
    return [path for name in NAMES if (path := _path(name)) is not None]


def for_character(character: str) -> str | None:
    """Return the path of the first font that has a character; None where none can show it."""
    code = ord(character)
    if _FIRST_SHAPED <= code <= _LAST_SHAPED and not shapes():
        return None
    return _holder(code)


@lru_cache(maxsize=64)
def sized(path: str, size: float) -> ImageFont.FreeTypeFont:
    """Return a font in a size."""
    engine = ImageFont.Layout.RAQM if shapes() else ImageFont.Layout.BASIC
    return ImageFont.truetype(path, size, layout_engine=engine)


@lru_cache(maxsize=8192)
def _holder(code: int) -> str | None:
    for name in NAMES:
        path = _path(name)
        if path is not None and _has(path, code):
            return path
    return None


@lru_cache(maxsize=64)
def _path(name: str) -> str | None:
    for place in (_LAYER / Path(name).name, _SYSTEM / name):
        if place.is_file():
            return str(place)
    return None


def _has(path: str, code: int) -> bool:
    starts, ends = _ranges(path)
    at = bisect_right(starts, code) - 1
    return at >= 0 and code <= ends[at]


@lru_cache(maxsize=64)
def _ranges(path: str) -> tuple[list[int], list[int]]:
    """Read the ranges of characters that a font has: their first and their last (cmap)."""
    with open(path, "rb") as file:
        begin = file.read(16)
        if begin[:4] == b"ttcf":  # A collection: its first font counts.
            file.seek(struct.unpack(">I", begin[12:])[0])
        else:
            file.seek(0)
        count = struct.unpack(">4xH6x", file.read(12))[0]
        tables = [struct.unpack(">4s4xII", file.read(16)) for _ in range(count)]
        start, length = next((at, size) for name, at, size in tables if name == b"cmap")
        file.seek(start)
        table = file.read(length)
    found: set[tuple[int, int]] = set()
    for record in range(struct.unpack_from(">H", table, 2)[0]):
        at = struct.unpack_from(">I", table, 4 + 8 * record + 4)[0]
        kind = struct.unpack_from(">H", table, at)[0]
        if kind == 12:
            groups = struct.unpack_from(">I", table, at + 12)[0]
            found |= {
                struct.unpack_from(">II", table, at + 16 + 12 * group) for group in range(groups)
            }
        elif kind == 4:
            found |= _segments(table, at)
    ranges = sorted(found)
    return [first for first, _ in ranges], [last for _, last in ranges]


def _segments(table: bytes, at: int) -> set[tuple[int, int]]:
    """Read a table of format 4, of which the last segment is an end mark."""
    doubled = struct.unpack_from(">H", table, at + 6)[0]
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", table, at + 14)
    starts = struct.unpack_from(f">{count}H", table, at + 16 + doubled)
    ranges = zip(starts, ends, strict=True)
    return {(first, last) for first, last in ranges if first <= last < 0xFFFF}
