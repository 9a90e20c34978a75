"""Contents: tasks end once, whoever ends them, and every waiting version moves on."""

from typing import Any

import pytest

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.assets.tasks import TaskError
from chalicelib.core import clock
from chalicelib.processing import completion, content_tasks
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


def test_of_two_deliveries_that_run_a_task_at_once_the_first_to_end_counts(
    pipeline: Pipeline, reserved: Reserved
) -> None:
    now = clock.now()
    one, other = content_of(pipeline, reserved), content_of(pipeline, reserved)
    first, second = (content_tasks.begin(c, "thumbnail", now) for c in (one, other))
    assert first is not None
    assert second is not None
    content_tasks.finish(one, "thumbnail", first, now, facts={"thumbnails": {"small": [1, 1]}})
    pipeline.cloud.run("read_metadata")
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    content_tasks.finish(
        other, "thumbnail", second, now, error=TaskError("unreadable", "Too late to say so.")
    )
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
