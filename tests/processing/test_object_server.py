"""ffmpeg reads an object in place: few of its bytes, by ranges, from a server of the function's."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core import storage
from chalicelib.processing import run_tasks
from chalicelib.processing.media import metadata, sandbox, thumbnails
from chalicelib.processing.object_server import BLOCK_BYTES, ObjectReader, served
from tests import media_files
from tests.journeys.pipeline import Pipeline

pytest_plugins = ["tests.journeys.pipeline"]

SIZES = {"small": (150, 150), "large": (600, 600)}


def reader_of(data: bytes) -> ObjectReader:
    return ObjectReader(lambda begin, length: data[begin : begin + length], len(data))


def reader_of_file(path: str) -> ObjectReader:
    def fetch(begin: int, length: int) -> bytes:
        with Path(path).open("rb") as file:
            file.seek(begin)
            return file.read(length)

    return ObjectReader(fetch, Path(path).stat().st_size)


def get(url: str, wanted: str = "") -> tuple[int, bytes, dict[str, str]]:
    headers = {"Range": wanted} if wanted else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read(), dict(refused.headers)


@pytest.mark.parametrize(
    ("wanted", "begin", "end"),
    [
        ("", 0, 1_300_000),
        ("bytes=0-", 0, 1_300_000),
        ("bytes=5-9", 5, 10),
        ("bytes=524280-524299", 524_280, 524_300),
        ("bytes=1299999-", 1_299_999, 1_300_000),
        ("bytes=1299990-9999999", 1_299_990, 1_300_000),
    ],
)
def test_any_range_is_served(wanted: str, begin: int, end: int) -> None:
    data = bytes(range(256)) * 5078 + bytes(32)
    with served(reader_of(data)) as url:
        status, content, headers = get(url, wanted)
    assert (status, content) == (206 if wanted else 200, data[begin:end])
    assert headers.get("Content-Range") == (
        f"bytes {begin}-{end - 1}/{len(data)}" if wanted else None
    )


def test_what_lies_behind_the_end_or_under_another_name_is_refused() -> None:
    with served(reader_of(b"reef")) as url:
        assert get(url, "bytes=4-")[0] == 416
        assert get(url.rpartition("/")[0] + "/")[0] == 404
        assert get(url[:-1])[0] == 404
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url)


def test_a_block_is_fetched_once() -> None:
    reader = reader_of(bytes(3 * BLOCK_BYTES))
    with served(reader) as url:
        for _ in range(3):
            get(url, f"bytes={BLOCK_BYTES + 5}-{BLOCK_BYTES + 9}")
    assert reader.fetched_bytes == BLOCK_BYTES


@pytest.fixture(scope="module")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A film of more than 200 MB, three minutes long, its index behind the pictures."""
    folder = tmp_path_factory.mktemp("long")
    noise = ("-f", "lavfi", "-i", "nullsrc=size=640x360:rate=25:duration=6")
    noise += ("-f", "lavfi", "-i", "sine=frequency=440:duration=6")
    noise += ("-vf", "geq=random(1)*255:128:128", "-c:v", "mpeg4", "-b:v", "9M", "-minrate", "9M")
    noise += ("-c:a", "aac", "-g", "25")
    short = media_files.ffmpeg(*noise, f"{folder}/short.mp4")
    size = Path(short).stat().st_size
    again = str(210_000_000 // size)
    return media_files.ffmpeg(
        "-stream_loop", again, "-i", short, "-c", "copy", f"{folder}/long.mp4"
    )


@pytest.mark.parametrize("flags", [(), ("-movflags", "+faststart")])
def test_a_long_film_is_drawn_and_described_by_less_than_a_tenth_of_its_bytes(
    long_film: str, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    path = long_film
    if flags:
        path = media_files.ffmpeg("-i", long_film, "-c", "copy", *flags, f"{tmp_path}/a.mp4")
    size = Path(path).stat().st_size
    assert size > 200_000_000
    drawn, described = reader_of_file(path), reader_of_file(path)
    with served(drawn) as url:
        pictures = sandbox.run(thumbnails.make, url, "video/mp4", SIZES).result
    with served(described) as url:
        facts = sandbox.run(metadata.read, url, "video/mp4").result
    assert pictures[-1].width == 600
    assert facts.technical["duration_seconds"] > 100
    assert drawn.fetched_bytes < 0.1 * size, drawn.fetched_bytes
    assert described.fetched_bytes < 0.05 * size, described.fetched_bytes


@pytest.mark.parametrize("made", [media_files.video, media_files.sound])
def test_films_and_sounds_above_the_limit_are_read_in_place(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Callable[..., str]
) -> None:
    monkeypatch.setattr(run_tasks, "IN_PLACE_ABOVE_BYTES", 0)
    monkeypatch.setattr(storage, "download", None)
    path = Path(made(tmp_path / ("a.mp4" if made is media_files.video else "a.mp3"), 2))
    content_type = "video/mp4" if made is media_files.video else "audio/mpeg"
    shown = pipeline.process(path.read_bytes(), content_type=content_type, filename=path.name)
    assert shown["status"] == "approved", shown
    assert shown["technical"]["duration_seconds"] == pytest.approx(2, abs=0.1)
    assert set(shown["thumbnails"]) == {"small", "medium", "large"}


def test_bytes_that_cannot_be_fetched_make_no_damaged_film(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_tasks, "IN_PLACE_ABOVE_BYTES", 0)
    film = Path(media_files.video(tmp_path / "a.mp4", 2)).read_bytes()
    reserved = pipeline.upload(film, content_type="video/mp4", filename="a.mp4")
    pipeline.cloud.run("route_upload", "scan_upload", "read_metadata")
    messages = pipeline.receive("make_thumbnails")

    def fail(*_: Any) -> bytes:
        raise ConnectionResetError("by peer")

    with monkeypatch.context() as cut:
        cut.setattr(storage, "read_range", fail)
        assert len(pipeline.deliver("make_thumbnails", messages)) == 1
    assert pipeline.asset(reserved)["status"] == "processing"
    assert pipeline.deliver("make_thumbnails", messages) == set()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")


def test_bytes_that_end_early_are_a_failure_and_not_the_end() -> None:
    reader = ObjectReader(lambda begin, length: b"half", 1_000_000)
    with served(reader) as url, pytest.raises(http.client.IncompleteRead):
        urllib.request.urlopen(url).read()
    assert isinstance(reader.failure, EOFError)
