"""A PDF's pages as a film that every board plays; what opens with a password alone has none."""

import itertools
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from chalicelib.processing.conversion import slides
from chalicelib.processing.problems import Unreadable
from tests import media_files
from tests.journeys.pipeline import FUNCTIONS, Pipeline
from tests.processing.conversion.test_story import assert_every_board_plays, delivered

PDF: dict[str, Any] = {"content_type": "application/pdf", "filename": "tides.pdf"}


def at(film: Path, second: float, picture: Path) -> Image.Image:
    """Draw a film as it is at a time."""
    command = ["ffmpeg", "-v", "error", "-y", "-ss", str(second), "-i", str(film)]
    subprocess.run([*command, "-frames:v", "1", str(picture)], check=True)
    return Image.open(picture).convert("L")


def difference(one: Image.Image, other: Image.Image) -> float:
    """Give by how much two pictures differ, 255 where one is white and the other black."""
    return float(ImageStat.Stat(ImageChops.difference(one, other)).mean[0])


def test_each_page_is_shown_for_ten_seconds_and_screens_get_the_film(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    def ask(method: str, path: str, body: Any = None) -> Any:
        answer = pipeline.cloud.call(method, path, pipeline.who("admin"), body)
        assert answer.status < 300, answer.content
        return answer.json

    boards = {}
    playlist = ask(
        "POST", "/playlists/", {"name": "Tides", "items": [{"rule": {"category": "tides"}}]}
    )
    for board in ("pi2", "pi4-64", "pi1"):
        made = ask("POST", "/devices/", {"name": board, "time_zone": "UTC", "board": board})
        boards[board] = made["id"]
        given = {"playlist_ids": [playlist["id"]]}
        ask("PUT", f"/devices/{made['id']}/playlists/", given)
    pdf = media_files.pdf_of_pages(tmp_path / "a.pdf", 3)
    reserved = pipeline.upload(Path(pdf).read_bytes(), category="tides", **PDF)
    pipeline.cloud.run(*FUNCTIONS, "dispatch_records", "follow_assets")
    asset_id = reserved["asset"]["id"]
    left_out = ask("GET", f"/devices/{boards['pi2']}/")["left_out"]
    assert left_out == [{"asset_id": asset_id, "reason": "pending"}]
    pipeline.cloud.run()
    film = tmp_path / "made.mp4"
    found = assert_every_board_plays(delivered(pipeline, reserved, "slides"), film, 30)
    assert [stream.codec for stream in found.streams] == ["h264"]
    seen = [at(film, second, tmp_path / "page.png") for second in (1, 9, 11, 19, 21, 29)]
    unlike = [difference(one, following) > 1 for one, following in itertools.pairwise(seen)]
    assert unlike == [False, True, False, True, False]
    for board in ("pi2", "pi4-64"):
        path = f"/devices/{boards[board]}/"
        assert ask("GET", path)["left_out"] == []
        (shown,) = ask("GET", f"{path}schedule/")["items"]
        assert (shown["asset_id"], shown["duration_seconds"]) == (asset_id, 30)
    left_out = ask("GET", f"/devices/{boards['pi1']}/")["left_out"]
    assert left_out == [{"asset_id": asset_id, "reason": "unplayable"}]
    for one in pipeline.asset(reserved)["renditions"]:
        assert len(one["sha256"]) == 64, one


def test_pages_are_drawn_as_large_as_the_first_one_and_broken_ones_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf = media_files.pdf_of_pages(tmp_path / "a.pdf", 3, (400, 300))
    monkeypatch.setattr(slides, "MOST_SLIDES", 2)
    made = slides.make_slides(pdf, str(tmp_path / "made.mp4"), 60.0)
    assert (made.width, made.height, made.duration_seconds) == (1440, 1080, 20.0)
    real = slides.pdf.drawn_page

    def breaking(document: Any, index: int, box: tuple[int, int]) -> Image.Image:
        if index == 0:
            raise ValueError("the page has no size")
        return real(document, index, box)

    monkeypatch.setattr(slides.pdf, "drawn_page", breaking)
    made = slides.make_slides(pdf, str(tmp_path / "part.mp4"), 60.0)
    assert made.duration_seconds == 10.0
    monkeypatch.setattr(slides, "MOST_SLIDES", 1)
    with pytest.raises(Unreadable):
        slides.make_slides(pdf, str(tmp_path / "none.mp4"), 60.0)


def test_a_locked_pdf_is_approved_and_no_screen_waits_for_it(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    locked = media_files.encrypted_pdf(tmp_path / "a.pdf")
    reserved = pipeline.process(Path(locked).read_bytes(), **PDF)
    assert (reserved["status"], reserved["renditions"]) == ("approved", [])
    with pytest.raises(Unreadable, match="password"):
        slides.make_slides(locked, str(tmp_path / "made.mp4"), 60.0)
