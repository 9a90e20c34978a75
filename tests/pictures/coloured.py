"""Pictures in all kinds of colours, and lying on their sides."""

import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import product

from PIL import Image, ImageCms

from chalicelib.processing.media.pictures import profiles
from tests.pictures.originals import (
    Case,
    Chunk,
    glass,
    jpeg_segment,
    png,
    png_chunks,
    saved,
    scene,
    turned,
)

_P3 = struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
_JFIF_ENDS = 20


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _told_in_numbers()
    yield from _profiled()
    yield from _for_print()
    yield from _deep()
    yield from _lying()


def _png(name: str, data: bytes) -> Case:
    return Case(f"png {name}", "image/png", data)


def _with(image: Image.Image, *extra: Chunk) -> bytes:
    header, *rest = png_chunks(saved(image, "PNG"))
    return png(header, *extra, *rest)


def _told_in_numbers() -> Iterator[Case]:
    for gamma in (100_000, 55_000, 45_455, 22_000):
        said = Chunk(b"gAMA", struct.pack(">I", gamma))
        yield _png(f"gamma {gamma}", _with(scene(), said))
        yield _png(f"gamma {gamma} of grey", _with(scene().convert("L"), said))
        yield _png(f"gamma {gamma} and primaries", _with(scene(), said, Chunk(b"cHRM", _P3)))
    linear = Chunk(b"gAMA", struct.pack(">I", 100_000))
    yield _png("gamma of a palette", _with(scene().quantize(64), linear))
    yield _png("gamma with transparency", _with(glass(), linear))
    yield _png("primaries alone", _with(scene(), Chunk(b"cHRM", _P3)))
    yield _png("sRGB before gamma", _with(scene(), linear, Chunk(b"sRGB", b"\0")))
    for primaries, curve in product((1, 9, 12), (1, 4, 8, 13)):
        numbers = Chunk(b"cICP", bytes([primaries, curve, 0, 1]))
        yield _png(f"code points {primaries} {curve}", _with(scene(), numbers))
    for primaries, curve in product((1, 9, 12), (16, 18)):
        numbers = Chunk(b"cICP", bytes([primaries, curve, 0, 1]))
        yield _png(f"large range {primaries} {curve}", _with(scene(), numbers))


def _grey_profile(gamma: float) -> bytes:
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"Grey\0" + bytes(78),
        b"cprt": b"text\0\0\0\0Public domain\0",
        b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">iii", 63190, 65536, 54061),
        b"kTRC": b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)),
    }
    table, data = b"", b""
    for name, body in tags.items():
        table += name + struct.pack(">II", 132 + 12 * len(tags) + len(data), len(body))
        data += body + bytes(-len(body) % 4)
    start = struct.pack(
        ">I4xI4s4s4s", 132 + len(table + data), 0x02400000, b"mntr", b"GRAY", b"XYZ "
    )
    header = (start.ljust(36, b"\0") + b"acsp").ljust(68, b"\0")
    header += struct.pack(">iii", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def _profiled() -> Iterator[Case]:
    made = {
        "sRGB": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
        "Display P3": profiles.of_code_points((12, 13, 0, 1)),
        "BT.2020": profiles.of_code_points((9, 1, 0, 1)),
        "linear": profiles.of_gamma(1.0, None),
        "grey of gamma 1": _grey_profile(1.0),
        "grey of gamma 1.8": _grey_profile(1.8),
    }
    for (name, profile), mode in product(made.items(), ("RGB", "L", "LA", "RGBA", "P")):
        source = glass() if "A" in mode else scene()
        image = source.quantize(64) if mode == "P" else source.convert(mode)
        yield _png(f"profile {name} of {mode}", saved(image, "PNG", icc_profile=profile))
        if mode in ("RGB", "L"):
            data = saved(image, "JPEG", quality=90, icc_profile=profile)
            yield Case(f"jpeg profile {name} of {mode}", "image/jpeg", data)
        if mode == "RGB":
            data = saved(image, "WEBP", lossless=True, icc_profile=profile)
            yield Case(f"webp profile {name}", "image/webp", data)


def _for_print() -> Iterator[Case]:
    cmyk = saved(scene().convert("CMYK"), "JPEG", quality=90)
    at = cmyk.index(b"Adobe") - 4
    plain = saved(scene(), "JPEG", quality=90)
    rest = plain[_JFIF_ENDS:]
    adobe = b"Adobe\0\x64\0\0\0\0"
    for name, data in (
        ("cmyk", cmyk),
        ("cmyk without Adobe's mark", cmyk[:at] + cmyk[at + 16 :]),
        ("ycck", cmyk[: at + 15] + b"\2" + cmyk[at + 16 :]),
        ("without JFIF", plain[:2] + rest),
        ("said to be RGB", plain[:2] + jpeg_segment(0xEE, adobe + b"\0") + rest),
        ("said to be YCC", plain[:2] + jpeg_segment(0xEE, adobe + b"\1") + rest),
        ("RGB, and JFIF", plain[:20] + jpeg_segment(0xEE, adobe + b"\0") + rest),
        ("kept as RGB", saved(scene(), "JPEG", quality=90, keep_rgb=True)),
    ):
        yield Case(f"jpeg {name}", "image/jpeg", data)


def _rows(colour: int, depth: int, pixel: Callable[[int], tuple[int, ...]], *extra: Chunk) -> bytes:
    """A picture of 64 times 32 pixels of any depth, whose columns are all alike."""
    bits = "".join(format(part, f"0{depth}b") for column in range(64) for part in pixel(column))
    row = b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    header = Chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 32, depth, colour, 0, 0, 0))
    return png(header, *extra, Chunk(b"IDAT", zlib.compress(row * 32)), Chunk(b"IEND", b""))


def _deep() -> Iterator[Case]:
    def clear(*values: int) -> Chunk:
        return Chunk(b"tRNS", struct.pack(f">{len(values)}H", *values))

    near = (0x1234, 0x5678, 0x9A00)
    yield _png("grey of 16 bits", _rows(0, 16, lambda x: (x * 1024,)))
    steps = _rows(0, 16, lambda x: (0x1234 if x < 32 else 0x1200,), clear(0x1234))
    yield _png("a transparent grey of 16 bits", steps)
    yield _png("16 bits", _rows(2, 16, lambda x: (x * 1000, 0x4000, 0x8000)))
    close = _rows(2, 16, lambda x: (*near[:2], near[2] + (x > 31)), clear(*near[:2], near[2] + 1))
    yield _png("a transparent colour of 16 bits", close)
    yield _png("16 bits with transparency", _rows(6, 16, lambda x: (x * 1000, 0, 0x8000, x * 1024)))
    yield _png("grey of 16 bits with transparency", _rows(4, 16, lambda x: (0x8000, x * 1024)))
    yield _png("a transparent colour", _with(scene(), clear(220, 30, 30)))
    for depth in (1, 2, 4, 8):
        most = (1 << depth) - 1
        palette = Chunk(b"PLTE", bytes(90 + at * 37 % 128 for at in range(3 * (most + 1))))
        few = Chunk(b"PLTE", palette.body[:6])
        yield _png(f"grey of {depth} bits", _rows(0, depth, lambda x, m=most: (x // 8 & m,)))
        greys = _rows(0, depth, lambda x, m=most: (x // 8 & m,), clear(1))
        yield _png(f"a transparent grey of {depth} bits", greys)
        indexed = _rows(3, depth, lambda x, m=most: (x // 8 & m,), palette)
        yield _png(f"a palette of {depth} bits", indexed)
        half = Chunk(b"tRNS", b"\0\x80")
        indexed = _rows(3, depth, lambda x, m=most: (x // 8 & m,), palette, half)
        yield _png(f"a palette of {depth} bits with transparency", indexed)
        indexed = _rows(3, depth, lambda x, m=most: (x // 8 & m,), few)
        yield _png(f"a palette of {depth} bits that ends early", indexed)


def _lying() -> Iterator[Case]:
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
    )
    for order, orientation in product("<>", range(1, 9)):
        block = turned(order, orientation)
        for name in ("JPEG", "PNG", "WEBP"):
            data = saved(scene(), name, exif=b"Exif\0\0" + block)
            kind = name.lower()
            yield Case(f"{kind} EXIF {order} {orientation}", f"image/{kind}", data)
    for name in ("JPEG", "WEBP"):
        kind = name.lower()
        yield Case(f"{kind} XMP 6", f"image/{kind}", saved(scene(), name, xmp=xmp))
    hexed = (b"Exif\0\0" + turned(">", 6)).hex().encode()
    raw = Chunk(b"tEXt", b"Raw profile type exif\0\nexif\n      32\n" + hexed)
    yield _png("EXIF as text", _with(scene(), raw))
    *parts, end = png_chunks(saved(scene(), "PNG"))
    yield _png("EXIF behind the picture", png(*parts, Chunk(b"eXIf", turned(">", 6)), end))
