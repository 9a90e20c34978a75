"""The last task to end moves every version on, once."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.assets.tasks import TaskError
from chalicelib.core import clock
from chalicelib.core.entrypoint import RetryLater
from chalicelib.processing import completion, content_tasks, sweeper
from tests.journeys.pipeline import Pipeline, Reserved

pytest_plugins = ["tests.journeys.pipeline"]


TEXT: dict[str, Any] = {"content_type": "text/plain", "filename": "a.txt"}


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


def test_a_version_fails_when_the_last_task_has_ended_and_none_is_forgotten(
    pipeline: Pipeline, reserved: Reserved
) -> None:
    fail_thumbnails(pipeline, reserved)
    pipeline.lose("read_metadata")
    assert pipeline.asset(reserved)["status"] == "processing"
    sweeper.sweep(clock.now() + timedelta(minutes=17))
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("failed", "processing_failed", "clean")
    assert pipeline.task(reserved, "metadata")["status"] == "completed"
    assert pipeline.usage() == (0, 1)


def fail_a_task(pipeline: Pipeline, reserved: Reserved) -> Content:
    """Fail an upload because its thumbnails could not be made; gives its content as it is then."""
    pipeline.cloud.run("route_upload", "scan_upload", "read_metadata")
    pipeline.lose("make_thumbnails")
    content = contents.get(pipeline.acme.id, pipeline.asset(reserved)["sha256"])
    assert content is not None
    task = content_tasks.begin(content, "thumbnail", clock.now())
    assert task is not None
    error = TaskError("processing_failed", "By chance.")
    content_tasks.finish(content, "thumbnail", task, clock.now(), error=error)
    completion.advance_all(content, clock.now())
    assert pipeline.outcome(reserved) == ("failed", "processing_failed", "clean")
    return content


def test_a_message_of_the_first_run_does_not_undo_a_retry(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(b"Ebb and flood.", **TEXT)
    as_read_before = fail_a_task(pipeline, reserved)
    assert pipeline.retry(reserved).status == 202
    with pytest.raises(RetryLater):
        completion.advance_all(as_read_before, clock.now())
    assert pipeline.asset(reserved)["status"] == "processing"
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    assert [deed for _, deed in pipeline.deeds(reserved)] == [
        "asset.created",
        "version.failed",
        "version.retried",
        "version.approved",
        "version.published",
    ]


def test_a_duplicate_whose_content_was_mended_meanwhile_is_ready_at_its_retry(
    pipeline: Pipeline,
) -> None:
    uploads = [pipeline.upload(b"Twice the same.", **TEXT) for _ in range(2)]
    fail_a_task(pipeline, uploads[0])
    assert {pipeline.outcome(u)[1] for u in uploads} == {"processing_failed"}
    for upload in uploads:
        assert pipeline.retry(upload).status == 202
        pipeline.cloud.run()
        assert pipeline.outcome(upload) == ("approved", None, "clean")
    assert pipeline.usage() == (30, 2)
