"""Damaged PNGs, still and moving."""

import struct
import zlib
from collections.abc import Iterator

from tests.pictures.originals import Case, Chunk, moving, png, png_chunks, saved, scene

_WRONG = b"abcd"
_LARGE = bytes(3 << 20)


def cases() -> Iterator[Case]:
    """All of them."""
    for name, data, complete, damaged in (*_notes(), *_structure(), *_rows(), *_frames()):
        yield Case(f"png {name}", "image/png", data, complete, damaged)


def _packed() -> bytes:
    whole = png_chunks(saved(scene(), "PNG"))
    return b"".join(chunk.body for chunk in whole if chunk.name == b"IDAT")


def _parts() -> list[Chunk]:
    """The scene in six chunks, of which four hold the picture."""
    header = png_chunks(saved(scene(), "PNG"))[0]
    data = _packed()
    quarter = len(data) // 4
    pieces = [data[:quarter], data[quarter : 2 * quarter], data[2 * quarter : 3 * quarter]]
    idats = [Chunk(b"IDAT", piece) for piece in [*pieces, data[3 * quarter :]]]
    return [header, *idats, Chunk(b"IEND", b"")]


def _with(*extra: Chunk, at: int = 1) -> bytes:
    parts = _parts()
    return png(*parts[:at], *extra, *parts[at:])


def _of(data: bytes) -> bytes:
    return png(_parts()[0], Chunk(b"IDAT", data), Chunk(b"IEND", b""))


def _changed(number: int, **fields: bytes) -> bytes:
    parts = _parts()
    parts[number] = parts[number]._replace(**fields)
    return png(*parts)


def _notes() -> Iterator[tuple[str, bytes, bool, bool]]:
    whole, broken = (True, False), (True, True)
    packed = zlib.compress(_LARGE)
    for name, body, state in (
        (b"quUx", b"unknown", whole),
        (b"tEXt", b"Title\0Harbour", whole),
        (b"tEXt", b"no separator", broken),
        (b"tEXt", b"\0no keyword", broken),
        (b"tEXt", b"k" * 200 + b"\0long keyword", broken),
        (b"zTXt", b"Comment\0\0no zlib", broken),
        (b"zTXt", b"Comment\0\7" + zlib.compress(b"unknown method"), broken),
        (b"zTXt", b"Comment\0\0" + packed, whole),
        (b"iTXt", b"Comment\0\1\0\0\0" + packed, whole),
        (b"iTXt", b"Comment\0cut", broken),
        (b"tEXt", b"Raw profile type exif\0\nexif\n  12\nno hex at all", broken),
        (b"tEXt", b"Raw profile type iptc\0\niptc\n  12\n1c02", broken),
        (b"iCCP", b"name\0\0no zlib", broken),
        (b"iCCP", b"name\0\0" + zlib.compress(b"no profile" * 50), broken),
        (b"gAMA", b"\0", broken),
        (b"gAMA", b"\0\0\0\0", broken),
        (b"cHRM", b"\0", broken),
        (b"sRGB", b"\0\0\0", broken),
        (b"cICP", b"\0", broken),
        (b"pHYs", b"\0\0", broken),
        (b"tIME", b"\0", broken),
        (b"sBIT", b"\x20\x20", whole),
        (b"hIST", b"\0\1", whole),
        (b"sPLT", b"x", whole),
        (b"eXIf", b"no TIFF", broken),
        (b"tRNS", b"\0", broken),
        (b"tRNS", b"\0" * 9, broken),
        (b"acTL", b"\0", broken),
    ):
        yield f"{name.decode()} {body[:20]!r}", _with(Chunk(name, body)), *state
    for name in (b"tEXt", b"iCCP", b"eXIf", b"quUx"):
        yield f"{name.decode()} wrong checksum", _with(Chunk(name, b"a\0b", _WRONG)), *broken
    yield "a profile of 3 MiB", _with(Chunk(b"iCCP", b"name\0\0" + packed)), *broken


def _structure() -> Iterator[tuple[str, bytes, bool, bool]]:
    plain = saved(scene(), "PNG")
    yield "undamaged", plain, True, False
    yield "unknown critical chunk", _with(Chunk(b"QUUX", b"")), True, True
    yield "two headers", _with(_parts()[0]), True, True
    yield "header with a wrong checksum", _changed(0, checksum=_WRONG), True, True
    yield "palette too long", _with(Chunk(b"PLTE", bytes(900))), True, True
    yield "text between the data", _with(Chunk(b"tEXt", b"a\0b"), at=3), True, True
    yield "empty data", _with(Chunk(b"IDAT", b""), at=3), True, False
    yield "data with a wrong checksum", _changed(2, checksum=_WRONG), True, True
    yield "last data with a wrong checksum", _changed(4, checksum=_WRONG), True, True
    yield "end with a wrong checksum", _changed(5, checksum=_WRONG), True, True
    yield "no end", plain[:-12], True, True
    yield "half an end", plain[:-6], True, True
    yield "bytes behind the end", plain + b"behind" * 100, True, True
    yield "zeros behind the end", plain + bytes(512), True, False
    yield "a picture behind the end", plain + plain, True, True
    yield "a byte before", b"\n" + plain, True, True
    yield "line ends changed", plain.replace(b"\r\n", b"\n", 1), True, True
    yield "a chunk without end", plain[:33] + b"\x7f\xff\xff\xfftEXt" + plain[33:], True, True


def _rows() -> Iterator[tuple[str, bytes, bool, bool]]:
    data, plain = _packed(), saved(scene(), "PNG")
    rows = zlib.decompress(data)
    row = 1 + 3 * scene().width
    yield "no sum of the rows", _of(data[:-4]), True, False
    yield "a wrong sum of the rows", _of(data[:-4] + _WRONG), True, False
    yield "cut in the sum", plain[:-20], True, True
    yield "bytes behind the rows", _of(data + b"behind" * 50), True, False
    yield "more rows than said", _of(zlib.compress(rows + bytes(5_000))), True, False
    yield "a wrong window", _of(b"\x08\x1d" + data[2:]), True, False
    yield "half of the rows", _of(zlib.compress(rows[: len(rows) // 2])), False, False
    yield "all rows but one", _of(zlib.compress(rows[:-row])), False, False
    yield "a row cut short", _of(zlib.compress(rows[:-3])), False, False
    yield "half of the file", plain[: len(plain) // 2], False, True
    yield "nine tenths of the file", plain[: len(plain) * 9 // 10], False, True


def _frames() -> Iterator[tuple[str, bytes, bool, bool]]:
    plain = moving("PNG")
    parts = png_chunks(plain)
    last = max(at for at, chunk in enumerate(parts) if chunk.name == b"fdAT")
    later = max(at for at, chunk in enumerate(parts) if chunk.name == b"fcTL")
    first = next(at for at, chunk in enumerate(parts) if chunk.name == b"fcTL")

    def changed(at: int, body: bytes, checksum: bytes | None = None) -> bytes:
        return png(*parts[:at], Chunk(parts[at].name, body, checksum), *parts[at + 1 :])

    outside = parts[first].body[:12] + struct.pack(">II", 5, 5) + parts[first].body[20:]
    yield "moving", plain, True, False
    yield "late frame with a wrong checksum", changed(last, parts[last].body, _WRONG), True, True
    yield "late frame of junk", changed(last, parts[last].body[:4] + b"junk" * 20), True, True
    yield "late frame cut short", changed(last, parts[last].body[:200]), True, True
    yield "late frame's place cut short", changed(later, parts[later].body[:9]), True, True
    yield "first frame outside", changed(first, outside), True, True
    yield (
        "first frame's place with a wrong checksum",
        changed(first, parts[first].body, _WRONG),
        *(
            True,
            True,
        ),
    )
    yield "cut in a late frame", plain[: -len(plain) // 5], True, True
