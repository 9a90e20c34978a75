"""What cameras and editors wrote into a picture: EXIF, IPTC and XMP, as one flat map.

Names are `exif.Make`, `iptc.Caption`, `xmp.dc.creator`; values are text, numbers and lists.
Where the picture was taken stands apart, under `gps`.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

from PIL import ExifTags

from chalicelib.processing.media.embedded_metadata import iptc, xmp
from chalicelib.processing.media.embedded_metadata.exif import ORIENTATION, Exif
from chalicelib.processing.media.pictures.formats.parts import Notes

LONGEST_VALUE = 1_000
MOST_VALUES = 200
MOST_IN_LIST = 50
MOST_BYTES = 64_000
"""What all values may take as JSON: an item of DynamoDB's ends at 400 kB, and holds more."""

_NOISE = {
    "ExifOffset",
    "GPSInfo",
    "InteroperabilityOffset",
    "MakerNote",
    "PrintImageMatching",
    "XMLPacket",
    "IPTCNAA",
    "ImageResources",
    "InterColorProfile",
    "JpegIFOffset",
    "JpegIFByteCount",
    "StripOffsets",
    "StripByteCounts",
    "TileOffsets",
    "TileByteCounts",
    "ComponentsConfiguration",
}
_VERSIONS = {"ExifVersion", "FlashPixVersion", "InteropVersion"}


def of_picture(exif: Exif, notes: Notes, head: bytes) -> tuple[dict[str, object], bool]:
    """Collect what a picture carries, and whether any of it is broken.

    `head` is the file's beginning, searched for XMP where `notes` have none.
    """
    said, whole = iptc.read(notes.iptc)
    values = _exif(exif) | said
    packet = notes.xmp or xmp.packet_in(head)
    found = xmp.properties(packet) if packet else {}
    values |= {f"xmp.{name}": value for name, value in found.items()}
    broken = notes.broken or exif.broken or not whole
    broken |= bool(packet) and not found and xmp.is_broken(packet)
    return tidied(values | {"gps": _position(exif.position)}), broken


def tidied(values: Mapping[str, object]) -> dict[str, object]:
    """Keep plain values of bounded length, and move every trace of a position to `gps`."""
    kept: dict[str, object] = {}
    said = values.get("gps")
    position: dict[str, object] = dict(said) if isinstance(said, dict) else {}
    left = MOST_BYTES - len(json.dumps(position))
    for name, value in values.items():
        plain = None if name == "gps" else _plain(value)
        if plain in (None, "", []) or len(kept) >= MOST_VALUES:
            continue
        size = len(json.dumps({name: plain}))  # as it is stored: what is not ASCII takes six
        if size > left:
            continue
        left -= size
        if "gps" in name.lower() or "location" in name.lower():
            position[name] = plain
        else:
            kept[name] = plain
    if position:
        kept["gps"] = position
    return kept


def _exif(exif: Exif) -> dict[str, object]:
    values: dict[str, object] = {}
    for number, value in exif.tags.items():
        name = ExifTags.TAGS.get(number)
        if name is None or name in _NOISE or number == ORIENTATION:
            continue
        if name in _VERSIONS and isinstance(value, bytes):
            value = value.decode("ascii", "ignore")
        values[f"exif.{name}"] = value
    return values


def _position(tags: dict[int, Any]) -> dict[str, object]:
    """Return latitude and longitude in degrees (south and west negative), altitude in metres."""
    position: dict[str, object] = {}
    for name, value_tag, sign_tag, negative in (
        ("latitude", ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S"),
        ("longitude", ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W"),
    ):
        try:
            degrees, minutes, seconds = (float(part) for part in tags[value_tag])
        except (KeyError, TypeError, ValueError):
            continue
        angle = degrees + minutes / 60 + seconds / 3600
        if math.isfinite(angle):
            position[name] = round(-angle if tags.get(sign_tag) == negative else angle, 7)
    altitude = _plain(tags.get(ExifTags.GPS.GPSAltitude))
    if isinstance(altitude, int | float):
        below = tags.get(ExifTags.GPS.GPSAltitudeRef) in (1, b"\1")
        position["altitude_metres"] = -altitude if below else altitude
    return position


def _plain(value: Any) -> object:
    """Return text, number, flag or a list of these; None for what cannot be shown."""
    if isinstance(value, str):
        return value.replace("\0", "").strip()[:LONGEST_VALUE]
    if isinstance(value, bool | int):
        return value if abs(value) < 1 << 63 else None
    if isinstance(value, list | tuple):
        items = [_plain(item) for item in value[:MOST_IN_LIST]]
        return [item for item in items if item not in (None, "")]
    try:
        number = float(value)
    except (TypeError, ValueError, ArithmeticError):
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 1 << 53 else round(number, 6)
