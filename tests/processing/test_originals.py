"""Clean bytes are kept once, and every version that brings them refers to them."""

from typing import Any

import pytest

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.assets.tasks import TaskError
from chalicelib.core import aws, clock
from chalicelib.core.settings import settings
from chalicelib.core.tables import update
from chalicelib.processing import completion, content_tasks
from tests import media_files
from tests.journeys.pipeline import Pipeline, Reserved, assert_nothing_unscanned_is_readable

pytest_plugins = ["tests.journeys.pipeline"]


TEXT: dict[str, Any] = {"content_type": "text/plain", "filename": "a.txt"}


FIRST = b"These words were posted first."


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


def test_bytes_that_are_there_already_are_gone_too(pipeline: Pipeline) -> None:
    pipeline.process(FIRST, **TEXT)
    again = pipeline.upload(FIRST, **TEXT)
    pipeline.cloud.run()
    assert pipeline.asset(again)["status"] == "approved"
    assert sent(pipeline, again) == []


def sent(pipeline: Pipeline, reserved: Reserved) -> list[bytes]:
    """Read what the uploads bucket still has of an upload, every version of it."""
    s3, bucket, key = aws.client("s3"), settings().uploads_bucket, pipeline.record(reserved).key
    versions = s3.list_object_versions(Bucket=bucket, Prefix=key).get("Versions", [])
    return [
        s3.get_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])["Body"].read()
        for version in versions
    ]


@pytest.fixture
def reserved(pipeline: Pipeline) -> Reserved:
    """A text that is scanned and waits for its tasks."""
    made = pipeline.upload(b"High tide at noon.", **TEXT)
    pipeline.cloud.run("route_upload", "scan_upload")
    return made


def content_of(pipeline: Pipeline, reserved: Reserved) -> Content:
    content = contents.get(pipeline.acme.id, pipeline.asset(reserved)["sha256"])
    assert content is not None
    return content


def fail_thumbnails(pipeline: Pipeline, reserved: Reserved) -> None:
    """Let the thumbnails fail for a reason that is not the bytes'."""
    content = content_of(pipeline, reserved)
    task = content_tasks.begin(content, "thumbnail", clock.now())
    assert task is not None
    error = TaskError("processing_failed", "It cannot be drawn today.")
    content_tasks.finish(content, "thumbnail", task, clock.now(), error=error)
    completion.advance_all(content, clock.now())


def test_bytes_whose_processing_failed_by_chance_are_tried_again_when_they_are_sent_again(
    pipeline: Pipeline, reserved: Reserved
) -> None:
    fail_thumbnails(pipeline, reserved)
    pipeline.lose("make_thumbnails")
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("failed", "processing_failed", "clean")
    bare = {"generate_thumbnail": False, "extract_metadata": False}
    again = pipeline.upload(b"High tide at noon.", **TEXT, **bare)
    pipeline.cloud.run()
    assert pipeline.outcome(again) == ("approved", None, "clean")
    assert pipeline.outcome(reserved) == ("failed", "processing_failed", "clean")
    assert pipeline.retry(reserved).status == 202
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    assert pipeline.task(reserved, "thumbnail")["status"] == "completed"


def test_what_is_being_deleted_takes_nobody_in_and_the_upload_waits(
    pipeline: Pipeline, reserved: Reserved
) -> None:
    pipeline.cloud.run()
    content = content_of(pipeline, reserved)
    update(content, Content.state.set("deleting"))
    second = pipeline.upload(b"High tide at noon.", **TEXT)
    pipeline.cloud.run("route_upload")
    messages = pipeline.receive("scan_upload")
    assert len(pipeline.deliver("scan_upload", messages)) == 1
    assert pipeline.asset(second)["status"] == "scanning"
    content.delete()
    assert pipeline.deliver("scan_upload", messages) == set()
    pipeline.cloud.run()
    assert pipeline.outcome(second) == ("approved", None, "clean")
    assert_nothing_unscanned_is_readable(pipeline)
