"""Masters of real films of every awkward kind, proved by ffprobe; and films that have none."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from chalicelib.processing.conversion import films, splitting, transcoding
from chalicelib.processing.conversion.transcoding import Film
from chalicelib.processing.media.audio_video import clips, streams
from chalicelib.processing.media.audio_video.streams import Probe
from chalicelib.processing.problems import ProcessingTimeout, Unreadable
from tests import media_files
from tests.processing.media.audio_video.test_colours import HEVC, difference, hdr, poster

H264 = ("-c:v", "libx264", "-preset", "ultrafast")
YUV = (*H264, "-pix_fmt", "yuv420p")
MPEG2 = ("-c:v", "mpeg2video", "-q:v", "2")
AS_709 = ("-vf", "scale=out_color_matrix=bt709")


def pictures(seconds: float = 1, size: str = "64x48", rate: int = 10) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}")


def tone(seconds: float = 1, layout: str = "mono") -> tuple[str, ...]:
    channels = "|".join(["sin(880*t)"] * {"mono": 1, "5.1": 6}[layout])
    return ("-f", "lavfi", "-i", f"aevalsrc={channels}:c={layout}:s=48000:d={seconds}")


def odd_sizes(path: Path) -> str:
    return media_files.ffmpeg(*pictures(size="65x49"), *H264, "-pix_fmt", "yuv444p", f"{path}.mp4")


def turned(path: Path) -> str:
    plain = media_files.ffmpeg(*pictures(), *YUV, f"{path}-plain.mp4")
    turn = ("-c", "copy", "-metadata:s:v:0", "rotate=90")
    return media_files.ffmpeg("-i", plain, *turn, f"{path}.mp4")


def trimmed(path: Path) -> str:
    """Cut without encoding, so that an edit list hides what precedes."""
    film = media_files.ffmpeg(
        *pictures(4), *tone(4), *YUV, "-g", "20", "-c:a", "aac", f"{path}.mp4"
    )
    return media_files.ffmpeg("-ss", "1.5", "-i", film, "-c", "copy", f"{path}-trimmed.mp4")


def uneven(path: Path) -> str:
    """Now sixty frames a second, now four, as a recording of a screen has them."""
    some = ("-vf", r"select='lt(n\,20)+not(mod(n\,15))'", "-vsync", "vfr")
    return media_files.ffmpeg(*pictures(3, rate=60), *some, *YUV, f"{path}.mp4")


def ten_bit(path: Path) -> str:
    return media_files.ffmpeg(*pictures(), *H264, "-pix_fmt", "yuv420p10le", f"{path}.mp4")


def interlaced(path: Path) -> str:
    woven = ("-vf", "tinterlace=interleave_top,fieldorder=tff", "-flags", "+ilme+ildct")
    return media_files.ffmpeg(
        *pictures(2, rate=20), *woven, "-c:v", "mpeg4", "-top", "1", f"{path}.mov"
    )


def surround(path: Path) -> str:
    return media_files.ffmpeg(*pictures(), *tone(1, "5.1"), *YUV, "-c:a", "aac", f"{path}.mp4")


def silent(path: Path) -> str:
    return media_files.ffmpeg(*pictures(), "-c:v", "mpeg4", f"{path}.avi")


def covered(path: Path) -> str:
    cover = media_files.image_file(path.with_suffix(".jpg"), Image.new("RGB", (90, 90), "red"))
    film = media_files.ffmpeg(*pictures(), *tone(), *YUV, "-c:a", "aac", f"{path}-film.mp4")
    both = ("-i", cover, "-i", film, "-map", "0", "-map", "1", "-c", "copy")
    return media_files.ffmpeg(*both, "-disposition:v:0", "attached_pic", f"{path}.mp4")


def late_index(path: Path) -> str:
    return media_files.ffmpeg(*pictures(3), *tone(3), *YUV, "-c:a", "aac", f"{path}.mp4")


def fast(path: Path) -> str:
    return media_files.ffmpeg(*pictures(rate=60), *YUV, f"{path}.mp4")


CASES: list[tuple[Callable[[Path], str], str, tuple[int, int], float, int | None]] = [
    (odd_sizes, "transcode", (64, 48), 1.0, None),
    (turned, "transcode", (48, 64), 1.0, None),
    (trimmed, "transcode", (64, 48), 2.5, 1),
    (uneven, "transcode", (64, 48), 3.0, None),
    (ten_bit, "transcode", (64, 48), 1.0, None),
    (interlaced, "transcode", (64, 48), 2.0, None),
    (surround, "transcode", (64, 48), 1.0, 2),
    (silent, "transcode", (64, 48), 1.0, None),
    (covered, "remux", (64, 48), 1.0, 1),
    (late_index, "remux", (64, 48), 3.0, 1),
    (fast, "transcode", (64, 48), 1.0, None),
]
"""What is made, what its plan comes to, and the master's size, length and channels of sound."""


def master(source: str, target: Path, content_type: str = "video/mp4") -> Film:
    return transcoding.make_master(source, content_type, str(target), 60.0)


def probed(path: Path) -> Probe:
    """See that a file is a master, and tell its streams."""
    found = streams.probe(str(path))
    with path.open("rb") as file:
        first = films.index_is_first(file)
    assert films.plan(found, index_first=first, is_mp4=True).deed == "keep"
    return found


@pytest.mark.parametrize(
    ("make", "deed", "size", "seconds", "channels"), CASES, ids=[case[0].__name__ for case in CASES]
)
def test_every_kind_of_film_has_a_master(
    tmp_path: Path,
    make: Callable[[Path], str],
    deed: str,
    size: tuple[int, int],
    seconds: float,
    channels: int | None,
) -> None:
    target = tmp_path / "made.mp4"
    made = master(make(tmp_path / "a"), target)
    assert (made.deed, (made.width, made.height)) == (deed, size)
    found = probed(target)
    assert found.duration_seconds == pytest.approx(seconds, abs=0.35)
    assert len(found.streams) == (1 if channels is None else 2)
    sound = found.first("audio")
    assert (sound.channels if sound else None) == channels


def frames(path: str | Path) -> str:
    """Return the hash of each encoded stream of a film."""
    of_all = ("-map", "0", "-c", "copy", "-f", "streamhash", "-hash", "sha256")
    return media_files.ffmpeg("-i", str(path), *of_all, f"{path}.txt")


@pytest.mark.parametrize("room", ["enough", "too little", "unknown"])
def test_an_index_that_comes_last_is_written_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: str
) -> None:
    source, target = late_index(tmp_path / "a"), tmp_path / "made.mp4"
    written: list[dict[str, Any]] = []
    real = transcoding.run

    def run(outputs: Any, path: str, options: dict[str, Any], seconds: float) -> None:
        written.append(options)
        real(outputs, path, options, seconds)

    monkeypatch.setattr(transcoding, "run", run)
    if room == "too little":
        monkeypatch.setattr(films, "bytes_behind_frames", lambda *_: 100)
        monkeypatch.setattr(transcoding, "_INDEX_SLACK_BYTES", 0)
    if room == "unknown":
        monkeypatch.setattr(transcoding, "_LONGEST_INDEX_BYTES", 10)
    assert master(source, target).deed == "remux"
    probed(target)
    at_once = ["moov_size" in options for options in written]
    assert at_once == {"enough": [True], "too little": [True, False], "unknown": [False]}[room]
    assert Path(frames(source)).read_text() == Path(frames(target)).read_text()


def box(name: bytes, content: bytes = b"", length: int | None = None) -> bytes:
    said = len(content) + 8 if length is None else length
    return said.to_bytes(4, "big") + name + content


@pytest.mark.parametrize(
    ("data", "behind"),
    [
        (box(b"ftyp", b"isom") + box(b"mdat", b"12345") + box(b"moov", b"123"), 11),
        (box(b"mdat", b"12345"), 0),
        (box(b"mdat", (20).to_bytes(8, "big") + b"1234", 1) + b"12345", 5),
        (box(b"mdat", b"12345", 0), None),
        (box(b"mdat", b"12345", 99), None),
        (box(b"ftyp", b"isom", 0) + box(b"mdat"), None),
        (box(b"ftyp", b"isom"), None),
        (b"", None),
    ],
)
def test_what_lies_behind_the_frames_may_be_the_index(data: bytes, behind: int | None) -> None:
    assert films.bytes_behind_frames(io.BytesIO(data), len(data)) == behind


COLOURS: dict[str, tuple[str, tuple[str, ...]]] = {
    "HD that says nothing": ("1280x720", ("-c:v", "mpeg4", "-q:v", "2")),
    "SD that says nothing": ("640x360", ("-c:v", "mpeg4", "-q:v", "2")),
    "HD that says BT.601": ("1280x720", (*MPEG2, "-colorspace", "smpte170m")),
    "HD that says BT.709": ("1280x720", (*AS_709, *MPEG2, "-colorspace", "bt709")),
    "SD that says BT.709": ("640x360", (*AS_709, *MPEG2, "-colorspace", "bt709")),
    "full range": ("640x360", ("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p")),
    "HDR": ("640x360", (*hdr("smpte2084"), *HEVC)),
}


@pytest.mark.parametrize("name", COLOURS)
def test_a_master_and_a_clip_have_the_colours_of_their_film(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("STRIP_SECONDS", "ENCODING_SECONDS"):
        monkeypatch.setattr(clips, limit, 300.0)
    size, options = COLOURS[name]
    bars = ("-f", "lavfi", "-i", f"smptebars=size={size}:rate=10:duration=3")
    source = media_files.ffmpeg(*bars, *options, f"{tmp_path}/a.mkv")
    before = poster(source, "video/x-matroska")
    assert master(source, tmp_path / "made.mp4", "video/x-matroska").deed == "transcode"
    assert difference(poster(f"{tmp_path}/made.mp4", "video/mp4"), before) < 2
    clip = clips.short(source, streams.probe(source))
    assert clip is not None
    (tmp_path / "clip.mp4").write_bytes(clip.data)
    assert difference(poster(f"{tmp_path}/clip.mp4", "video/mp4"), before) < 2
    strip = clips.strip(source, streams.probe(source))
    assert strip is not None
    with Image.open(io.BytesIO(strip.data)) as stills:
        first = stills.crop((0, 0, stills.width // clips.STILLS, stills.height))
        assert difference(first, before.resize(first.size)) < 6


def test_a_clip_that_breaks_in_the_middle_has_none(tmp_path: Path) -> None:
    whole = media_files.video(tmp_path / "a.mkv", 8, size="64x48")
    with pytest.raises(Unreadable, match=r"breaks off: \d of its 8 seconds"):
        master(media_files.cut(whole, 0.5), tmp_path / "made.mp4")


def test_a_codec_that_ffmpeg_lacks_is_said_to_be_so(tmp_path: Path) -> None:
    film = Path(media_files.ffmpeg(*pictures(), *YUV, f"{tmp_path}/a.mp4"))
    strange = film.read_bytes().replace(b"avc1\0", b"zzz9\0").replace(b"avcC", b"zzzC")
    film.write_bytes(strange)
    with pytest.raises(Unreadable, match=r"Export it again as H\.264"):
        master(str(film), tmp_path / "made.mp4")


def test_a_full_disk_is_the_machines_trouble_and_not_the_films(tmp_path: Path) -> None:
    film = media_files.ffmpeg(*pictures(), *YUV, f"{tmp_path}/a.mp4")
    with pytest.raises(OSError, match="No space left"):
        master(film, Path("/dev/full"))


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    film = media_files.ffmpeg(*pictures(5, "640x480"), "-c:v", "mpeg4", f"{tmp_path}/a.avi")
    with pytest.raises(ProcessingTimeout):
        transcoding.make_master(film, "video/x-msvideo", f"{tmp_path}/made.mp4", 0.01)


def test_sound_alone_has_no_master(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no pictures"):
        master(media_files.sound(tmp_path / "a.m4a"), tmp_path / "made.mp4")


def test_three_hours_are_divided_and_what_is_beyond_is_refused_with_the_reason(
    tmp_path: Path,
) -> None:
    slow = pictures(10_800, "16x16", 1)
    film = media_files.ffmpeg(*slow, "-c:v", "mpeg4", "-g", "600", f"{tmp_path}/a.avi")
    found = splitting.divide(film, "video/x-msvideo", 240.0, hevc=False)
    assert (found.segments, found.frames, found.has_sound) == (45, 240, False)
    with pytest.raises(Unreadable, match=r"too long: 2\.7 hours"):
        splitting.divide(film, "video/x-msvideo", 40.0, hevc=False)
