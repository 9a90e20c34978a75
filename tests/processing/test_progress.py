"""How far an upload has come is read at one go, and never tells less than its version."""

from typing import Any

import pytest

from chalicelib.assets.upload_models import Upload
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import NotFound
from chalicelib.processing import progress
from chalicelib.processing.progress import Progress
from tests.journeys.pipeline import Pipeline

pytest_plugins = ["tests.journeys.pipeline"]

TEXT: dict[str, Any] = {"content_type": "text/plain", "filename": "a.txt"}


def actor(pipeline: Pipeline, role: str = "admin") -> Actor:
    member_id = pipeline.acme.members[role]
    return Actor(pipeline.acme.id, member_id, "", frozenset({role}))


def test_a_job_and_its_asset_lead_to_the_same_upload(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(b"Ebb and flood.", **TEXT)
    pipeline.cloud.run()
    job, asset = (progress.find(actor(pipeline), reserved[name]["id"]) for name in ("job", "asset"))
    assert job.upload.pk == asset.upload.pk
    assert (job.status, job.version_status) == (asset.status, asset.version_status)
    assert (job.status, job.version_status) == ("completed", "approved")
    assert [task.status for task in job.tasks] == ["completed"] * 3


def test_what_the_actor_may_not_see_is_no_job(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(b"Ebb and flood.", **TEXT)
    for identifier in (reserved["job"]["id"], reserved["asset"]["id"], "none", "n" * 2000):
        with pytest.raises(NotFound, match="There is no such job"):
            progress.find(actor(pipeline, "viewer"), identifier)


def test_tasks_are_never_told_as_they_were_before_the_version_went_on(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(b"Ebb and flood.", **TEXT)
    upload: Upload = pipeline.record(reserved)
    before = Progress(upload, None, None, None)  # no content was known of
    assert progress.refreshed(before).status == "pending"
    pipeline.cloud.run()
    now = progress.refreshed(before)
    assert now.status == "completed"
    assert [task.status for task in now.tasks] == ["completed"] * 3


def test_a_version_that_is_gone_has_failed_and_shows_its_scan_alone(pipeline: Pipeline) -> None:
    upload: Upload = pipeline.record(pipeline.upload(b"Ebb and flood.", **TEXT))
    gone = Progress(upload, None, None, None)
    assert gone.status == "failed"
    assert [task.job_type for task in gone.tasks] == ["virus_scan"]
