"""What a file may lack costs itself alone, whatever a library raises over it."""

import base64
import io
import struct
from pathlib import Path
from typing import Any

import mutagen.flac
import mutagen.id3
import mutagen.mp4
import mutagen.oggvorbis
import pytest
from PIL import Image

from chalicelib.processing.media import metadata, optional, sandbox, thumbnails
from tests import media_files

HALF_PAIRS = {
    "a high half": "FEFF0050006F007200740020D80000200065006E0064",
    "a low half": "FEFF0050006F00720074DFFF",
    "a half at the end": "FEFF0050D83D",
    "halves in the wrong order": "FEFFDC1FD83D0041",
    "half a character": "FEFF005000",
    "the other end first": "FFFE50006F0000D8",
}


def titled(path: Path, title: str) -> str:
    """A PDF whose title and author are these bytes, in hex."""
    data = Path(media_files.pdf(path)).read_bytes()
    assert b"(Harbour plan)" in data
    path.write_bytes(data.replace(b"(Harbour plan)", f"<{title}> /Author <{title}>".encode()))
    return str(path)


@pytest.mark.parametrize("what", HALF_PAIRS)
def test_a_title_of_half_pairs_costs_no_more_than_the_title(tmp_path: Path, what: str) -> None:
    path = titled(tmp_path / "a.pdf", HALF_PAIRS[what])
    facts = sandbox.run(metadata.read, path, "application/pdf").result
    assert (facts.kind, facts.technical["pages"]) == ("document", 1)
    assert "Hello Reef" in facts.text
    assert all(text.isprintable() for text in facts.embedded.values())
    assert thumbnails.make(path, "application/pdf", {"a": (90, 90)})


def song(path: Path, *frames: Any) -> str:
    media_files.sound(path, 0.5)
    tags = mutagen.id3.ID3(path)  # type: ignore[attr-defined]
    for frame in frames:
        tags.add(frame)
    tags.save(path)
    return str(path)


def cover(content: bytes) -> Any:
    return mutagen.id3.APIC(3, "image/png", 3, "Cover", content)  # type: ignore[attr-defined]


def png(*, side: int = 60) -> bytes:
    packed = io.BytesIO()
    Image.new("RGB", (side, side), "red").save(packed, "PNG")
    return packed.getvalue()


BROKEN_COVERS = {
    "nothing": b"",
    "no picture": b"\0" * 40,
    "a text": b"https://reef.test/cover.png",
    "half a picture": png()[:60],
    "no header": png()[:8] + b"\0\0\0\x01IHDR\0" + png()[21:],
    "a negative size": b"BM"
    + struct.pack("<IHHIIii", 99, 0, 0, 54, 40, -1, -(1 << 31))
    + bytes(40),
    "an unknown compression": b"II*\0\x08\0\0\0\x01\0\x03\x01\x03\0\x01\0\0\0\xff\xff\0\0",
    "a broken profile": png().replace(b"IDAT", b"iCCP", 1),
}


@pytest.mark.parametrize("what", BROKEN_COVERS)
@pytest.mark.parametrize("suffix", ["mp3", "flac", "m4a", "ogg"])
def test_a_broken_cover_costs_no_more_than_the_cover(
    tmp_path: Path, what: str, suffix: str
) -> None:
    content = BROKEN_COVERS[what]
    path = tmp_path / f"a.{suffix}"
    if suffix == "mp3":
        song(path, cover(content))
    else:
        media_files.sound(path, 0.5)
        covered(path, content)
    pictures = sandbox.run(thumbnails.make, str(path), "audio/mpeg", {"a": (90, 90)}).result
    assert (pictures[0].width, pictures[0].height) == (90, 45)  # the sound's own picture
    assert sandbox.run(metadata.read, str(path), "audio/mpeg").result.kind == "audio"


def covered(path: Path, content: bytes) -> None:
    picture: Any = mutagen.flac.Picture()  # type: ignore[no-untyped-call]
    picture.type, picture.mime, picture.data = 3, "image/png", content
    tagged: Any
    if path.suffix == ".flac":
        tagged = mutagen.flac.FLAC(path)
        tagged.add_picture(picture)
    elif path.suffix == ".m4a":
        tagged = mutagen.mp4.MP4(path)
        tagged["covr"] = [mutagen.mp4.MP4Cover(content)]
    else:
        tagged = mutagen.oggvorbis.OggVorbis(path)
        tagged["metadata_block_picture"] = [
            base64.b64encode(picture.write()).decode(),
            "no base64 %%%",
        ]
    tagged.save()


def test_frames_of_a_tag_that_are_cut_short_cost_the_tag_alone(tmp_path: Path) -> None:
    path = song(tmp_path / "a.mp3", mutagen.id3.TIT2(3, ["Low tide"]))  # type: ignore[attr-defined]
    data = bytearray(Path(path).read_bytes())
    at = data.index(b"TIT2")
    for size in (0, 1, 1 << 20, (1 << 28) - 1):
        data[at + 4 : at + 8] = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
        Path(path).write_bytes(data)
        facts = sandbox.run(metadata.read, path, "audio/mpeg").result
        assert (facts.kind, facts.technical["audio_codec"]) == ("audio", "mp3")


def test_a_note_that_points_at_itself_costs_the_note_alone(tmp_path: Path) -> None:
    maker = struct.pack(">HHI4s", 0x010F, 2, 4, b"Ree\0")
    itself = b"".join(struct.pack(">HHII", tag, 4, 1, 8) for tag in (0x8769, 0x8825))
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 3) + maker + itself + struct.pack(">I", 8)
    path = media_files.image_file(tmp_path / "a.jpg", exif=exif)
    facts = sandbox.run(metadata.read, path, "image/jpeg").result
    assert facts.technical["width"] == 640
    assert thumbnails.make(path, "image/jpeg", {"a": (90, 90)})[0].width == 90


@pytest.mark.parametrize(
    "error",
    [KeyError("x"), struct.error(), RecursionError(), MemoryError(), UnicodeError(), OSError(5)],
    ids=lambda error: type(error).__name__,
)
def test_whatever_a_reader_raises_costs_what_it_reads(error: Exception) -> None:
    def fail() -> str:
        raise error

    optional.taken_traces()
    assert optional.read(fail, "nothing") == "nothing"
    (trace,) = optional.taken_traces()
    assert type(error).__name__ in trace
    assert optional.taken_traces() == ()


def test_a_reader_may_be_stopped_all_the_same() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        optional.read(stop, None)
