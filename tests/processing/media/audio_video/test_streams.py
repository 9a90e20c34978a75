"""How long a film is, and whether all of it is there: cut, trimmed, delayed, recorded live."""

import io
import struct
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from chalicelib.processing.media import metadata, thumbnails
from chalicelib.processing.media.audio_video import streams
from chalicelib.processing.problems import Unreadable
from tests import media_files

FILM = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "20", "-pix_fmt", "yuv420p")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Twelve seconds of a moving picture with a tone, a keyframe every two seconds."""
    return media_files.video(tmp_path_factory.mktemp("film") / "film.mp4", 12, "-g", "20")


def duration(path: str, content_type: str = "video/mp4") -> float:
    """Approve a film by both functions; gives how long it is."""
    assert drawn(path, content_type).width == 320
    return float(metadata.read(path, content_type).technical["duration_seconds"])


def drawn(path: str, content_type: str = "video/mp4") -> Image.Image:
    (picture,) = thumbnails.make(path, content_type, {"large": (600, 600)})
    return Image.open(io.BytesIO(picture.data)).convert("RGB")


def frame_at(path: str, seconds: float, folder: Path) -> Image.Image:
    """The frame that a plain, exact seek gives."""
    media_files.ffmpeg(
        "-i", path, "-ss", str(seconds), "-frames:v", "1", "-update", "1", f"{folder}/frame.png"
    )
    with Image.open(folder / "frame.png") as image:
        return image.convert("RGB")


def difference(left: Image.Image, right: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(left, right)).mean) / 3


def with_edits(path: str, track: int, *edits: tuple[float, float | None]) -> str:
    """Give a track an edit list of (seconds shown, second of the media where they begin).

    None begins nowhere: an empty edit, which delays what follows. The movie's scale is 1000.
    """
    data = Path(path).read_bytes()
    at = -1
    for _ in range(track + 1):
        at = data.index(b"edts", at + 1)
    old = int.from_bytes(data[at - 4 : at], "big")
    scale = media_scale(data, at)
    entries = b"".join(
        struct.pack(
            ">IiHH", round(shown * 1000), -1 if begin is None else round(begin * scale), 1, 0
        )
        for shown, begin in edits
    )
    table = struct.pack(">II", 0, len(edits)) + entries
    box = struct.pack(">I4s", 8 + len(table), b"elst") + table
    box = struct.pack(">I4s", 8 + len(box), b"edts") + box
    changed = data[: at - 4] + box + data[at - 4 + old :]
    grown = len(box) - old
    for parent in (data.index(b"moov"), data.rindex(b"trak", 0, at)):
        size = int.from_bytes(data[parent - 4 : parent], "big") + grown
        changed = changed[: parent - 4] + size.to_bytes(4, "big") + changed[parent:]
    written = Path(path).with_name(f"edited-{Path(path).name}")
    written.write_bytes(moved(changed, grown))
    return str(written)


def lasting(path: str, seconds: float) -> str:
    """Write how long the whole movie lasts into its header."""
    data = bytearray(Path(path).read_bytes())
    at = data.index(b"mvhd") + 20
    data[at : at + 4] = round(seconds * 1000).to_bytes(4, "big")
    Path(path).write_bytes(data)
    return path


def media_scale(data: bytes, at: int) -> int:
    header = data.index(b"mdhd", at)
    return int.from_bytes(data[header + 16 : header + 20], "big")


def moved(data: bytes, grown: int) -> bytes:
    """Let every chunk offset follow the media, which lies behind `moov`."""
    changed, at = bytearray(data), -1
    assert data.index(b"moov") < data.index(b"mdat")
    while (at := data.find(b"stco", at + 1)) >= 0:
        for index in range(int.from_bytes(data[at + 8 : at + 12], "big")):
            place = at + 12 + 4 * index
            offset = int.from_bytes(data[place : place + 4], "big") + grown
            changed[place : place + 4] = offset.to_bytes(4, "big")
    return bytes(changed)


def test_a_film_cut_without_encoding_is_as_long_as_its_cut(film: str, tmp_path: Path) -> None:
    for container, kind in (("mp4", "video/mp4"), ("mov", "video/quicktime")):
        path = media_files.ffmpeg(
            "-ss", "3.7", "-i", film, "-t", "5.1", "-c", "copy", f"{tmp_path}/cut.{container}"
        )
        assert duration(path, kind) == pytest.approx(5.1, abs=0.35)
        assert "frames" not in metadata.read(path, kind).technical


def test_a_trimmed_film_shows_what_its_edit_list_lets_through(film: str, tmp_path: Path) -> None:
    """As QuickTime's Trim writes it: all samples stay, the edit list names four seconds."""
    silent = media_files.ffmpeg(
        "-i", film, "-an", "-c", "copy", "-movflags", "+faststart", f"{tmp_path}/silent.mp4"
    )
    trimmed = with_edits(silent, 0, (4, 5))
    assert duration(trimmed) == 4.0  # although the header still says twelve
    assert duration(lasting(trimmed, 4)) == 4.0
    poster = drawn(trimmed)
    right, wrong = (frame_at(silent, second, tmp_path) for second in (5.4, 0.4))
    assert difference(poster, right) < 6 < difference(poster, wrong)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (((2.0, 1.0), (3.0, 6.0)), 5.0),
        (((1.5, None), (4.0, 2.0)), 5.5),
        (((10.5, 1.5),), 10.5),
        (((2.5, 0.0),), 2.5),
        (((0.3, 11.7),), 0.3),
    ],
    ids=["two pieces", "delayed", "without its beginning", "without its end", "its last moment"],
)
def test_edit_lists_of_every_shape(
    film: str, tmp_path: Path, edits: tuple[tuple[float, float | None], ...], expected: float
) -> None:
    silent = media_files.ffmpeg(
        "-i", film, "-an", "-c", "copy", "-movflags", "+faststart", f"{tmp_path}/silent.mp4"
    )
    edited = lasting(with_edits(silent, 0, *edits), expected)
    assert duration(edited) == pytest.approx(expected, abs=0.11)


def test_sound_may_be_longer_than_the_trimmed_picture(film: str) -> None:
    trimmed = with_edits(film, 0, (4, 5))
    assert duration(trimmed) == pytest.approx(12, abs=0.1)
    both = with_edits(trimmed, 1, (3, 2))
    assert duration(both) == pytest.approx(4, abs=0.1)


def test_a_stream_that_starts_late(film: str, tmp_path: Path) -> None:
    path = media_files.ffmpeg(
        *("-itsoffset", "1.5", "-i", film, "-i", film, "-map", "0:v", "-map", "1:a"),
        *("-c", "copy", f"{tmp_path}/late.mp4"),
    )
    assert duration(path) == pytest.approx(13.5, abs=0.1)


def test_a_sound_with_priming_is_as_long_as_one_hears(tmp_path: Path) -> None:
    path = media_files.sound(tmp_path / "a.m4a", 3, "-c:a", "aac")
    assert metadata.read(path, "audio/mp4").technical["duration_seconds"] == pytest.approx(
        3, abs=0.03
    )


@pytest.mark.parametrize("flags", ["frag_keyframe+empty_moov", "frag_keyframe+default_base_moof"])
def test_a_fragmented_film(film: str, tmp_path: Path, flags: str) -> None:
    path = media_files.ffmpeg("-i", film, "-c", "copy", "-movflags", flags, f"{tmp_path}/a.mp4")
    assert duration(path) == pytest.approx(12, abs=0.1)
    with pytest.raises(Unreadable):
        duration(media_files.cut(path, 0.5))


def test_a_film_of_uneven_frames(tmp_path: Path) -> None:
    for suffix, kind in ((".mp4", "video/mp4"), (".webm", "video/webm")):
        codec = FILM if suffix == ".mp4" else ("-c:v", "libvpx", "-deadline", "realtime")
        path = media_files.ffmpeg(
            *("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10:duration=9"),
            *("-vf", r"select='lt(n\,20)+not(mod(n\,15))'", "-vsync", "vfr", *codec),
            f"{tmp_path}/uneven{suffix}",
        )
        assert duration(path, kind) == pytest.approx(8, abs=1.6)


def test_a_live_recording_without_a_duration_is_read_to_its_end(tmp_path: Path, film: str) -> None:
    live = media_files.ffmpeg(
        *("-i", film, "-c:v", "libvpx", "-deadline", "realtime", "-an"),
        *("-f", "webm", "-live", "1", f"{tmp_path}/live.webm"),
    )
    assert streams._ffprobe(live, "-show_format")["format"].get("duration") is None
    assert duration(live, "video/webm") == pytest.approx(12, abs=0.1)


def test_what_a_trimmed_film_leaves_out_at_its_end_need_not_be_there(
    film: str, tmp_path: Path
) -> None:
    silent = media_files.ffmpeg(
        "-i", film, "-an", "-c", "copy", "-movflags", "+faststart", f"{tmp_path}/silent.mp4"
    )
    assert duration(media_files.cut(with_edits(silent, 0, (3, 1)), 0.7)) == 3
    with pytest.raises(Unreadable):
        duration(media_files.cut(with_edits(silent, 0, (3, 8)), 0.7))


@pytest.mark.parametrize("said", [float("nan"), float("inf"), -5.0, 0.0, 1e300])
@pytest.mark.parametrize(
    ("suffix", "content_type", "mark"),
    [
        (".flv", "video/x-flv", b"duration\0"),
        (".mkv", "video/x-matroska", b"\x44\x89\x88"),
    ],
)
def test_a_duration_that_makes_no_sense_is_not_believed(
    tmp_path: Path, suffix: str, content_type: str, mark: bytes, said: float
) -> None:
    path = Path(media_files.video(tmp_path / f"a{suffix}", 1))
    data = path.read_bytes()
    at = data.index(mark) + len(mark)
    path.write_bytes(data[:at] + struct.pack(">d", said) + data[at + 8 :])
    facts = metadata.read(str(path), content_type)
    assert facts.technical["duration_seconds"] == pytest.approx(1, abs=0.1)
    assert thumbnails.make(str(path), content_type, {"only": (150, 150)})[0].width == 150


def test_a_film_of_no_duration_is_as_long_as_its_packets(tmp_path: Path) -> None:
    path = Path(media_files.video(tmp_path / "a.mp4", 1))
    data = bytearray(path.read_bytes())
    for name, behind in ((b"mvhd", 20), (b"tkhd", 24), (b"mdhd", 20)):
        at = data.index(name) + behind
        data[at : at + 4] = bytes(4)
    path.write_bytes(data)
    facts = metadata.read(str(path), "video/mp4")
    assert facts.technical["duration_seconds"] == pytest.approx(1, abs=0.1)


def test_a_film_without_a_size_has_that_of_its_pictures_or_none(tmp_path: Path) -> None:
    path = Path(media_files.video(tmp_path / "a.mp4", 1))
    data = bytearray(path.read_bytes())
    entry = data.index(b"avc1", data.index(b"stsd")) + 28
    data[entry : entry + 4] = bytes(4)
    shown = data.index(b"tkhd") + 80
    data[shown : shown + 8] = bytes(8)
    path.write_bytes(data)
    technical = metadata.read(str(path), "video/mp4").technical
    assert (technical["width"], technical["height"]) == (320, 240)
    raw = ("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=5:duration=1", "-c:v", "rawvideo")
    bare = Path(media_files.ffmpeg(*raw, str(tmp_path / "a.avi")))
    sized, none = (struct.pack("<4sIIii", b"strf", 40, 40, side, side) for side in (64, 0))
    bare.write_bytes(bare.read_bytes().replace(sized, none))
    with pytest.raises(Unreadable, match="no pictures"):
        thumbnails.make(str(bare), "video/x-msvideo", {"only": (150, 150)})
