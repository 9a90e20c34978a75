"""Smaller files that look like their originals, and never larger ones."""

from pathlib import Path

import pytest
from PIL import Image

from chalicelib.processing.conversion import compressing
from chalicelib.processing.media import sandbox
from chalicelib.processing.media.audio_video import streams
from tests import media_files


def test_a_photograph_becomes_smaller_and_tells_how_like_it_is(tmp_path: Path) -> None:
    noise = Image.effect_noise((320, 240), 30).resize((640, 480)).convert("RGB")
    path = media_files.image_file(tmp_path / "photo.png", noise)
    size, target = Path(path).stat().st_size, str(tmp_path / "made")
    made = sandbox.run(compressing.compress_picture, path, "image/png", size, target).result
    assert (made.content_type, made.width, made.height) == ("image/webp", 640, 480)
    assert made.similarity is not None
    assert compressing.LEAST_SIMILARITY <= made.similarity < 1
    assert Path(target).stat().st_size < size


def test_what_is_small_already_stays(tmp_path: Path) -> None:
    path = media_files.image_file(tmp_path / "photo.webp", media_files.picture(), quality=5)
    size, target = Path(path).stat().st_size, str(tmp_path / "made")
    made = sandbox.run(compressing.compress_picture, path, "image/webp", size, target).result
    assert (made.content_type, made.similarity) == ("image/webp", None)


def test_a_film_of_many_bits_becomes_one_of_few(tmp_path: Path) -> None:
    options = ("-b:v", "8M", "-minrate", "8M", "-maxrate", "8M", "-bufsize", "1M")
    path = media_files.video(tmp_path / "a.mp4", 1, *options, size="320x240")
    size, target = Path(path).stat().st_size, str(tmp_path / "made")
    made = sandbox.run(compressing.compress_film, path, size, target, 60.0).result
    assert (made.content_type, made.width, made.height) == ("video/mp4", 320, 240)
    assert made.similarity == pytest.approx(0.98, abs=0.03)
    assert Path(target).stat().st_size < size / 2
    assert streams.probe(target).duration_seconds == pytest.approx(1, abs=0.1)
    small = sandbox.run(compressing.compress_film, path, 100, f"{target}-2", 60.0).result
    assert small.similarity is None
