"""A sound's picture is its cover, else its waveform."""

import base64
import io
from pathlib import Path

import mutagen.flac
import mutagen.id3
import mutagen.mp4
import mutagen.oggvorbis
import pytest
from PIL import Image

from chalicelib.processing.media import thumbnails
from chalicelib.processing.media.pictures.encoding import Picture
from chalicelib.processing.problems import Unreadable
from tests import media_files

SIZES = {"small": (150, 150), "large": (600, 600)}


def made(path: str, content_type: str = "audio/mpeg") -> list[Picture]:
    return thumbnails.make(path, content_type, SIZES)


def colour(picture: Picture, x: float = 0.5, y: float = 0.5) -> tuple[int, ...]:
    image = Image.open(io.BytesIO(picture.data)).convert("RGB")
    seen = image.getpixel((int(image.width * x), int(image.height * y)))
    assert isinstance(seen, tuple)
    return seen


def cover(colour: str = "lime") -> bytes:
    encoded = io.BytesIO()
    Image.new("RGB", (400, 400), colour).save(encoded, "PNG")
    return encoded.getvalue()


def with_cover(path: str, data: bytes) -> str:
    """Put a back cover and then the given front cover into a sound file."""
    suffix = Path(path).suffix
    if suffix == ".mp3":
        tags = mutagen.id3.ID3(path)
        for kind, picture in ((4, cover("red")), (3, data)):
            tags.add(mutagen.id3.APIC(mime="image/png", type=kind, desc=str(kind), data=picture))
        tags.save()
    elif suffix == ".m4a":
        movie = mutagen.mp4.MP4(path)
        movie["covr"] = [mutagen.mp4.MP4Cover(data, mutagen.mp4.MP4Cover.FORMAT_PNG)]
        movie.save()
    else:
        picture = mutagen.flac.Picture()
        picture.type, picture.mime, picture.data = 3, "image/png", data
        vorbis = mutagen.oggvorbis.OggVorbis(path)
        vorbis["metadata_block_picture"] = [base64.b64encode(picture.write()).decode()]
        vorbis.save()
    return path


@pytest.mark.parametrize(
    ("suffix", "content_type"),
    [(".mp3", "audio/mpeg"), (".m4a", "audio/mp4"), (".ogg", "audio/ogg")],
)
def test_the_front_cover_is_shown(tmp_path: Path, suffix: str, content_type: str) -> None:
    options = ["-c:a", "libvorbis"] if suffix == ".ogg" else []
    path = with_cover(media_files.sound(tmp_path / f"a{suffix}", 1, *options), cover())
    large = made(path, content_type)[1]
    assert (large.width, large.height) == (400, 400)
    red, green, _ = colour(large)
    assert green > 200 > red


@pytest.mark.parametrize("suffix", [".mp3", ".wav", ".ogg"])
def test_without_a_cover_the_waveform_is_drawn(tmp_path: Path, suffix: str) -> None:
    types = {".mp3": "audio/mpeg", ".wav": "audio/wav", ".ogg": "audio/ogg"}
    small, large = made(media_files.sound(tmp_path / f"a{suffix}"), types[suffix])
    assert (small.width, small.height) == (150, 75)
    assert (large.width, large.height) == (600, 300)
    assert colour(large, 0.5, 0.02) != colour(large, 0.5, 0.5)


def test_the_waveform_follows_the_loudness(tmp_path: Path) -> None:
    path = media_files.sound(tmp_path / "a.wav", 4, "-af", "volume='if(lt(t,2),0.02,1)':eval=frame")
    large = Image.open(io.BytesIO(made(path, "audio/wav")[1].data)).convert("L")
    dark = [sum(large.getpixel((x, y)) < 200 for y in range(300) for x in xs) for xs in halves()]  # type: ignore[operator]
    assert dark[1] > 5 * dark[0]


def halves() -> tuple[range, range]:
    return range(20, 280), range(320, 580)


def test_silence_is_a_line(tmp_path: Path) -> None:
    large = made(media_files.silent_wav(tmp_path / "a.wav"), "audio/wav")[1]
    assert (large.width, large.height) == (600, 300)


def test_a_broken_cover_gives_way_to_the_waveform(tmp_path: Path) -> None:
    path = with_cover(media_files.sound(tmp_path / "a.mp3"), cover()[:60])
    assert (made(path)[1].width, made(path)[1].height) == (600, 300)


def test_a_cover_that_is_a_bomb_gives_way_to_the_waveform(tmp_path: Path) -> None:
    bomb = Path(media_files.bomb_png(tmp_path / "bomb.png")).read_bytes()
    path = with_cover(media_files.sound(tmp_path / "a.mp3"), bomb)
    assert (made(path)[1].width, made(path)[1].height) == (600, 300)


def test_what_is_no_sound_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"words, nothing but words " * 50)
    with pytest.raises(Unreadable):
        made(str(path))


def test_a_sound_that_cannot_be_decoded_is_unreadable_with_and_without_a_cover(
    tmp_path: Path,
) -> None:
    data = bytearray(Path(media_files.sound(tmp_path / "a.m4a", 3)).read_bytes())
    begin = data.index(b"mdat") + 4
    size = int.from_bytes(data[begin - 8 : begin - 4], "big") - 8
    data[begin : begin + size] = b"\xff" * size
    path = tmp_path / "noise.m4a"
    path.write_bytes(data)
    for cover in (False, True):
        if cover:
            tagged = mutagen.mp4.MP4(path)
            picture = Path(media_files.image_file(tmp_path / "c.jpg")).read_bytes()
            tagged["covr"] = [mutagen.mp4.MP4Cover(picture)]
            tagged.save()
        with pytest.raises(Unreadable, match="cannot be decoded"):
            thumbnails.make(str(path), "audio/mp4", SIZES)


def test_a_sound_too_short_for_a_sample_has_its_types_card(tmp_path: Path) -> None:
    """Opus leaves its first samples out; these are all that there is."""
    path = media_files.sound(tmp_path / "a.opus", 0.001, "-c:a", "libopus")
    assert thumbnails.make(path, "audio/ogg", SIZES)[-1].width > 0
