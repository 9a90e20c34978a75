"""Without a scanner nothing is clean, nothing is lost, and everything goes on when it is back."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.core import clock
from chalicelib.processing.scanning import signatures
from chalicelib.processing.scanning.clamd import Clamd
from chalicelib.processing.tasks import MAX_ATTEMPTS
from tests.journeys.pipeline import (
    Message,
    Pipeline,
    Reserved,
    assert_nothing_unscanned_is_readable,
)

TEXT = b"Low tide at six, high tide at noon.\n" * 9000
"""Several chunks, so that a scan has a middle."""


def arrived(pipeline: Pipeline) -> tuple[Reserved, list[Message]]:
    """Upload a text as far as the message that asks for its scan."""
    reserved = pipeline.upload(TEXT, content_type="text/plain", filename="tides.txt")
    pipeline.cloud.run("route_upload")
    return reserved, pipeline.receive("scan_upload")


def still_waits(pipeline: Pipeline, reserved: Reserved) -> None:
    assert pipeline.outcome(reserved) == ("scanning", None, "pending")
    assert pipeline.job(reserved)["status"] == "running"
    assert pipeline.originals() == {}
    assert_nothing_unscanned_is_readable(pipeline)


def recovers(pipeline: Pipeline, reserved: Reserved, messages: list[Message]) -> None:
    """Deliver the same messages once more, and see that all is well."""
    assert pipeline.deliver("scan_upload", messages) == set()
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    assert pipeline.task(reserved, "virus_scan")["attempts"] == 2
    assert pipeline.usage() == (len(TEXT), 1)
    assert_nothing_unscanned_is_readable(pipeline)


def test_clamd_was_stopped(pipeline: Pipeline, own_clamd: Clamd, clamd: Clamd) -> None:
    pipeline.scan_with(own_clamd)
    own_clamd.stop()
    reserved, messages = arrived(pipeline)
    assert len(pipeline.deliver("scan_upload", messages)) == 1
    still_waits(pipeline, reserved)
    pipeline.scan_with(clamd)
    recovers(pipeline, reserved, messages)


def test_clamd_is_killed_in_the_middle_of_a_scan(
    pipeline: Pipeline, own_clamd: Clamd, clamd: Clamd
) -> None:
    pipeline.scan_with(own_clamd)
    pipeline.after_chunk = own_clamd.process.kill
    reserved, messages = arrived(pipeline)
    assert len(pipeline.deliver("scan_upload", messages)) == 1
    assert own_clamd.process.wait(timeout=5) != 0
    still_waits(pipeline, reserved)
    pipeline.after_chunk = lambda: None
    pipeline.scan_with(clamd)
    recovers(pipeline, reserved, messages)


@pytest.mark.parametrize("hours", [25, None], ids=["old", "unknown"])
def test_signatures_are_stale(pipeline: Pipeline, own_clamd: Clamd, hours: int | None) -> None:
    folder = Path(own_clamd.signatures)
    pipeline.scan_with(own_clamd)
    if hours is None:
        (folder / signatures.CHECKED_AT).unlink()
    else:
        signatures.record_check(folder, clock.now() - timedelta(hours=hours))
    reserved, messages = arrived(pipeline)
    assert len(pipeline.deliver("scan_upload", messages)) == 1
    still_waits(pipeline, reserved)
    signatures.record_check(folder, clock.now())
    recovers(pipeline, reserved, messages)


def test_after_the_last_attempt_the_upload_fails_and_can_be_retried(
    pipeline: Pipeline, own_clamd: Clamd, clamd: Clamd
) -> None:
    pipeline.scan_with(own_clamd)
    own_clamd.stop()
    reserved, messages = arrived(pipeline)
    for _ in range(MAX_ATTEMPTS - 1):
        assert len(pipeline.deliver("scan_upload", messages)) == 1
    still_waits(pipeline, reserved)
    assert pipeline.deliver("scan_upload", messages) == set()
    assert pipeline.outcome(reserved) == ("failed", "scanner_unavailable", "pending")
    assert pipeline.task(reserved, "virus_scan")["error"]["code"] == "scanner_unavailable"
    assert pipeline.usage() == (0, 1)
    assert pipeline.deliver("scan_upload", messages) == set()
    assert pipeline.usage() == (0, 1)
    assert_nothing_unscanned_is_readable(pipeline)

    pipeline.scan_with(clamd)
    assert pipeline.retry(reserved).status == 202
    assert pipeline.outcome(reserved) == ("scanning", None, "pending")
    assert pipeline.task(reserved, "virus_scan")["attempts"] == 0
    assert pipeline.usage() == (len(TEXT), 1)
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    assert pipeline.usage() == (len(TEXT), 1)
    assert_nothing_unscanned_is_readable(pipeline)


def test_a_message_comes_back_a_little_later_each_time(
    pipeline: Pipeline, own_clamd: Clamd, clamd: Clamd
) -> None:
    pipeline.scan_with(own_clamd)
    own_clamd.stop()
    reserved = pipeline.upload(TEXT, content_type="text/plain")
    pipeline.cloud.run("route_upload")
    began = time.monotonic()
    pipeline.cloud.run("scan_upload")
    assert pipeline.task(reserved, "virus_scan")["attempts"] == 1
    assert pipeline.receive("scan_upload") == []
    pipeline.scan_with(clamd)
    while pipeline.asset(reserved)["status"] != "approved":
        pipeline.cloud.run()
        time.sleep(0.1)
        assert time.monotonic() < began + 10
    assert time.monotonic() > began + 2
