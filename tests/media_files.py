"""Sample files of every kind, made on the spot; each function writes one and gives its path."""

import hashlib
import io
import struct
import subprocess
import wave
import zipfile
import zlib
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

_CORNERS = {"red": (0, 0), "lime": (1, 0), "blue": (0, 1), "yellow": (1, 1)}


def eicar() -> bytes:
    """The harmless test virus, put together here so that no file of the repository holds it."""
    parts = ["X5O!P%@AP[4", "\\", "PZX54(P^)7CC)7}", "$EICAR", "-STANDARD-", "ANTIVIRUS-"]
    return "".join([*parts, "TEST-FILE", "!$H+H*"]).encode()


def picture(size: tuple[int, int] = (640, 480), mode: str = "RGB") -> Image.Image:
    """Four quarters: red, lime above blue, yellow, so that a turn or mirroring shows."""
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    half = size[0] // 2, size[1] // 2
    for colour, (column, row) in _CORNERS.items():
        left, top = column * half[0], row * half[1]
        draw.rectangle((left, top, left + half[0], top + half[1]), fill=colour)
    return image.convert(mode)


def image_file(path: Path, image: Image.Image | None = None, **options: Any) -> str:
    """Any picture, in the format of the path's suffix."""
    (image or picture()).save(path, **options)
    return str(path)


def oriented(path: Path, orientation: int, size: tuple[int, int] = (640, 480)) -> str:
    """A JPEG whose EXIF says how to turn it; upright it shows red, lime above blue, yellow."""
    stored = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = picture(size)
    if orientation in stored:
        image = image.transpose(stored[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    return image_file(path, image, exif=exif, quality=95)


def bomb_png(path: Path, side: int = 12_000) -> str:
    """A PNG of 144 megapixels in about 18 KB."""
    row = b"\0" + bytes(side // 8)
    squeeze = zlib.compressobj(9)
    data = b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return str(path)


def animation(path: Path, frames: int = 4, size: tuple[int, int] = (64, 48)) -> str:
    """An animation whose first frame is the four quarters; the others are grey."""
    rest = [Image.new("RGB", size, (40 * index % 256,) * 3) for index in range(frames - 1)]
    picture(size).save(path, save_all=True, append_images=rest, duration=100, loop=0)
    return str(path)


def flicker(path: Path, frames: int, side: int) -> str:
    """A GIF with a large canvas on which every frame changes one pixel: a few bytes each."""
    canvas = struct.pack("<HH", side, side)
    frame = b",\0\0\0\0\1\0\1\0\0" + b"\2\2\x4c\1\0"
    path.write_bytes(b"GIF89a" + canvas + b"\x80\0\0\0\0\0\xff\xff\xff" + frame * frames + b";")
    return str(path)


def nested_zip(name: str, data: bytes, depth: int = 1) -> bytes:
    """A file inside zip archives inside zip archives."""
    for level in range(depth):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name if level == 0 else "inner.zip", data)
        data = packed.getvalue()
    return data


def docx(embedded: bytes) -> bytes:
    """A small Word document with a file embedded in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types/>')
        archive.writestr("_rels/.rels", '<?xml version="1.0"?><Relationships/>')
        archive.writestr("word/document.xml", "<w:document/>")
        archive.writestr("word/embeddings/oleObject1.bin", embedded)
    return packed.getvalue()


def pdf(path: Path, text: str = "Hello Reef", size: tuple[int, int] = (300, 400)) -> str:
    """A one-page PDF with a line of text and a title."""
    content = f"BT /F1 24 Tf 20 {size[1] - 60} Td ({text}) Tj ET".encode()
    path.write_bytes(_pdf_body(content, size, b"(Harbour plan)", b""))
    return str(path)


def pdf_of_pages(path: Path, pages: int, size: tuple[int, int] = (300, 400)) -> str:
    """A PDF of several pages, each with its number, as large as the page lets it be."""
    contents = [
        f"BT /F1 {size[1] // 2} Tf 20 {size[1] // 4} Td ({page}) Tj ET".encode()
        for page in range(1, pages + 1)
    ]
    path.write_bytes(_pdf_body(contents, size, b"(Tide tables)", b""))
    return str(path)


def pdf_naming_a_font(path: Path, font: str, encoding: str, order: str, text: str) -> str:
    """A PDF with a line in a font for East Asia that it names, but does not carry."""
    content = f"BT /F1 40 Tf 20 100 Td <{text.encode('utf-16-be').hex()}> Tj ET"
    named = f"<< /Type /Font /Subtype /Type0 /BaseFont /{font} /Encoding /{encoding}"
    named += f" /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /{font}"
    named += f" /CIDSystemInfo << /Registry (Adobe) /Ordering ({order}) /Supplement 2 >>"
    named += f" /FontDescriptor << /Type /FontDescriptor /FontName /{font} /Flags 6"
    named += " /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 800 /Descent -200"
    named += " /CapHeight 700 /StemV 80 >> >>] >>"
    path.write_bytes(_pdf_body(content.encode(), (300, 200), b"()", b"", named.encode()))
    return str(path)


def encrypted_pdf(path: Path, password: str = "secret") -> str:
    """A PDF that opens with its password alone: 40-bit RC4, ISO 32000-1, 7.6.3."""
    padding = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    padded = (password.encode() + padding)[:32]
    identity = b"0123456789abcdef"
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + struct.pack("<i", -4) + identity).digest()[:5]
    user = _rc4(key, padding)
    entry = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + owner.hex().encode() + b"> /U <"
    entry += user.hex().encode() + b"> >> /ID [<" + identity.hex().encode() + b"> <"
    entry += identity.hex().encode() + b">]"
    path.write_bytes(_pdf_body(b"BT ET", (300, 400), b"()", entry))
    return str(path)


def video(path: Path, seconds: float = 2.0, *options: str, size: str = "320x240") -> str:
    """A test picture with a tone; the container and codecs follow the path's suffix."""
    codecs = {
        ".mp4": [
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-c:a",
            "aac",
            "-movflags",
            "+faststart",
        ],
        ".mov": ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"],
        ".webm": ["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis"],
        ".avi": ["-c:v", "mpeg4", "-c:a", "libmp3lame"],
        ".mkv": ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"],
        ".wmv": ["-c:v", "wmv2", "-c:a", "wmav2"],
        ".flv": ["-c:v", "flv", "-c:a", "libmp3lame", "-ar", "44100"],
    }[path.suffix]
    source = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=10:duration={seconds}"]
    source += ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"]
    return ffmpeg(*source, "-pix_fmt", "yuv420p", *codecs, *options, str(path))


def sound(path: Path, seconds: float = 1.0, *options: str) -> str:
    """A tone; container and codec follow the path's suffix."""
    source = ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"]
    return ffmpeg(*source, *options, str(path))


def silent_wav(path: Path, seconds: float = 0.5) -> str:
    """A WAV without a sound in it, made without ffmpeg."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(int(16_000 * seconds)))
    return str(path)


def cut(path: str, share: float = 0.6) -> str:
    """The beginning of a file, as a broken copy leaves it."""
    whole = Path(path)
    short = whole.with_name(f"cut-{whole.name}")
    data = whole.read_bytes()
    short.write_bytes(data[: int(len(data) * share)])
    return str(short)


def ffmpeg(*arguments: str) -> str:
    """Run ffmpeg quietly; the last argument is the file that it makes."""
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments], check=True)
    return arguments[-1]


_HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def _pdf_body(
    content: bytes | list[bytes],
    size: tuple[int, int],
    title: bytes,
    trailer: bytes,
    font: bytes = _HELVETICA,
) -> bytes:
    contents = [content] if isinstance(content, bytes) else content
    kids = b" ".join(b"%d 0 R" % (5 + 2 * index) for index in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % len(contents),
        font,
        b"<< /Title " + title + b" >>",
    ]
    for index, drawn in enumerate(contents):
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d]" % size
            + b" /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>" % (6 + 2 * index),
            b"<< /Length %d >>\nstream\n" % len(drawn) + drawn + b"\nendstream",
        ]
    body, offsets = b"%PDF-1.4\n", []
    for number, value in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n" % number + value + b"\nendobj\n"
    count = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n" % count + b"".join(
        b"%010d 00000 n \n" % at for at in offsets
    )
    end = b"trailer << /Size %d /Root 1 0 R /Info 4 0 R " % count + trailer + b" >>\nstartxref\n"
    return body + table + end + b"%d\n%%%%EOF\n" % len(body)


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    result = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        result.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(result)
