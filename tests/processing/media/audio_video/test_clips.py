"""A clip without sound and a strip of stills."""

import io
import json
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from chalicelib.processing.media.audio_video import clips, streams
from tests import media_files
from tests.processing.media.pictures.test_images import near


def described(data: bytes, path: Path) -> list[dict[str, str]]:
    path.write_bytes(data)
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(path)]
    shown = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return [*shown["streams"], shown["format"]]


def test_a_clip_is_small_silent_and_says_nothing_of_its_film(tmp_path: Path) -> None:
    secret = ("-metadata", "title=Secret", "-metadata", "location=+54.0+18.0/")
    path = media_files.video(tmp_path / "a.mp4", 8, *secret, size="1280x720")
    clip = clips.short(path, streams.probe(path))
    assert clip is not None
    assert (clip.name, clip.content_type) == ("preview", "video/mp4")
    assert (clip.width, clip.height) == (480, 270)
    video, container = described(clip.data, tmp_path / "clip.mp4")
    assert (video["codec_name"], video["pix_fmt"]) == ("h264", "yuv420p")
    assert float(container["duration"]) == pytest.approx(clips.CLIP_SECONDS, abs=0.2)
    assert b"Secret" not in clip.data
    assert b"+54.0" not in clip.data


def test_a_strip_has_the_moments_in_their_order(tmp_path: Path) -> None:
    path = str(tmp_path / "a.mp4")
    halves = ["-f", "lavfi", "-i", "color=red:size=320x180:rate=10:duration=2"]
    halves += ["-f", "lavfi", "-i", "color=blue:size=320x180:rate=10:duration=2"]
    joined = ["-filter_complex", "[0][1]concat", "-pix_fmt", "yuv420p"]
    media_files.ffmpeg(*halves, *joined, path)
    strip = clips.strip(path, streams.probe(path))
    assert strip is not None
    assert (strip.name, strip.width, strip.height) == ("strip", 160 * clips.STILLS, 90)
    shown = Image.open(io.BytesIO(strip.data)).convert("RGB")
    assert near(shown.getpixel((80, 45)), (255, 0, 0), 40)
    assert near(shown.getpixel((160 * clips.STILLS - 80, 45)), (0, 0, 255), 40)


def test_a_very_short_film_is_its_own_clip(tmp_path: Path) -> None:
    path = media_files.video(tmp_path / "a.webm", 1)
    found = streams.probe(path)
    assert clips.short(path, found) is None
    assert clips.strip(path, found) is None


def test_a_strip_that_takes_too_long_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clips, "STRIP_SECONDS", -1.0)
    path = media_files.video(tmp_path / "a.mp4", 3, size="160x120")
    assert clips.strip(path, streams.probe(path)) is None
