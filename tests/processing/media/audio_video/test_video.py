"""Posters of videos, and containers that try to reach other files."""

import io
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from chalicelib.processing.media import metadata, thumbnails
from chalicelib.processing.media.pictures.encoding import Picture
from chalicelib.processing.problems import TooLargeToDecode, Unreadable
from tests import media_files

SIZES = {"small": (150, 150), "large": (600, 600)}
TYPES = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".avi": "video/x-msvideo",
    ".mkv": "video/x-matroska",
    ".wmv": "video/x-ms-wmv",
    ".flv": "video/x-flv",
}


def made(source: str, content_type: str = "video/mp4") -> list[Picture]:
    return thumbnails.make(source, content_type, SIZES)


def decoded(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.data)).convert("RGB")


@contextmanager
def served(
    handler: type[BaseHTTPRequestHandler] | partial[BaseHTTPRequestHandler],
) -> Iterator[str]:
    """An HTTP server on this machine; gives its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("suffix", TYPES)
def test_every_container_has_a_poster(tmp_path: Path, suffix: str) -> None:
    path = media_files.video(tmp_path / f"a{suffix}", 1)
    pictures = made(path, TYPES[suffix])
    assert [(p.name, p.width, p.height) for p in pictures] == [
        ("small", 150, 112),
        ("large", 320, 240),
    ]
    assert len(decoded(pictures[1]).getcolors(100_000) or []) > 100


def test_a_turned_video_comes_out_upright(tmp_path: Path) -> None:
    plain = media_files.video(tmp_path / "a.mp4", 1)
    turned = media_files.ffmpeg(
        "-i", plain, "-c", "copy", "-metadata:s:v:0", "rotate=90", str(tmp_path / "turned.mp4")
    )
    assert [(p.width, p.height) for p in made(turned)] == [(112, 150), (240, 320)]
    assert metadata.read(turned, "video/mp4").technical["width"] == 240


def test_pixels_that_are_not_square_are_shown_wide(tmp_path: Path) -> None:
    path = media_files.video(tmp_path / "a.mp4", 1, "-aspect", "16:9")
    assert [(p.width, p.height) for p in made(path)] == [(150, 84), (427, 240)]


def test_the_poster_is_not_the_black_beginning(tmp_path: Path) -> None:
    path = media_files.ffmpeg(
        *("-f", "lavfi", "-i", "color=black:size=320x240:rate=10:duration=0.5"),
        *("-f", "lavfi", "-i", "color=red:size=320x240:rate=10:duration=19.5"),
        *("-filter_complex", "concat=n=2", "-c:v", "libx264", "-preset", "ultrafast"),
        str(tmp_path / "fade.mp4"),
    )
    red, green, blue = decoded(made(path)[0]).getpixel((75, 50))  # type: ignore[misc]
    assert red > 200
    assert green + blue < 60


def test_a_video_of_one_frame(tmp_path: Path) -> None:
    still = media_files.video(tmp_path / "a.mp4", 0.1)
    assert made(still)[1].width == 320


def test_a_container_with_sound_alone_is_audio(tmp_path: Path) -> None:
    path = media_files.sound(tmp_path / "a.mp4", 1, "-c:a", "aac")
    assert metadata.read(path, "video/mp4").kind == "audio"
    assert [(p.width, p.height) for p in made(path)] == [(150, 75), (600, 300)]


@pytest.mark.parametrize("suffix", TYPES)
@pytest.mark.parametrize("share", [0.05, 0.6])
def test_a_truncated_video_is_unreadable(tmp_path: Path, suffix: str, share: float) -> None:
    path = media_files.cut(media_files.video(tmp_path / f"a{suffix}", 12), share)
    with pytest.raises(Unreadable):
        made(path, TYPES[suffix])
    with pytest.raises(Unreadable):
        metadata.read(path, TYPES[suffix])


def test_a_slide_show_of_slow_frames_is_complete(tmp_path: Path) -> None:
    path = media_files.ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=1/10:duration=40"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"),
        str(tmp_path / "slides.mp4"),
    )
    assert made(path)[1].width == 320
    assert metadata.read(path, "video/mp4").technical["duration_seconds"] == 40


def test_noise_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\0\0\0\x18ftypisom" + bytes(range(256)) * 40)
    with pytest.raises(Unreadable):
        made(str(path))


def test_frames_of_too_many_pixels_are_not_decoded(tmp_path: Path) -> None:
    """An AVI's header tells the size: behind "strf" its length, 40 again, width, height."""
    path = Path(media_files.ffmpeg(*SMALL_RAW, str(tmp_path / "huge.avi")))
    data = path.read_bytes()
    small = struct.pack("<4sIIii", b"strf", 40, 40, 64, 64)
    assert small in data
    path.write_bytes(data.replace(small, struct.pack("<4sIIii", b"strf", 40, 40, 12_000, 6_000)))
    with pytest.raises(TooLargeToDecode, match="12000 by 6000"):
        made(str(path), "video/x-msvideo")


SMALL_RAW = ("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=5:duration=1", "-c:v", "rawvideo")


def test_a_url_is_read_in_place(tmp_path: Path) -> None:
    media_files.video(tmp_path / "a.mp4", 1)
    media_files.sound(tmp_path / "a.mp3", 1)
    with served(partial(QuietFiles, directory=str(tmp_path))) as address:
        assert made(f"{address}/a.mp4?X-Amz-Signature=1")[1].width == 320
        assert made(f"{address}/a.mp3", "audio/mpeg")[1].width == 600
        facts = metadata.read(f"{address}/a.mp4", "video/mp4")
    assert (facts.kind, facts.technical["height"]) == ("video", 240)


def test_a_path_is_never_an_option_or_a_protocol(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-i.mp4", "concat:a.mp4", "%d.mp4"):
        media_files.video(tmp_path / "a.mp4", 0.5)
        Path("a.mp4").rename(name)
        assert made(name)[1].width == 320


class QuietFiles(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return


class Trap(BaseHTTPRequestHandler):
    """Notes who comes; no file that is only looked at may ever fetch anything."""

    visits: list[str] = []

    def do_GET(self) -> None:
        self.visits.append(self.path)
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        return


HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXT-X-MEDIA-SEQUENCE:0\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{HLS}#EXTINF:0.5,\nother.mp4\n#EXT-X-ENDLIST\n",
        f"{HLS}#EXTINF:0.5,\nother.ts\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile other.mp4\n",
    ],
)
def test_a_playlist_named_mp4_shows_no_other_file(tmp_path: Path, text: str) -> None:
    """Without the whitelist of formats each of these gives a picture of its neighbour."""
    media_files.video(tmp_path / "other.mp4", 0.5)
    media_files.ffmpeg("-i", f"{tmp_path}/other.mp4", "-c", "copy", f"{tmp_path}/other.ts")
    path = tmp_path / "playlist.mp4"
    path.write_text(text)
    assert_unreadable(str(path))


@pytest.mark.parametrize(
    "text",
    [
        HLS + "#EXTINF:5,\n{trap}/leak.ts\n#EXT-X-ENDLIST\n",
        HLS + "#EXT-X-STREAM-INF:BANDWIDTH=1\n{trap}/leak.m3u8\n",
        HLS + '#EXT-X-KEY:METHOD=AES-128,URI="{trap}/key"\n#EXTINF:5,\n{trap}/leak.ts\n',
    ],
)
def test_a_playlist_named_mp4_fetches_nothing(tmp_path: Path, text: str) -> None:
    """Read by URL, where http has to be allowed; without the whitelist of formats it calls."""
    Trap.visits.clear()
    with served(Trap) as trap, served(partial(QuietFiles, directory=str(tmp_path))) as address:
        path = tmp_path / "playlist.mp4"
        path.write_text(text.replace("{trap}", trap))
        assert_unreadable(str(path))
        assert_unreadable(f"{address}/playlist.mp4")
    assert Trap.visits == []


def assert_unreadable(source: str) -> None:
    for content_type in ("video/mp4", "audio/mpeg"):
        with pytest.raises(Unreadable):
            made(source, content_type)
        with pytest.raises(Unreadable):
            metadata.read(source, content_type)


@pytest.mark.parametrize("shown", ["eq(n,57)", "gte(t,7)"])
def test_a_poster_shows_something_wherever_there_is_something(tmp_path: Path, shown: str) -> None:
    path = str(tmp_path / "a.mp4")
    media_files.ffmpeg(
        *("-f", "lavfi", "-i", "color=black:size=160x120:rate=10:duration=8"),
        *("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=8"),
        *("-filter_complex", f"[0][1]overlay=enable='{shown}'", "-pix_fmt", "yuv420p"),
        path,
    )
    poster = decoded(made(path)[1]).convert("L")
    assert ImageStat.Stat(poster).stddev[0] > 20


def test_a_film_without_anything_to_see_has_a_poster_all_the_same(tmp_path: Path) -> None:
    path = str(tmp_path / "a.mp4")
    media_files.ffmpeg("-f", "lavfi", "-i", "color=black:size=160x120:rate=10:duration=4", path)
    assert decoded(made(path)[1]).getextrema() == ((0, 0),) * 3
