"""The very bytes that were scanned are the ones that are kept, whatever is posted meanwhile."""

from typing import Any

import pytest

from chalicelib.assets.drafts import MULTIPART_ABOVE_BYTES
from chalicelib.core import aws
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
    assert [deed for _, deed in pipeline.deeds(reserved)] == ["asset.created", "version.approved"]
    assert_nothing_unscanned_is_readable(pipeline)


def test_bytes_swapped_between_scan_and_copy_are_not_kept(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(FIRST, **TEXT)
    pipeline.cloud.run("route_upload")
    virus = media_files.eicar()
    pipeline.after_chunk = lambda: pipeline.cloud.put(reserved["upload"], virus)
    pipeline.cloud.run("scan_upload")
    pipeline.after_chunk = lambda: None
    pipeline.cloud.run()
    assert list(pipeline.originals().values()) == [FIRST]
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


def test_an_object_that_vanished_before_its_scan_fails_with_words(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(FIRST, **TEXT)
    pipeline.cloud.run("route_upload")
    upload = pipeline.record(reserved)
    aws.client("s3").delete_object(
        Bucket=settings().uploads_bucket, Key=upload.key, VersionId=upload.object_version
    )
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("failed", "unreadable", "pending")
    assert "upload again" in pipeline.task(reserved, "virus_scan")["error"]["message"]
    assert pipeline.usage() == (0, 1)
    assert pipeline.retry(reserved).code == "conflict"
    assert pipeline.usage() == (0, 1)


def test_an_object_that_vanished_between_scan_and_copy_fails_with_words(
    pipeline: Pipeline,
) -> None:
    reserved = pipeline.upload(FIRST, **TEXT)
    pipeline.cloud.run("route_upload")
    upload = pipeline.record(reserved)
    pipeline.after_chunk = lambda: aws.client("s3").delete_object(
        Bucket=settings().uploads_bucket, Key=upload.key, VersionId=upload.object_version
    )
    messages = pipeline.receive("scan_upload")
    assert len(pipeline.deliver("scan_upload", messages)) == 1
    assert pipeline.deliver("scan_upload", messages) == set()
    assert pipeline.outcome(reserved) == ("failed", "unreadable", "pending")
    assert_nothing_unscanned_is_readable(pipeline)


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


def test_an_upload_in_parts_ends_like_any_other(pipeline: Pipeline) -> None:
    whole = b"Low tide.\n" * 1_200_000
    reserved = pipeline.reserve(whole, multipart=True, **TEXT)
    plan = reserved["upload"]
    upload = pipeline.record(reserved)
    assert (plan["method"], plan["part_count"]) == ("MULTIPART", 2)
    for number in (1, 2):
        aws.client("s3").upload_part(
            Bucket=settings().uploads_bucket,
            Key=upload.key,
            UploadId=upload.multipart_id,
            PartNumber=number,
            Body=whole[(number - 1) * plan["part_size_bytes"] : number * plan["part_size_bytes"]],
        )
        path = f"/uploads/{plan['upload_id']}/complete/"
        completed = pipeline.cloud.post(path, pipeline.who("contributor"))
        assert completed.status == (409 if number == 1 else 200)
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    assert pipeline.cloud.post(path, pipeline.who("contributor")).status == 200
    gone = pipeline.cloud.call("DELETE", f"/uploads/{plan['upload_id']}/", pipeline.who("admin"))
    assert gone.code == "conflict"
    assert pipeline.usage() == (len(whole), 1)
    assert_nothing_unscanned_is_readable(pipeline)
