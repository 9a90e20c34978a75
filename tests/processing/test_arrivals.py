"""Uploads whose bytes have arrived are marked once, and sent on."""

from typing import Any

import pytest

from chalicelib.assets.uploads.drafts import MULTIPART_ABOVE_BYTES
from chalicelib.core.settings import settings
from chalicelib.processing import arrivals
from tests import media_files
from tests.journeys.pipeline import Pipeline, assert_nothing_unscanned_is_readable

pytest_plugins = ["tests.journeys.pipeline"]


TEXT: dict[str, Any] = {"content_type": "text/plain", "filename": "a.txt"}


FIRST = b"These words were posted first."


LATER = media_files.eicar()[: len(FIRST)].ljust(len(FIRST), b".")


@pytest.mark.parametrize("moment", ["before", "routed", "scanned"])
def test_the_first_of_two_posts_counts(pipeline: Pipeline, moment: str) -> None:
    reserved = pipeline.upload(FIRST, **TEXT)
    steps = {"before": (), "routed": ("route_upload",), "scanned": ("route_upload", "scan_upload")}
    if steps[moment]:
        pipeline.cloud.run(*steps[moment])
    pipeline.cloud.put(reserved["upload"], LATER)
    pipeline.cloud.run()
    shown = pipeline.asset(reserved)
    assert shown["status"] == "approved"
    assert list(pipeline.originals().values()) == [FIRST]
    assert [deed for _, deed in pipeline.deeds(reserved)] == [
        "asset.created",
        "version.approved",
        "version.published",
    ]
    assert_nothing_unscanned_is_readable(pipeline)


def test_an_arrival_that_could_not_be_sent_on_is_sent_when_its_event_comes_again(
    pipeline: Pipeline,
) -> None:
    reserved = pipeline.upload(FIRST, **TEXT)
    arrived = pipeline.receive("route_upload")
    queue = settings().scan_small_queue
    pipeline.configure(scan_small_queue="no-such-queue")
    assert len(pipeline.deliver("route_upload", arrived)) == 1
    assert pipeline.asset(reserved)["status"] == "scanning"
    pipeline.configure(scan_small_queue=queue)
    assert pipeline.deliver("route_upload", arrived) == set()
    pipeline.cloud.run("scan_upload")
    assert pipeline.asset(reserved)["status"] == "processing"
    assert pipeline.deliver("route_upload", arrived) == set()
    assert pipeline.receive("scan_upload") == []


@pytest.mark.parametrize(
    ("size_bytes", "function"),
    [(MULTIPART_ABOVE_BYTES, "scan_upload"), (MULTIPART_ABOVE_BYTES + 1, "scan_large_upload")],
)
def test_large_uploads_have_a_queue_of_their_own(
    pipeline: Pipeline, size_bytes: int, function: str
) -> None:
    reserved = pipeline.upload(FIRST, **TEXT)
    arrivals.send_to_scan(pipeline.record(reserved), size_bytes)
    assert len(pipeline.receive(function)) == 1
