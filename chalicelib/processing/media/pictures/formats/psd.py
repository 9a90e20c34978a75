"""Photoshop's files, PSD and PSB: the picture of all layers together, as Photoshop wrote it last.

Pillow decodes 8 bits a sample. A file of 16 bits, or one in the large form (PSB), is written anew
with the upper byte of each sample (Adobe Photoshop File Formats Specification, 2019).
"""

import struct
from typing import BinaryIO

from chalicelib.processing.media.pictures.formats import parts, photoshop
from chalicelib.processing.media.pictures.formats.parts import (
    Colours,
    Notes,
    NotShown,
    Parts,
    Piece,
    Span,
)

_SIGNATURE = b"8BPS"
_PLAIN, _LARGE = 1, 2
_STORED, _PACKED = 0, 1
_ICC, _EXIF, _XMP = 0x040F, 0x0422, 0x0424
_BITMAP, _INDEXED = 0, 2
_DECODED_CHANNELS = {0: 1, 1: 1, 2: 1, 3: 3, 4: 4, 7: 1, 8: 1, 9: 3}
"""How many channels of each colour mode are its colours."""

_LONGEST_RESOURCES = 4 * parts.LONGEST_NOTE_BYTES


def take_apart(file: BinaryIO) -> Parts:
    """Read what a file says of itself.

    Raises:
        NotShown: its header or one of its sections is broken.
    """
    header = parts.read_at(file, 0, 26)
    if len(header) < 26 or header[:4] != _SIGNATURE:
        raise NotShown("no Photoshop file")
    version, channels, height, width, depth, mode = struct.unpack(">4xH6xHIIHH", header)
    if version not in (_PLAIN, _LARGE) or not (width and height and channels):
        raise NotShown("a header that makes no sense")
    palette = _section(file, 26, 4)
    resources = _section(file, palette.start + palette.length, 4)
    layers = _section(file, resources.start + resources.length, 8 if version == _LARGE else 4)
    at = layers.start + layers.length
    block = b""
    if resources.length <= _LONGEST_RESOURCES:
        block = parts.read_at(file, resources.start, resources.length)
    found, whole = photoshop.resources(block)
    still: list[Piece] = [Span(0, parts.size_of(file))]
    if (version, depth) != (_PLAIN, 8) and (depth, mode) != (1, _BITMAP):
        still = _rewritten(file, header, palette, at)
    return Parts(
        width=width,
        height=height,
        still=still,
        is_turned=False,
        notes=Notes(
            exif=found.get(_EXIF, b""),
            iptc=photoshop.iptc_of(block),
            xmp=found.get(_XMP, b""),
            broken=not whole,
        ),
        colours=Colours(icc=found.get(_ICC, b"")),
    )


def _section(file: BinaryIO, at: int, width: int) -> Span:
    length = parts.read_at(file, at, width)
    if len(length) < width:
        raise NotShown("a section is missing")
    return Span(at + width, int.from_bytes(length, "big"))


def _rewritten(file: BinaryIO, header: bytes, palette: Span, at: int) -> list[Piece]:
    """Write a file of 8 bits a sample, not packed, of the colours alone."""
    version, channels, height, width, depth, mode = struct.unpack(">4xH6xHIIHH", header)
    if width * height > parts.MAX_PIXELS:  # It is refused by its size.
        return [header]
    count = min(channels, _DECODED_CHANNELS.get(mode, 0))
    if depth not in (8, 16) or count == 0:
        raise NotShown("a depth or colour mode that is not decoded")
    row_bytes = width * depth // 8
    method = int.from_bytes(parts.read_at(file, at, 2), "big")
    if method == _STORED:
        planes = parts.read_at(file, at + 2, row_bytes * height * count)
    elif method == _PACKED:
        planes = _unpacked(file, at + 2, channels * height, count * height, row_bytes, version)
    else:
        raise NotShown("a packing that is not decoded")
    if len(planes) < row_bytes * height * count:
        raise NotShown("a part of the picture is missing")
    plain = struct.pack(">4sH6xHIIHH", _SIGNATURE, _PLAIN, count, height, width, 8, mode)
    colours = parts.read_at(file, palette.start, palette.length) if mode == _INDEXED else b""
    sections = struct.pack(">I", len(colours)) + colours + bytes(8)
    return [plain + sections + bytes(2), planes[::2] if depth == 16 else planes]


def _unpacked(
    file: BinaryIO, at: int, rows: int, wanted: int, row_bytes: int, version: int
) -> bytes:
    """Undo PackBits (TIFF 6.0, section 9) for the first rows, each of them packed by itself."""
    width = 4 if version == _LARGE else 2
    table = parts.read_at(file, at, rows * width)
    lengths = struct.unpack(f">{len(table) // width}{'I' if width == 4 else 'H'}", table)
    at += rows * width
    unpacked = bytearray()
    for length in lengths[:wanted]:
        packed, row, place = parts.read_at(file, at, length), bytearray(), 0
        while place < len(packed) and len(row) < row_bytes:
            code = packed[place]
            if code < 128:
                row += packed[place + 1 : place + 2 + code]
                place += code + 2
            else:
                if code > 128:
                    row += packed[place + 1 : place + 2] * (257 - code)
                place += 2 if code > 128 else 1
        unpacked += bytes(row[:row_bytes]).ljust(row_bytes, b"\0")
        at += length
    return bytes(unpacked)
