"""Long films: made in pieces at the same time by the state machine, and joined without a seam."""

import itertools
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core import settings as settings_of
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.processing.conversion import long_films, splitting
from chalicelib.processing.problems import Unreadable
from chalicelib.processing.scanning.clamd import Clamd
from tests import media_files
from tests.cloud import Cloud
from tests.journeys.pipeline import Pipeline, Reserved, message
from tests.processing.conversion.test_story import assert_every_board_plays, delivered
from tests.shared import clockwork

__all__ = ["clockwork"]

OPTIONS: dict[str, Any] = {"content_type": "video/x-msvideo", "filename": "tide.avi"}


@pytest.fixture
def live(clockwork: Cloud, clamd: Clamd, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    """A pipeline whose state machine runs, and for which two seconds are long."""
    pipeline = Pipeline(clockwork, clamd, monkeypatch)
    pipeline.configure(conversion_segment_seconds=2)
    yield pipeline
    monkeypatch.undo()
    settings_of.settings.cache_clear()


def film(path: Path, side: int) -> bytes:
    return Path(media_files.video(path, 5, size=f"{side}x120")).read_bytes()


def is_over(pipeline: Pipeline, reserved: Reserved) -> bool:
    return pipeline.job(reserved)["status"] in {"completed", "failed"}


def executions(status: str) -> int:
    machine = settings().conversion_machine
    listed = client("stepfunctions").list_executions(stateMachineArn=machine, statusFilter=status)
    return len(listed["executions"])


def test_a_long_film_is_made_in_pieces_and_joined_without_a_seam(
    live: Pipeline, tmp_path: Path
) -> None:
    reserved = live.upload(film(tmp_path / "a.avi", 160), **OPTIONS)
    live.cloud.run_until(lambda: is_over(live, reserved), 60)
    task = live.task(reserved, "conversion")
    assert (task["status"], task["attempts"], task["error"]) == ("completed", 1, None)
    assert (task["segments"]["total"], task["segments"]["done"]) == (4, 4)
    assert task["segments"]["longest_seconds"] > 0
    path = tmp_path / "made.mp4"
    assert_every_board_plays(delivered(live, reserved, "master"), path, 5)
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries"]
    told = subprocess.run(
        [*command, "packet=pts_time", "-of", "csv=p=0", str(path)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    times = sorted(float(line.strip(",")) for line in told.split())
    gaps = {round(after - before, 3) for before, after in itertools.pairwise(times)}
    assert gaps == {0.1}
    assert 50 <= len(times) <= 51  # the sound ends a little later
    assert [key for key in live.renditions() if "/pieces/" in key] == []
    live.cloud.run_until(lambda: executions("RUNNING") == 0)
    assert executions("FAILED") == 0


def test_a_piece_that_cannot_be_made_ends_it_and_a_retry_keeps_what_was_made(
    live: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserved = live.upload(film(tmp_path / "a.avi", 162), **OPTIONS)
    with monkeypatch.context() as broken:
        broken.setattr(splitting, "join", fail_to_join)
        live.cloud.run_until(lambda: is_over(live, reserved), 60)
    assert live.task(reserved, "conversion")["error"]["code"] == "unreadable"
    kept = {key for key in live.renditions() if "/pieces/" in key}
    assert len(kept) == 4
    late = message(stale(live, reserved, "0001"))
    assert live.deliver("convert_media", [late]) == set()
    assert live.retry(reserved).status == 202
    live.cloud.run_until(lambda: is_over(live, reserved), 60)
    task = live.task(reserved, "conversion")
    assert (task["status"], task["segments"]["done"]) == ("completed", 4)


def test_a_machine_that_gives_up_ends_the_conversion_with_a_reason(
    live: Pipeline, tmp_path: Path
) -> None:
    reserved = live.upload(film(tmp_path / "a.avi", 164), **OPTIONS)
    live.cloud.run("route_upload", "scan_upload", "make_thumbnails", "read_metadata")
    live.deliver("convert_media", live.receive("convert_media"))
    run = conversion_of(live, reserved).run
    asked = stale(live, reserved, long_films.GIVE_UP) | {"run": run}
    assert live.deliver("convert_media", [message(asked)]) == set()
    assert live.task(reserved, "conversion")["error"]["code"] == "processing_failed"
    live.cloud.run_until(lambda: executions("RUNNING") == 0)
    assert live.outcome(reserved) == ("approved", None, "clean")


def fail_to_join(*_: Any) -> splitting.Film:
    raise Unreadable


def stale(pipeline: Pipeline, reserved: Reserved, asked: str) -> dict[str, Any]:
    """What an execution that is over might still ask for."""
    return {
        "tenant_id": pipeline.acme.id,
        "sha256": pipeline.asset(reserved)["sha256"],
        "conversion": "CONVERSION#master",
        "run": "of long ago",
        "asked": asked,
        "token": "of long ago",
    }


def conversion_of(pipeline: Pipeline, reserved: Reserved) -> Any:
    from chalicelib.assets.models import content_key
    from chalicelib.processing.conversion.models import Conversion

    key = content_key(pipeline.acme.id, pipeline.asset(reserved)["sha256"])
    return Conversion.get(key, "CONVERSION#master", consistent_read=True)
