"""Makes sample files of several kinds with Pillow and ffmpeg."""

import math
import subprocess
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw

_BLUE, _SAND, _CORAL = (16, 78, 139), (238, 214, 175), (255, 114, 86)

_EICAR = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test virus of the antivirus makers, in two pieces so that this file is none."""

_PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=4"]
_SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:duration=4"]


class Sample(NamedTuple):
    """A file and what an uploader says of it."""

    path: Path
    content_type: str
    title: str


def make(folder: Path) -> list[Sample]:
    """Make all samples in a folder.

    Raises:
        subprocess.CalledProcessError: ffmpeg failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sunset = _sunset(1600, 1000)
    sunset.save(folder / "sunset.jpg", quality=88)
    _tall_photo(folder / "sideways.jpg")
    _badge().save(folder / "badge.png")
    _ripples(folder / "ripples.gif")
    sunset.resize((800, 500)).save(folder / "postcard.webp")
    sunset.convert("RGB").save(
        folder / "brochure.pdf", save_all=True, append_images=[_sunset(1000, 1600)]
    )
    (folder / "welcome.txt").write_text("Welcome to Reef.\n\nOne library behind many screens.\n")
    (folder / "infected.txt").write_text(_EICAR)
    _ffmpeg(folder / "clip.mp4", *_PICTURE, *_SOUND, "-pix_fmt", "yuv420p", "-c:a", "aac")
    _ffmpeg(folder / "loop.webm", *_PICTURE, "-c:v", "libvpx", "-b:v", "500k")
    _ffmpeg(folder / "tone.mp3", *_SOUND)
    _ffmpeg(folder / "tone.wav", *_SOUND)
    return [
        Sample(folder / "sunset.jpg", "image/jpeg", "Sunset over the reef"),
        Sample(folder / "sideways.jpg", "image/jpeg", "A photo taken sideways"),
        Sample(folder / "badge.png", "image/png", "A badge with transparency"),
        Sample(folder / "ripples.gif", "image/gif", "Ripples, animated"),
        Sample(folder / "postcard.webp", "image/webp", "Postcard"),
        Sample(folder / "brochure.pdf", "application/pdf", "Brochure of two pages"),
        Sample(folder / "welcome.txt", "text/plain", "Welcome"),
        Sample(folder / "clip.mp4", "video/mp4", "Clip with sound"),
        Sample(folder / "loop.webm", "video/webm", "Silent loop"),
        Sample(folder / "tone.mp3", "audio/mpeg", "Tone"),
        Sample(folder / "tone.wav", "audio/wav", "Tone, uncompressed"),
        Sample(folder / "infected.txt", "text/plain", "A file with the EICAR test virus"),
    ]


def _sunset(width: int, height: int) -> Image.Image:
    mask = Image.linear_gradient("L").resize((width, height))
    picture = Image.composite(
        Image.new("RGB", (width, height), _BLUE), Image.new("RGB", (width, height), _SAND), mask
    )
    draw = ImageDraw.Draw(picture)
    radius = min(width, height) // 6
    centre = (width // 2, height // 2)
    draw.ellipse(
        (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius),
        fill=_CORAL,
    )
    for wave in range(6):
        level = height * (0.62 + wave * 0.06)
        points = [(x, level + 10 * math.sin(x / 60 + wave)) for x in range(0, width + 10, 10)]
        draw.line(points, fill=_SAND, width=3)
    return picture


def _tall_photo(path: Path) -> None:
    """Write a tall photo as a camera held sideways does: lying on its side, with a note to turn."""
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: to be turned clockwise by a quarter.
    exif[0x010F] = "Reef demo camera"
    lying = _sunset(800, 1200).transpose(Image.Transpose.ROTATE_90)
    lying.save(path, quality=88, exif=exif)


def _badge() -> Image.Image:
    badge = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    draw = ImageDraw.Draw(badge)
    draw.ellipse((20, 20, 380, 380), fill=(*_BLUE, 255))
    draw.ellipse((90, 90, 310, 310), fill=(*_CORAL, 128))
    return badge


def _ripples(path: Path) -> None:
    frames = []
    for step in range(12):
        frame = Image.new("RGB", (240, 240), _BLUE)
        draw = ImageDraw.Draw(frame)
        for ring in range(4):
            radius = (step * 10 + ring * 30) % 120
            box = (120 - radius, 120 - radius, 120 + radius, 120 + radius)
            draw.ellipse(box, outline=_SAND, width=3)
        frames.append(frame)
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=80, loop=0)


def _ffmpeg(path: Path, *arguments: str) -> None:
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *arguments, str(path)]
    subprocess.run(command, check=True)
