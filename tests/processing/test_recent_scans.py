"""When signatures change, what came lately is scanned once more, and nothing otherwise."""

from datetime import timedelta

import pytest

from chalicelib.core import clock, entrypoint, storage
from chalicelib.core.settings import settings
from chalicelib.processing import recent_scans
from tests.journeys.pipeline import Pipeline

pytest_plugins = ["tests.journeys.pipeline"]


def change_signatures(number: int) -> None:
    data = f"signatures of version {number}".encode()
    storage.put(settings().signatures_bucket, "daily.cld", data, "application/octet-stream")


def test_recent_contents_are_scanned_again_once_for_each_change(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in (b"Low tide.", b"High tide."):
        pipeline.upload(text, content_type="text/plain", filename="a.txt")
    pipeline.cloud.run()
    change_signatures(1)
    now = clock.now()
    recent_scans.ask(now)
    assert recent_scans.ask(now) == 0
    change_signatures(2)
    with monkeypatch.context() as short:
        short.setattr(entrypoint, "has_time", lambda: False)
        first = recent_scans.ask(now)
    assert first == 1
    rest = recent_scans.ask(now)
    assert rest >= 1
    assert recent_scans.ask(now) == 0
    asked = pipeline.receive("scan_upload")
    assert pipeline.deliver("scan_upload", asked) == set()
    change_signatures(3)
    assert recent_scans.ask(now + timedelta(days=30)) == 0
    assert recent_scans.ask(now) == 0
    pipeline.configure(rescan_days=0)
    change_signatures(4)
    assert recent_scans.ask(now) == 0
    monkeypatch.setattr("chalicelib.processing.arrivals.LARGE_ABOVE_BYTES", 1)
    pipeline.configure(rescan_days=7)
    change_signatures(5)
    assert recent_scans.ask(now) >= 2
    assert pipeline.receive("scan_large_upload") != []
    pipeline.lose("scan_large_upload")
    pipeline.lose("scan_upload")
