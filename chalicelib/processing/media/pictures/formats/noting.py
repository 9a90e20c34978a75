"""Files of pictures with other notes in them: everything else stays, byte by byte."""

import struct
import zlib
from collections.abc import Callable
from typing import BinaryIO

from chalicelib.processing.media.pictures.formats import jpeg, parts, webp
from chalicelib.processing.media.pictures.formats.parts import Notes, NotShown, Piece, Span

LONGEST_SEGMENT = 65_533
"""What a segment of a JPEG holds beside its own length."""

_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_IPTC_RESOURCE = struct.Struct(">4sHHI")

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_XMP_CHUNK = b"XML:com.adobe.xmp\0\0\0\0\0"
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_NOTES_AS_TEXT = (b"XML:com.adobe.xmp\0", b"Raw profile type ")

_HAS_EXIF, _HAS_XMP, _HAS_ALPHA = 0x08, 0x04, 0x10


def in_jpeg(file: BinaryIO, notes: Notes) -> list[Piece]:
    """Return a JPEG with these notes in place of its own.

    Raises:
        NotShown: it is none that can be taken apart.
    """
    ours = [_segment(0xE1, _EXIF + notes.exif)] if notes.exif else []
    ours += [_segment(0xE1, _XMP + notes.xmp)] if notes.xmp else []
    if notes.iptc:
        resource = _IPTC_RESOURCE.pack(b"8BIM", 0x0404, 0, len(notes.iptc)) + notes.iptc
        ours.append(_segment(0xED, _PHOTOSHOP + resource + b"\0" * (len(notes.iptc) % 2)))
    pieces: list[Piece] = [jpeg.SOI]
    at, size, is_first = 2, parts.size_of(file), True
    while True:
        marker, body, _ = jpeg.next_marker(file, at)
        if is_first and marker != 0xE0:
            pieces += ours
            is_first = False
        if marker == 0xDA:
            return [*pieces, Span(body - 2, size - body + 2)]
        if marker == 0x01 or 0xD0 <= marker < 0xD8:
            at = body
            continue
        length = max(2, int.from_bytes(parts.read_at(file, body, 2), "big"))
        start = parts.read_at(file, body + 2, 64)
        if body + length > size:
            raise NotShown
        if not _is_note(marker, start):
            pieces.append(Span(body - 2, length + 2))
        at = body + length


def _is_note(marker: int, start: bytes) -> bool:
    if marker == 0xE1:
        return start.startswith((b"Exif\0", _XMP, _EXTENDED_XMP))
    return marker == 0xED and start.startswith(_PHOTOSHOP)


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def in_png(file: BinaryIO, notes: Notes) -> list[Piece]:
    """Return a PNG with these notes in place of its own; it has no place for IPTC's.

    Raises:
        NotShown: it is none that can be taken apart.
    """
    if parts.read_at(file, 0, 8) != _SIGNATURE:
        raise NotShown
    ours = [_chunk(b"iTXt", _XMP_CHUNK + notes.xmp)] if notes.xmp else []
    ours += [_chunk(b"eXIf", notes.exif)] if notes.exif else []
    pieces: list[Piece] = [_SIGNATURE]
    at, size = 8, parts.size_of(file)
    while at + 8 <= size:
        length, name = struct.unpack(">I4s", parts.read_at(file, at, 8))
        start = parts.read_at(file, at + 8, min(length, 64))
        is_text = name in _TEXTS and start.startswith(_NOTES_AS_TEXT)
        end = min(size, at + 12 + length)
        if name != b"eXIf" and not is_text:
            pieces.append(Span(at, end - at))
        if name == b"IHDR":
            pieces += ours
        at = end
        if name == b"IEND":
            break
    return [*pieces, Span(at, size - at)]


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def in_webp(file: BinaryIO, notes: Notes) -> list[Piece]:
    """Return a WebP with these notes in place of its own, extended where it was a simple one.

    It has no place for IPTC's.

    Raises:
        NotShown: it is none that can be taken apart.
    """
    taken = webp.take_apart(file)
    flags, chunks, is_extended = 0, [], False
    for chunk in webp.chunks(file):
        body = chunk.body
        if chunk.name == b"VP8X":
            flags, is_extended = parts.read_at(file, body.start, 1)[0], True
            continue
        if chunk.name == b"VP8L" and parts.read_at(file, body.start + 4, 1)[0] & _HAS_ALPHA:
            flags |= 0 if is_extended else _HAS_ALPHA
        if chunk.name not in (b"EXIF", b"XMP "):
            chunks.append(chunk)
    flags &= ~(_HAS_EXIF | _HAS_XMP)
    flags |= (_HAS_EXIF if notes.exif else 0) | (_HAS_XMP if notes.xmp else 0)
    size = struct.pack("<I", taken.width - 1)[:3] + struct.pack("<I", taken.height - 1)[:3]
    pieces: list[Piece] = [b"VP8X" + struct.pack("<IB3x", 10, flags) + size]
    for chunk in chunks:
        body, head = chunk.body, chunk.name + struct.pack("<I", chunk.body.length)
        pieces += [head, body, b"\0" * (body.length % 2)]
    for name, note in ((b"EXIF", notes.exif), (b"XMP ", notes.xmp)):
        if note:
            pieces.append(name + struct.pack("<I", len(note)) + note + b"\0" * (len(note) % 2))
    length = 4 + sum(len(one) if isinstance(one, bytes) else one.length for one in pieces)
    return [b"RIFF" + struct.pack("<I", length) + b"WEBP", *pieces]


WRITERS: dict[str, Callable[[BinaryIO, Notes], list[Piece]]] = {
    "image/jpeg": in_jpeg,
    "image/png": in_png,
    "image/webp": in_webp,
}
"""What writes notes into a file of each type that can be written."""
