"""A scan begins only where there is time for its end."""

import importlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.core import clock, settings
from chalicelib.processing.scanning import scanner_source
from chalicelib.processing.scanning.scanner import Scanner
from local import clamav
from local.functions import limits
from tests import cloud as clouds
from tests.journeys.pipeline import Message, Pipeline

pytest_plugins = ["tests.journeys.pipeline"]

TEXT: dict[str, Any] = {"content_type": "text/plain", "filename": "a.txt"}
NO_TIME_TO_START = 120_000
"""Milliseconds: a scan and what follows it take 120 s at most."""


def deliver(pipeline: Pipeline, messages: list[Message], milliseconds: int) -> bool:
    """Hand messages to scan_upload with so much time; says whether they are done."""
    source = pipeline.source("scan_upload")
    module, _, name = source.handler_string.rpartition(".")
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: milliseconds)
    event = clouds.sqs_event(source.queue, messages)
    answer = getattr(importlib.import_module(module), name)(event, context)
    return not answer["batchItemFailures"]


def test_an_upload_waits_for_a_scanner_that_starts_slowly_and_loses_no_attempt(
    pipeline: Pipeline, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner_source.refresh(clamav.CONFIG, clock.now(), short_folder / "mirror")
    for name in ("REEF_CLAMD_SOCKET", "REEF_SIGNATURES_FOLDER"):
        monkeypatch.delenv(name)
    settings.settings.cache_clear()
    monkeypatch.setattr(scanner_source.scanner, "__defaults__", (short_folder,))
    reserved = pipeline.upload(b"low tide", **TEXT)
    pipeline.cloud.run("route_upload")
    messages = pipeline.receive("scan_upload")
    try:
        assert not deliver(pipeline, messages, NO_TIME_TO_START)
        (started,) = scanner_source._own
        assert pipeline.outcome(reserved) == ("scanning", None, "pending")
        assert pipeline.task(reserved, "virus_scan")["attempts"] == 0
        assert deliver(pipeline, messages, 300_000)
        assert scanner_source._own == [started]
        assert pipeline.asset(reserved)["scan"]["status"] == "clean"
    finally:
        scanner_source.stop()


def test_a_scan_ends_while_there_is_time_for_what_follows(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadlines = []
    real = Scanner.scan

    def scan(scanner: Scanner, chunks: Any, deadline_seconds: float) -> Any:
        deadlines.append(deadline_seconds)
        return real(scanner, chunks, deadline_seconds)

    monkeypatch.setattr(Scanner, "scan", scan)
    for milliseconds in (300_000, 121_000, 80_000):
        pipeline.upload(b"%d" % milliseconds, **TEXT)
        pipeline.cloud.run("route_upload")
        assert deliver(pipeline, pipeline.receive("scan_upload"), milliseconds)
    assert deadlines == [100, 100, 60]


@pytest.mark.parametrize("function", ["scan_upload", "scan_large_upload"])
def test_a_cold_scanner_has_two_minutes_to_start(function: str) -> None:
    from chalicelib.processing import verdicts

    large = function == "scan_large_upload"
    needed = verdicts._SCAN_SECONDS[large] + verdicts._SPARE_SECONDS[large]
    assert limits(function)["lambda_timeout"] - needed >= 120
