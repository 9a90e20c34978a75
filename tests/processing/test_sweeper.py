"""The sweeper sends on what got stuck, and ends what can never go on."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from chalicelib.core import clock
from chalicelib.processing import sweeper
from chalicelib.processing.scanning.clamd import Clamd
from tests import media_files
from tests.journeys.pipeline import Pipeline, assert_nothing_unscanned_is_readable

pytest_plugins = ["tests.journeys.pipeline"]

TEXT: dict[str, Any] = {"content_type": "text/plain", "filename": "a.txt"}


def sweep_after(**passed: float) -> None:
    """Sweep as if so much time had gone by."""
    sweeper.sweep(clock.now() + timedelta(**passed))


def test_what_is_on_its_way_is_left_alone(pipeline: Pipeline) -> None:
    pipeline.upload(b"Just sent.", **TEXT)
    assert sweeper.sweep(clock.now()) == 0
    pipeline.cloud.run("route_upload")
    pipeline.lose("scan_upload")
    assert sweeper.sweep(clock.now() + timedelta(minutes=5)) == 0


def test_an_arrival_whose_event_was_lost_is_found(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(b"Nobody was told.", **TEXT)
    pipeline.lose("route_upload")
    sweep_after(minutes=4)
    assert pipeline.asset(reserved)["status"] == "scanning"
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    assert_nothing_unscanned_is_readable(pipeline)


def test_a_lost_scan_is_asked_for_again(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(b"The scan's message is lost.", **TEXT)
    pipeline.cloud.run("route_upload")
    pipeline.lose("scan_upload")
    sweep_after(minutes=17)
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")


def test_lost_tasks_are_asked_for_again(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(b"The tasks' messages are lost.", **TEXT)
    pipeline.cloud.run("route_upload", "scan_upload")
    pipeline.lose("make_thumbnails")
    pipeline.lose("read_metadata")
    sweep_after(minutes=17)
    pipeline.cloud.run()
    shown = pipeline.asset(reserved)
    assert shown["status"] == "approved"
    assert set(shown["thumbnails"]) == {"small", "medium", "large"}


def test_what_is_finished_is_never_swept(pipeline: Pipeline) -> None:
    pipeline.process(b"All is well.", **TEXT)
    pipeline.process(b"Too short.", size_bytes=99, **TEXT)
    pipeline.process(media_files.eicar(), **TEXT)
    assert sweeper.sweep(clock.now() + timedelta(days=2)) == 0


def test_an_upload_that_never_came_expires_once(pipeline: Pipeline) -> None:
    reserved = pipeline.reserve(b"Never sent.", **TEXT)
    sweep_after(minutes=30)
    assert pipeline.asset(reserved)["status"] == "uploading"
    assert pipeline.usage() == (11, 1)
    for _ in range(2):
        sweep_after(hours=3)
        assert pipeline.outcome(reserved) == ("failed", "upload_expired", "pending")
        assert pipeline.usage() == (0, 1)
    assert pipeline.job(reserved)["status"] == "failed"
    assert pipeline.retry(reserved).code == "conflict"
    assert [deed for _, deed in pipeline.deeds(reserved)] == [
        "asset.created",
        "upload.upload_expired",
    ]
    pipeline.cloud.put(reserved["upload"], b"Never sent.")
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("failed", "upload_expired", "pending")
    assert_nothing_unscanned_is_readable(pipeline)


def test_an_upload_in_parts_may_take_a_day(pipeline: Pipeline) -> None:
    reserved = pipeline.reserve(b"Slowly.", multipart=True, **TEXT)
    sweep_after(hours=23)
    assert pipeline.asset(reserved)["status"] == "uploading"
    sweep_after(hours=25)
    assert pipeline.outcome(reserved) == ("failed", "upload_expired", "pending")


def test_bytes_that_came_after_many_sweeps_are_scanned_all_the_same(pipeline: Pipeline) -> None:
    reserved = pipeline.reserve(b"Slowly but surely.", **TEXT)
    for minutes in (4, 15, 26, 37, 48, 59):
        sweep_after(minutes=minutes)
    assert pipeline.record(reserved).sweeps == 6
    assert pipeline.asset(reserved)["status"] == "uploading"
    pipeline.cloud.put(reserved["upload"], b"Slowly but surely.")
    pipeline.cloud.run("route_upload")
    pipeline.lose("scan_upload")
    sweep_after(hours=3)
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")


def test_a_scan_that_never_ends_fails_with_a_reason_and_can_be_retried(
    pipeline: Pipeline, own_clamd: Clamd, clamd: Clamd
) -> None:
    reserved = pipeline.upload(b"Nobody scans this.", **TEXT)
    pipeline.cloud.run("route_upload")
    for hours in range(1, 12):
        pipeline.lose("scan_upload")
        sweep_after(hours=hours)
    assert pipeline.outcome(reserved) == ("failed", "scanner_unavailable", "pending")
    assert pipeline.usage() == (0, 1)
    assert_nothing_unscanned_is_readable(pipeline)
    assert pipeline.retry(reserved).status == 202
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    assert pipeline.usage() == (18, 1)


def test_a_task_that_never_ends_fails_with_a_reason_and_can_be_retried(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    data = Path(media_files.image_file(tmp_path / "photo.jpg")).read_bytes()
    reserved = pipeline.upload(data)
    pipeline.cloud.run("route_upload", "scan_upload", "read_metadata")
    for hours in range(1, 12):
        pipeline.lose("make_thumbnails")
        sweep_after(hours=hours)
    assert pipeline.outcome(reserved) == ("failed", "processing_failed", "clean")
    assert pipeline.task(reserved, "thumbnail")["error"]["code"] == "processing_failed"
    assert pipeline.usage() == (0, 1)
    assert pipeline.retry(reserved).status == 202
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    assert pipeline.usage() == (len(data), 1)
    assert_nothing_unscanned_is_readable(pipeline)
