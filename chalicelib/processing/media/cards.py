"""Drawn cards for what cannot show itself: the type's name on a sheet in its kind's colour."""

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from chalicelib.assets import media_types
from chalicelib.assets.media_types import MediaKind
from chalicelib.processing.media.pictures import encoding
from chalicelib.processing.media.pictures.encoding import Picture

_COLOURS: dict[MediaKind, tuple[int, int, int]] = {
    "image": (38, 132, 120),
    "video": (88, 80, 190),
    "audio": (196, 88, 52),
    "document": (46, 104, 176),
    "other": (92, 102, 116),
}
_GROUND, _PAPER = (238, 241, 245), (255, 255, 255)
_OVERSAMPLING = 2


def make(content_type: str, sizes: dict[str, tuple[int, int]]) -> list[Picture]:
    """Return a content type's card as thumbnails of every size, smallest first."""
    return encoding.cascade(type_card(content_type, encoding.largest(sizes)), sizes)


@lru_cache(maxsize=64)
def type_card(content_type: str, box: tuple[int, int]) -> Image.Image:
    """Draw the card of a content type, a square within the box; treat the result as read-only."""
    side = max(16, min(box))
    kind = media_types.kind_of(content_type)
    label = media_types.extension_for(content_type).upper()
    if label == "BIN":
        label = kind.upper()
    card = _drawn(side * _OVERSAMPLING, label, _COLOURS[kind])
    return card.resize((side, side), Image.Resampling.LANCZOS)


def _drawn(side: int, label: str, colour: tuple[int, int, int]) -> Image.Image:
    card = Image.new("RGB", (side, side), _GROUND)
    draw = ImageDraw.Draw(card)
    left, top, right, bottom = (round(side * part) for part in (0.24, 0.14, 0.76, 0.86))
    fold = round(side * 0.14)
    sheet = [
        (left, top),
        (right - fold, top),
        (right, top + fold),
        (right, bottom),
        (left, bottom),
    ]
    draw.polygon(sheet, fill=_PAPER)
    draw.polygon([(right - fold, top), (right, top + fold), (right - fold, top + fold)], _GROUND)
    draw.line([*sheet, sheet[0]], fill=colour, width=max(1, side // 90), joint="curve")
    draw.line(
        [(right - fold, top), (right - fold, top + fold), (right, top + fold)],
        fill=colour,
        width=max(1, side // 90),
        joint="curve",
    )
    band = (left - side // 24, round(side * 0.54), right - side // 12, round(side * 0.74))
    draw.rounded_rectangle(band, radius=side // 40, fill=colour)
    middle = ((band[0] + band[2]) / 2, (band[1] + band[3]) / 2)
    size = side * 0.14
    while ImageFont.load_default(size).getbbox(label)[2] > (band[2] - band[0]) * 0.86:
        size *= 0.9
    draw.text(middle, label, _PAPER, ImageFont.load_default(size), anchor="mm")
    return card
