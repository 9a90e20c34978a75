"""The undamaged pictures, and how a format's parts are taken out and put together again."""

import io
import struct
import zlib
from functools import cache
from typing import Any, NamedTuple

from PIL import Image, ImageDraw

SIZE = (320, 240)


class Case(NamedTuple):
    """One picture file.

    `complete` says that all of its picture data is there; `damaged`, that something else is wrong.
    """

    name: str
    content_type: str
    data: bytes
    complete: bool = True
    damaged: bool = True


@cache
def scene() -> Image.Image:
    """Something in every part of the picture, so that a missing part shows."""
    flat = Image.linear_gradient("L")
    channels = [flat.resize(SIZE), flat.rotate(90).resize(SIZE)]
    image = Image.merge("RGB", [*channels, Image.radial_gradient("L").resize(SIZE)])
    pen = ImageDraw.Draw(image)
    pen.rectangle((40, 40, 120, 110), fill=(220, 30, 30))
    pen.ellipse((180, 120, 290, 220), fill=(30, 60, 220))
    return image


@cache
def glass() -> Image.Image:
    """The scene, opaque below and clear above."""
    image = scene().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(SIZE))
    return image


def saved(image: Image.Image, name: str, **options: Any) -> bytes:
    """A picture as Pillow writes it."""
    target = io.BytesIO()
    image.save(target, name, **options)
    return target.getvalue()


def moving(name: str) -> bytes:
    """An animation of three frames, of which the first is the scene."""
    rest = [Image.effect_noise(SIZE, 60).convert("RGB"), scene().rotate(20)]
    return saved(scene(), name, save_all=True, append_images=rest, duration=100, loop=0)


class Chunk(NamedTuple):
    """A chunk of a PNG; a checksum of its own may be wrong."""

    name: bytes
    body: bytes
    checksum: bytes | None = None


def png_chunks(data: bytes) -> list[Chunk]:
    """Take a PNG apart."""
    found, at = [], 8
    while at < len(data):
        size = struct.unpack_from(">I", data, at)[0]
        found.append(Chunk(data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += 12 + size
    return found


def png(*chunks: Chunk) -> bytes:
    """Put a PNG together."""
    body = b""
    for name, content, checksum in chunks:
        right = struct.pack(">I", zlib.crc32(name + content))
        body += struct.pack(">I", len(content)) + name + content
        body += right if checksum is None else checksum
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg_segment(marker: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """Put a WebP together."""
    body = b"".join(
        name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
        for name, content in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def riff_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Take a WebP apart."""
    found, at = [], 12
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 4)[0]
        found.append((data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found


def tiff(order: str, *entries: tuple[int, int, int, bytes]) -> bytes:
    """A block of EXIF with one directory; entries are tag, type, count and the value's bytes."""
    start = b"II*\0" if order == "<" else b"MM\0*"
    at, table, values = 8 + 2 + 12 * len(entries) + 4, b"", b""
    for tag, kind, count, value in entries:
        place = value.ljust(4, b"\0")
        if len(value) > 4:
            place = struct.pack(f"{order}I", at + len(values))
            values += value + b"\0" * (len(value) % 2)
        table += struct.pack(f"{order}HHI", tag, kind, count) + place
    header = start + struct.pack(f"{order}IH", 8, len(entries))
    return header + table + bytes(4) + values


def turned(order: str, orientation: int) -> bytes:
    """A block of EXIF that says how the picture lies."""
    return tiff(order, (0x0112, 3, 1, struct.pack(f"{order}H", orientation)))
