"""SVG from strangers, written anew with nothing in it that leads out of the file or runs.

The drawing library is handed the result alone: it follows absolute paths, and ends on deep nesting.
"""

import math
import re
from html import escape
from xml.parsers import expat

import msgspec

from chalicelib.processing.problems import TooLargeToDecode, Unreadable

MOST_CHARACTERS = 32_000_000
"""Of the drawing as it is written anew, its entities expanded."""

MOST_ELEMENTS = 500_000
DEEPEST = 250
"""Elements within elements; no program draws a picture that is nested like this."""

DEFAULT_SIZE = (300.0, 150.0)
"""Of a drawing that says nothing of its size (CSS 2.2, 10.3.2)."""

_LARGEST_SIDE = 1e12
_DROPPED = {"script", "foreignObject", "iframe", "object", "embed", "audio", "video", "handler"}
_PICTURE = re.compile(r"\s*data:image/(?:png|jpe?g|gif|webp)[;,]", re.IGNORECASE)
_OUTSIDE_URL = re.compile(r"url\(\s*(?:['\"]\s*)?(?!['\"\s#])[^)]*\)", re.IGNORECASE)
_IMPORT = re.compile(r"@(?:import|font-face|namespace)[^;{]*(?:\{[^}]*\}|;|$)", re.IGNORECASE)
_FAMILY = re.compile(r"(?<![\w-])font-family\s*:[^;}]*", re.IGNORECASE)
_FONT = re.compile(
    r"(?<![\w-])(font\s*:[^;}]*?\d(?:px|pt|pc|in|cm|mm|em|ex|%)(?:\s*/\s*[^\s;}]+)?\s)[^;}]*",
    re.IGNORECASE,
)
"""The style's short form, of which all but the family stays: that ends it, behind the size."""

_LENGTH = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z%]*)\s*$", re.IGNORECASE)
_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 9.6 / 2.54,
    "q": 2.4 / 2.54,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
}
"""How many pixels a unit of CSS has (CSS Values 3, 6.2), for letters of 16 pixels."""

_KEPT_SPACES = {ord(space): f"&#{ord(space)};" for space in "\t\n\r"}
"""As an attribute keeps them; written as they are, they are read as blanks."""

_TEXTS = {"text", "tspan", "textPath", "title", "desc"}


class Drawing(msgspec.Struct):
    """A drawing that is safe to draw; `width` and `height` are in CSS pixels.

    `source` says `drawn_size` for itself, in whole pixels. `text` is what it says, line by line.
    """

    source: str
    width: float
    height: float
    drawn_size: tuple[int, int]
    title: str = ""
    description: str = ""
    text: str = ""


def cleaned(data: bytes, font: str, box: tuple[int, int] | None = None) -> Drawing:
    """Read a drawing and write it anew, as large as a box needs, or as it says itself.

    Its letters get the one font: a program that draws finds none by the names that drawings use,
    and leaves out what it finds no font for.

    Raises:
        Unreadable: it is no well-formed SVG, or its size makes no sense.
        TooLargeToDecode: it has too many elements, or grows too much.
    """
    writer = _Writer(font, box)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = writer.start
    parser.EndElementHandler = writer.end
    parser.CharacterDataHandler = writer.characters
    try:
        parser.Parse(data, True)
    except expat.ExpatError as broken:
        if "amplification" in str(broken):
            raise TooLargeToDecode("The drawing's entities grow beyond all bounds.") from broken
        raise Unreadable("The drawing is no well-formed SVG.") from broken
    except (LookupError, UnicodeError, ValueError) as broken:
        raise Unreadable("The drawing is written in an unknown encoding.") from broken
    if writer.size is None:
        raise Unreadable("The file holds no drawing.")
    return Drawing(
        "".join(writer.pieces),
        *writer.size,
        writer.drawn_size,
        title=writer.said("title"),
        description=writer.said("desc"),
        text="\n".join(line for line in writer.lines if line),
    )


class _Writer:
    def __init__(self, font: str, box: tuple[int, int] | None) -> None:
        self.pieces: list[str] = []
        self.size: tuple[float, float] | None = None
        self.drawn_size = (1, 1)
        self._font, self._box = font, box
        self._style: list[str] = []
        self.lines: list[str] = []
        self._first: dict[str, str] = {}
        self._path: list[str] = []
        self._skipped = 0
        self._elements = 0
        self._characters = 0

    def said(self, name: str) -> str:
        return self._first.get(name, "")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise TooLargeToDecode("The drawing has too many elements.")
        if len(self._path) >= DEEPEST:
            raise Unreadable("The drawing is nested too deeply to be drawn.")
        if not self._path:
            if name != "svg":
                raise Unreadable("The file holds no drawing.")
            attributes = self._sized(attributes)
        self._path.append(name)
        if self._skipped or name in _DROPPED:
            self._skipped += 1
            return
        if name in ("text", "title", "desc"):
            self.lines.append("")
        kept = "".join(
            f' {key}="{escape(self._written(key, value)).translate(_KEPT_SPACES)}"'
            for key, value in attributes.items()
            if _is_harmless(key, value)
        )
        self._write(f"<{tag}{kept}>")

    def end(self, tag: str) -> None:
        name = self._path.pop()
        if self._skipped:
            self._skipped -= 1
            return
        if name == "style":
            self._end_style()
        if name in ("title", "desc") and self.lines:
            self._first.setdefault(name, self.lines[-1].strip())
        self._write(f"</{tag}>")

    def characters(self, text: str) -> None:
        if self._skipped or not self._path:
            return
        name = self._path[-1]
        if name in _TEXTS and self.lines:
            self.lines[-1] += " ".join(text.split()) + (" " if text[-1:].isspace() else "")
        if name == "style":
            self._count(text)
            self._style.append(text)
        else:
            self._write(escape(text, quote=False))

    def _end_style(self) -> None:
        """Write rules down, which come in pieces: what is taken out may lie across two of them."""
        text = _IMPORT.sub("", _harmless("".join(self._style)))
        self._style.clear()
        self.pieces.append(escape(self._in_one_font(text), quote=False))

    def _written(self, key: str, value: str) -> str:
        if key == "style":
            value = self._in_one_font(value)
        return _harmless(value)

    def _in_one_font(self, rules: str) -> str:
        if "font" not in rules.lower():
            return rules
        return _FONT.sub(rf"\1'{self._font}'", _FAMILY.sub("", rules))

    def _write(self, piece: str) -> None:
        self._count(piece)
        self.pieces.append(piece)

    def _count(self, piece: str) -> None:
        self._characters += len(piece)
        if self._characters > MOST_CHARACTERS:
            raise TooLargeToDecode("The drawing is too large to be drawn.")

    def _sized(self, attributes: dict[str, str]) -> dict[str, str]:
        """Give the drawing its size in pixels, and the view box that it has at least."""
        view = _view_box(attributes.get("viewBox", ""))
        width, height = _pixels(attributes.get("width")), _pixels(attributes.get("height"))
        if view is not None and width is None and height is None:
            width, height = view
        elif view is not None and width is None and height is not None:
            width = height * view[0] / view[1]
        elif view is not None and height is None and width is not None:
            height = width * view[1] / view[0]
        width = DEFAULT_SIZE[0] if width is None else width
        height = DEFAULT_SIZE[1] if height is None else height
        if not (0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE):
            raise Unreadable("The drawing has no size, or one that makes no sense.")
        self.size = width, height
        box = self._box or (width, height)
        scale = min(box[0] / width, box[1] / height)
        self.drawn_size = max(1, round(width * scale)), max(1, round(height * scale))
        sized = attributes | dict(zip(("width", "height"), map(str, self.drawn_size), strict=True))
        if view is None:
            sized["viewBox"] = f"0 0 {width:.6f} {height:.6f}"
        return sized


def _pixels(length: str | None) -> float | None:
    """Return a length in pixels; None where it depends on what is around the drawing."""
    found = _LENGTH.match(length or "")
    if found is None or found[2].lower() not in _PIXELS:
        return None
    value = float(found[1]) * _PIXELS[found[2].lower()]
    return value if math.isfinite(value) else None


def _view_box(value: str) -> tuple[float, float] | None:
    try:
        numbers = [float(number) for number in value.replace(",", " ").split()]
    except ValueError:
        return None
    sides = numbers[2:]
    sensible = len(numbers) == 4 and all(0 < side <= _LARGEST_SIDE for side in sides)
    return (sides[0], sides[1]) if sensible else None


def _is_harmless(name: str, value: str) -> bool:
    local = name.rpartition(":")[2].lower()
    if local.startswith("on") or local in ("base", "font-family"):
        return False
    if local in ("href", "src"):
        return value.strip().startswith("#") or _PICTURE.match(value) is not None
    return True


def _harmless(value: str) -> str:
    """Take out references to other files; those to parts of the drawing stay."""
    return value if "(" not in value else _OUTSIDE_URL.sub("none", value)
