"""Pictures that no library here writes: HEIC, Photoshop's, drawings; each function writes one."""

import struct
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from tests import media_files


def heic(
    path: Path,
    image: Image.Image | None = None,
    *,
    turned: int = 0,
    exif: bytes = b"",
    colours: bytes = b"",
) -> str:
    """A HEIC of one picture (ISO 23008-12), `turned` counter-clockwise by so many quarters."""
    picture = image or media_files.picture()
    png = path.with_suffix(".source.png")
    picture.convert("RGB").save(png)
    coded = path.with_suffix(".coded.mp4")
    options = ["-frames:v", "1", "-c:v", "libx265", "-x265-params", "log-level=none:lossless=1"]
    media_files.ffmpeg(
        "-i", str(png), *options, "-pix_fmt", "yuv444p", "-tag:v", "hvc1", str(coded)
    )
    film = coded.read_bytes()
    configuration = _found(film, b"hvcC")
    pictures = _found(film, b"mdat")
    sizes = _found(film, b"stsz")
    first = struct.unpack(">I", sizes[12:16] if sizes[4:8] == bytes(4) else sizes[4:8])[0]
    path.write_bytes(_heif(picture.size, configuration, pictures[:first], turned, exif, colours))
    return str(path)


def _heif(
    size: tuple[int, int],
    configuration: bytes,
    coded: bytes,
    turned: int,
    exif: bytes,
    colours: bytes,
) -> bytes:
    properties = [_box(b"hvcC", configuration), _box(b"ispe", bytes(4) + struct.pack(">II", *size))]
    if turned:
        properties.append(_box(b"irot", bytes([turned])))
    if colours:
        properties.append(_box(b"colr", colours))
    items = [coded, *([struct.pack(">I", 0) + exif] if exif else [])]
    kinds = [b"hvc1", b"Exif"][: len(items)]
    entries = b"".join(
        _box(b"infe", b"\2\0\0\0" + struct.pack(">HH", number, 0) + kind + b"\0")
        for number, kind in enumerate(kinds, 1)
    )
    linked = b"".join(bytes([0x80 * (n == 1) | n]) for n in range(1, len(properties) + 1))
    associations = struct.pack(">IHB", 1, 1, len(properties)) + linked
    references = _box(b"cdsc", struct.pack(">HHH", 2, 1, 1)) if exif else b""

    def meta(begin: int) -> bytes:
        places, at = b"", begin
        for number, item in enumerate(items, 1):
            places += struct.pack(">HHHII", number, 0, 1, at, len(item))
            at += len(item)
        return _box(
            b"meta",
            bytes(4)
            + _box(b"hdlr", bytes(8) + b"pict" + bytes(13))
            + _box(b"pitm", bytes(4) + struct.pack(">H", 1))
            + _box(b"iloc", bytes(4) + b"\x44\0" + struct.pack(">H", len(items)) + places)
            + _box(b"iinf", bytes(4) + struct.pack(">H", len(items)) + entries)
            + (_box(b"iref", bytes(4) + references) if references else b"")
            + _box(
                b"iprp",
                _box(b"ipco", b"".join(properties)) + _box(b"ipma", bytes(4) + associations),
            ),
        )

    head = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    begin = len(head) + len(meta(0)) + 8
    return head + meta(begin) + _box(b"mdat", b"".join(items))


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def _found(data: bytes, name: bytes) -> bytes:
    """Give the content of the first box with a name, wherever it stands."""
    at = data.index(name)
    size = int.from_bytes(data[at - 4 : at], "big")
    return data[at + 4 : at - 4 + size]


def photoshop(
    path: Path,
    image: Image.Image | None = None,
    *,
    depth: int = 8,
    packed: bool = False,
    large: bool = False,
    resources: dict[int, bytes] | None = None,
) -> str:
    """A Photoshop file of one flat picture in RGB, grey or CMYK, `large` as PSB."""
    picture = image or media_files.picture()
    modes = {"L": 1, "RGB": 3, "CMYK": 4, "RGBA": 3}
    planes = [plane.tobytes() for plane in picture.split()]
    if picture.mode == "CMYK":
        planes = [bytes(255 - value for value in plane) for plane in planes]
    width, height = picture.size
    rows = [
        _deeper(plane[row * width : (row + 1) * width], depth)
        for plane in planes
        for row in range(height)
    ]
    block = b"".join(
        b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + bytes(len(data) % 2)
        for number, data in (resources or {}).items()
    )
    head = struct.pack(
        ">4sH6xHIIHH",
        b"8BPS",
        2 if large else 1,
        len(planes),
        height,
        width,
        depth,
        modes[picture.mode],
    )
    body = bytes(2) + b"".join(rows)
    if packed:
        squeezed = [b"".join(_runs(row)) for row in rows]
        lengths = struct.pack(
            f">{len(rows)}{'I' if large else 'H'}", *(len(row) for row in squeezed)
        )
        body = b"\0\1" + lengths + b"".join(squeezed)
    sections = bytes(4) + struct.pack(">I", len(block)) + block + bytes(8 if large else 4)
    path.write_bytes(head + sections + body)
    return str(path)


def _deeper(row: bytes, depth: int) -> bytes:
    return row if depth == 8 else b"".join(bytes((value, 7)) for value in row)


def _runs(row: bytes) -> Iterator[bytes]:
    """PackBits: runs of one byte, and stretches of others."""
    at = 0
    while at < len(row):
        length = 1
        while at + length < len(row) and length < 128 and row[at + length] == row[at]:
            length += 1
        if length > 1:
            yield bytes((257 - length, row[at]))
        else:
            length = min(3, len(row) - at)
            yield bytes((length - 1,)) + row[at : at + length]
        at += length


_QUARTERS = (
    '<rect width="50%" height="50%" fill="#f00"/>'
    '<rect x="50%" width="50%" height="50%" fill="#0f0"/>'
    '<rect y="50%" width="50%" height="50%" fill="#00f"/>'
    '<rect x="50%" y="50%" width="50%" height="50%" fill="#ff0"/>'
)


def drawing(
    path: Path,
    inside: str = _QUARTERS,
    attributes: str = 'width="640" height="480"',
    before: str = "",
) -> str:
    """A drawing in SVG: the four quarters, or what is given."""
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    path.write_text(f"{before}<svg {names} {attributes}>{inside}</svg>", "utf-8")
    return str(path)
