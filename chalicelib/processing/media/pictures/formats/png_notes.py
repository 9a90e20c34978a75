"""What PNG's ancillary chunks say of colours and of the picture's making."""

import binascii
import struct
import zlib

from chalicelib.processing.media.pictures.formats import parts, photoshop
from chalicelib.processing.media.pictures.formats.parts import Colours, Notes

_TEXTS = {b"tEXt", b"zTXt", b"iTXt"}
_LENGTHS = {b"pHYs": 9, b"tIME": 7, b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4}


def take(name: bytes, body: bytes, notes: Notes, colours: Colours, before_data: bool) -> bool:
    """Note what a chunk says; return False when it is broken.

    Colours count only before the picture's data.
    """
    if name in _LENGTHS and len(body) != _LENGTHS[name]:
        return False
    if name == b"eXIf":
        notes.exif = notes.exif or body.removeprefix(b"Exif\0\0")
        return True
    if name in _TEXTS:
        return _take_text(name, body, notes)
    return _take_colours(name, body, colours) if before_data else True


def _take_colours(name: bytes, body: bytes, colours: Colours) -> bool:
    if name == b"iCCP":
        _, _, packed = body.partition(b"\0")
        profile = _inflated(packed[1:]) if packed[:1] == b"\0" else None
        colours.icc = profile or b""
        return profile is not None
    if name == b"cICP":
        colours.cicp = (body[0], body[1], body[2], body[3])
    elif name == b"sRGB":
        colours.is_srgb = body[0] < 4
        return body[0] < 4
    elif name == b"gAMA":
        gamma = struct.unpack(">I", body)[0]
        colours.gamma = gamma / 100_000 if gamma else None
        return bool(gamma)
    elif name == b"cHRM":
        colours.chromaticities = tuple(part / 100_000 for part in struct.unpack(">8I", body))
    return True


def _take_text(name: bytes, body: bytes, notes: Notes) -> bool:
    keyword, separator, rest = body.partition(b"\0")
    if not separator or not 1 <= len(keyword) <= 79:
        return False
    text: bytes | None = rest
    if name == b"zTXt":
        text = _inflated(rest[1:]) if rest[:1] == b"\0" else None
    elif name == b"iTXt":
        packed, fields = rest[:2], rest[2:].split(b"\0", 2)
        if len(fields) < 3 or packed[:1] not in (b"\0", b"\1"):
            return False
        text = fields[2] if packed[:1] == b"\0" else _inflated(fields[2])
    if text is None:
        return False
    if keyword == b"XML:com.adobe.xmp":
        notes.xmp = notes.xmp or text
    elif keyword.lower().startswith(b"raw profile type "):
        return _take_raw_profile(keyword[17:].lower(), text, notes)
    return True


def _take_raw_profile(kind: bytes, text: bytes, notes: Notes) -> bool:
    """Read ImageMagick's form: a name, a length, then the bytes in hex."""
    if kind not in (b"exif", b"app1", b"iptc", b"8bim", b"xmp"):
        return True
    try:
        block = binascii.unhexlify(b"".join(text.split()[2:]))
    except (binascii.Error, ValueError):
        return False
    if kind in (b"exif", b"app1") and block.startswith(b"Exif\0\0"):
        notes.exif = notes.exif or block[6:]
    elif kind == b"xmp" or b"<x:xmpmeta" in block[:4096]:
        notes.xmp = notes.xmp or block
    elif kind in (b"iptc", b"8bim"):
        notes.iptc = notes.iptc or photoshop.iptc_of(block)
    return True


def _inflated(packed: bytes) -> bytes | None:
    """Unpack a note; None when it is broken or longer than any honest one."""
    inflating = zlib.decompressobj()
    try:
        data = inflating.decompress(packed, parts.LONGEST_NOTE_BYTES)
    except zlib.error:
        return None
    return data if inflating.eof else (b"" if inflating.unconsumed_tail else None)
