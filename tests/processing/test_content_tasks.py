"""Contents: tasks end once, whoever ends them, and every waiting version moves on."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.core import clock
from chalicelib.core.tables import update
from chalicelib.processing import content_tasks, sweeping
from chalicelib.processing.tasks import TaskError
from tests.journeys.pipeline import (
    Pipeline,
    Reserved,
    assert_nothing_unscanned_is_readable,
)

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
    content_tasks.finish(content, task, clock.now(), error=error)


def test_of_two_deliveries_that_run_a_task_at_once_the_first_to_end_counts(
    pipeline: Pipeline, reserved: Reserved
) -> None:
    now = clock.now()
    one, other = content_of(pipeline, reserved), content_of(pipeline, reserved)
    first, second = (content_tasks.begin(c, "thumbnail", now) for c in (one, other))
    assert first is not None
    assert second is not None
    content_tasks.finish(one, first, now, facts={"thumbnails": {"small": [1, 1]}})
    pipeline.cloud.run("read_metadata")
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    content_tasks.finish(other, second, now, error=TaskError("unreadable", "Too late to say so."))
    assert content_of(pipeline, reserved).failure is None
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    assert pipeline.task(reserved, "thumbnail")["status"] == "completed"
    again = pipeline.upload(b"High tide at noon.", **TEXT)
    pipeline.cloud.run()
    assert pipeline.outcome(again) == ("approved", None, "clean")


def test_a_task_that_has_ended_is_not_begun_again(pipeline: Pipeline, reserved: Reserved) -> None:
    stale = content_of(pipeline, reserved)
    pipeline.cloud.run()
    assert content_tasks.begin(stale, "thumbnail", clock.now()) is None
    assert pipeline.task(reserved, "thumbnail")["status"] == "completed"


def test_a_version_fails_when_the_last_task_has_ended_and_none_is_forgotten(
    pipeline: Pipeline, reserved: Reserved
) -> None:
    fail_thumbnails(pipeline, reserved)
    pipeline.lose("read_metadata")
    assert pipeline.asset(reserved)["status"] == "processing"
    sweeping.sweep(clock.now() + timedelta(minutes=17))
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("failed", "processing_failed", "clean")
    assert pipeline.task(reserved, "metadata")["status"] == "completed"
    assert pipeline.usage() == (0, 1)


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
