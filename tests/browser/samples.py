"""Small files to upload, made on the spot and different each time."""

import io
import secrets
import subprocess
import wave
from pathlib import Path

from PIL import Image
from playwright.sync_api import FilePayload

from tests import media_files


def payload(name: str, content_type: str, data: bytes) -> FilePayload:
    """Describe a file as a browser's file chooser would give it."""
    return {"name": name, "mimeType": content_type, "buffer": data}


def picture(name: str, size: tuple[int, int] = (640, 360)) -> FilePayload:
    """Make a picture of one colour; the name's extension says in which format."""
    image = Image.new("RGB", size, tuple(secrets.token_bytes(3)))
    file = io.BytesIO()
    form = {"png": "PNG", "webp": "WEBP"}.get(name.rpartition(".")[2], "JPEG")
    image.save(file, form)
    return payload(name, f"image/{form.lower()}", file.getvalue())


def truncated(name: str) -> FilePayload:
    """Make a JPEG of noise that ends in its middle."""
    file = io.BytesIO()
    Image.frombytes("RGB", (300, 300), secrets.token_bytes(270_000)).save(file, "JPEG")
    return payload(name, "image/jpeg", file.getvalue()[: file.tell() // 2])


def text(name: str) -> FilePayload:
    """Make a text of a few lines."""
    return payload(name, "text/plain", f"Opening hours\n{secrets.token_hex(20)}\n".encode())


def infected(name: str) -> FilePayload:
    """Make the file by which virus scanners are tried; in parts, so that this one is not it."""
    eicar = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*"
    return payload(name, "text/plain", eicar.encode())


def video(folder: Path, name: str, size: str = "320x180") -> Path:
    """Make an MP4 of one second."""
    path = folder / name
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc=size={size}:duration=1"]
    tag = ["-metadata", f"comment={secrets.token_hex(8)}", "-pix_fmt", "yuv420p", str(path)]
    subprocess.run([*command, *tag], check=True)
    return path


def recording(folder: Path, name: str, size_bytes: int) -> Path:
    """Make a WAV of about this size: silence after a first second of its own."""
    path = folder / name
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(secrets.token_bytes(192_000))
        for _ in range(size_bytes // 1_920_000):
            file.writeframes(bytes(1_920_000))
    return path


def hollow(folder: Path, name: str, size_bytes: int) -> Path:
    """Make a file of a size without any contents, for what is refused before a byte moves."""
    path = folder / name
    with path.open("wb") as file:
        file.truncate(size_bytes)
    return path


def animation(name: str) -> FilePayload:
    """Make a GIF or WebP of four frames."""
    frames = [Image.new("RGB", (320, 200), tuple(secrets.token_bytes(3))) for _ in range(4)]
    form = name.rpartition(".")[2]
    file = io.BytesIO()
    frames[0].save(file, form, save_all=True, append_images=frames[1:], duration=200, loop=0)
    return payload(name, f"image/{form}", file.getvalue())


def document(folder: Path, name: str, pages: int) -> Path:
    """Make a PDF whose pages show their numbers; its size is its own."""
    size = (300 + secrets.randbelow(60), 400 + secrets.randbelow(60))
    return Path(media_files.pdf_of_pages(folder / name, pages, size))
