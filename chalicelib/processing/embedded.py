"""What cameras and editors wrote into a picture: EXIF, IPTC and XMP, as one flat map.

Names are `exif.Make`, `iptc.Caption`, `xmp.dc.creator`; values are text, numbers and lists.
Where the picture was taken stands apart, under `gps`.
"""

import json
import math
import struct
from collections.abc import Iterator
from typing import Any

from PIL import ExifTags, Image

from chalicelib.processing import xmp

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
_IPTC_NAMES = {
    5: "ObjectName",
    7: "EditStatus",
    10: "Urgency",
    15: "Category",
    20: "SupplementalCategories",
    25: "Keywords",
    40: "SpecialInstructions",
    55: "DateCreated",
    60: "TimeCreated",
    80: "Byline",
    85: "BylineTitle",
    90: "City",
    92: "Sublocation",
    95: "ProvinceState",
    100: "CountryCode",
    101: "Country",
    103: "TransmissionReference",
    105: "Headline",
    110: "Credit",
    115: "Source",
    116: "CopyrightNotice",
    118: "Contact",
    120: "Caption",
    122: "CaptionWriter",
}
"""The datasets of the application record in IPTC IIM 4.2 that describe a picture."""

_PHOTOSHOP_IPTC = 0x0404


def of_picture(image: Image.Image, head: bytes) -> dict[str, Any]:
    """Collect what an open picture carries; `head` is the file's beginning, searched for XMP."""
    values: dict[str, Any] = {}
    values |= _exif(image)
    values |= _iptc(_iptc_block(image))
    packet = image.info.get("xmp") or xmp.packet_in(head)
    if packet:
        values |= {f"xmp.{name}": value for name, value in xmp.properties(packet).items()}
    return tidied(values | {"gps": _position(image)})


def tidied(values: dict[str, Any]) -> dict[str, Any]:
    """Keep plain values of bounded length, and move every trace of a position to `gps`."""
    kept: dict[str, Any] = {}
    position: dict[str, Any] = dict(values.pop("gps", None) or {})
    left = MOST_BYTES - len(json.dumps(position))
    for name, value in values.items():
        plain = _plain(value)
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


def _exif(image: Image.Image) -> dict[str, Any]:
    exif = image.getexif()
    tags: dict[int, Any] = dict(exif)
    for directory in (ExifTags.IFD.Exif, ExifTags.IFD.Interop):
        tags |= exif.get_ifd(directory)
    values: dict[str, Any] = {}
    for number, value in tags.items():
        name = ExifTags.TAGS.get(number)
        if name is None or name in _NOISE or number == ExifTags.Base.Orientation:
            continue
        values[f"exif.{name}"] = _exif_text(name, value) if isinstance(value, bytes) else value
    return values


def _exif_text(name: str, value: bytes) -> str | None:
    """Read the few text tags that EXIF stores as bytes; anything else is not for people."""
    if name.startswith("XP"):
        return value.decode("utf-16-le", "replace")
    if name == "UserComment":
        charset, text = value[:8].rstrip(b"\0"), value[8:]
        if charset == b"UNICODE":
            return text.decode("utf-16", "replace")
        return text.decode("utf-8", "replace") if charset in (b"ASCII", b"") else None
    if name in ("ExifVersion", "FlashPixVersion", "ExifInteroperabilityVersion"):
        return value.decode("ascii", "ignore")
    return None


def _position(image: Image.Image) -> dict[str, Any]:
    """Give latitude and longitude in degrees (south and west negative), altitude in metres."""
    tags = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    position: dict[str, Any] = {}
    for name, value_tag, sign_tag, negative in (
        ("latitude", ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S"),
        ("longitude", ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W"),
    ):
        try:
            degrees, minutes, seconds = (float(part) for part in tags[value_tag])
        except (KeyError, TypeError, ValueError, ZeroDivisionError):
            continue
        angle = degrees + minutes / 60 + seconds / 3600
        if math.isfinite(angle):
            position[name] = round(-angle if tags.get(sign_tag) == negative else angle, 7)
    altitude = _plain(tags.get(ExifTags.GPS.GPSAltitude))
    if isinstance(altitude, int | float):
        below = tags.get(ExifTags.GPS.GPSAltitudeRef) in (1, b"\1")
        position["altitude_metres"] = -altitude if below else altitude
    return position


def _iptc_block(image: Image.Image) -> bytes:
    resources = image.info.get("photoshop")
    if isinstance(resources, dict):
        block = resources.get(_PHOTOSHOP_IPTC)
        return block if isinstance(block, bytes) else b""
    raw = image.info.get("Raw profile type iptc")
    if isinstance(raw, str):
        # ImageMagick's form in PNG: a name, a length, then the Photoshop resources in hex.
        try:
            block = bytes.fromhex("".join(raw.split()[2:]))
        except ValueError:
            return b""
        return block[block.find(b"\x1c\x02") :] if b"\x1c\x02" in block else b""
    return b""


def _iptc(block: bytes) -> dict[str, Any]:
    values: dict[str, Any] = {}
    utf8 = b"\x1c\x01\x5a\x00\x03\x1b%G" in block
    for number, data in _datasets(block):
        name = _IPTC_NAMES.get(number)
        if name is None:
            continue
        text = _decoded(data, utf8)
        key = f"iptc.{name}"
        if number in (20, 25):
            values.setdefault(key, []).append(text)
        else:
            values.setdefault(key, text)
    return values


def _datasets(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk the datasets of the application record (IIM 4.2, 1.5: marker, record, number, size)."""
    at = 0
    while at + 5 <= len(block) and block[at] == 0x1C:
        record, number, size = struct.unpack_from(">BBH", block, at + 1)
        at += 5
        if size >= 0x8000:
            return
        if record == 2:
            yield number, block[at : at + size]
        at += size


def _decoded(data: bytes, utf8: bool) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8" if utf8 else "cp1252", "replace")


def _plain(value: Any) -> Any:
    """Give text, number, flag or a list of these; None for what cannot be shown."""
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
