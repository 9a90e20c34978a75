"""A film whose end is missing is told from one that ends early."""

from pathlib import Path

import pytest

from chalicelib.processing.media.audio_video import completeness, streams
from chalicelib.processing.problems import Unreadable
from tests import media_files


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Twelve seconds of a moving picture with a tone, a keyframe every two seconds."""
    return media_files.video(tmp_path_factory.mktemp("film") / "film.mp4", 12, "-g", "20")


@pytest.mark.parametrize("suffix", ["mp4", "mov", "webm", "mkv", "avi"])
@pytest.mark.parametrize("share", [0.4, 0.75, 0.9])
def test_the_end_of_a_short_film_is_missed_too(tmp_path: Path, suffix: str, share: float) -> None:
    whole = media_files.video(tmp_path / f"a.{suffix}", 3, "-g", "10")
    completeness.check(whole, streams.probe(whole))
    path = media_files.cut(whole, share)
    with pytest.raises(Unreadable):
        completeness.check(path, streams.probe(path))


def test_the_sound_behind_the_pictures_is_missed_too(film: str, tmp_path: Path) -> None:
    """Not interleaved: first all pictures, then all sound, which a broken copy has lost."""
    apart = media_files.ffmpeg(
        *("-i", film, "-c", "copy", "-movflags", "+faststart"),
        *("-max_interleave_delta", "0", "-frag_duration", "0", f"{tmp_path}/a.mp4"),
    )
    completeness.check(apart, streams.probe(apart))
    path = media_files.cut(apart, 0.93)
    with pytest.raises(Unreadable):
        completeness.check(path, streams.probe(path))
