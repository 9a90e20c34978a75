"""What has had its time is counted by a trial, and then dropped; all else stays."""

from datetime import timedelta

import pytest

from chalicelib.assets.models import asset_key
from chalicelib.core import clock
from chalicelib.core.tables import find
from chalicelib.processing import __main__ as command
from chalicelib.processing import expired
from chalicelib.processing.expired import Expired
from chalicelib.processing.models import ProcessingJob
from tests.journeys.pipeline import Pipeline

pytest_plugins = ["tests.journeys.pipeline"]

TEXT = {"content_type": "text/plain", "filename": "a.txt"}


def test_old_jobs_numbers_and_abandoned_uploads_are_dropped_and_nothing_else(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud, admin = pipeline.cloud, pipeline.who("admin")
    reserved = pipeline.upload(b"Low tide.", **TEXT)
    never = pipeline.reserve(b"High tide.", **TEXT)
    cloud.run()
    download = cloud.get(f"/assets/{reserved['asset']['id']}/download/", admin)
    assert download.status == 302
    cloud.run()
    now = clock.now()
    assert expired.drop(now) == Expired()
    late = now + timedelta(days=401)
    trial = expired.drop(late, dry_run=True)
    assert trial.jobs >= 4  # the job, and what three tasks took
    assert trial.visits >= 1
    assert trial.uploads == 1
    assert expired.drop(late, dry_run=True) == trial
    assert expired.drop(late) == trial
    assert expired.drop(late) == Expired()
    assert pipeline.outcome(never)[:2] == ("failed", "upload_expired")

    key = asset_key(pipeline.acme.id, reserved["job"]["id"])
    assert find(ProcessingJob, key, "JOB") is None
    told = pipeline.job(reserved)
    assert (told["status"], told["progress_percent"]) == ("completed", 100)
    assert [task["status"] for task in told["tasks"]] == ["completed"]
    assert pipeline.retry(reserved, "admin").status == 409
    listed = cloud.get("/processing/?status=completed", admin).json["items"]
    assert [one["id"] for one in listed] == [reserved["job"]["id"]]
    assert pipeline.outcome(reserved) == ("approved", None, "clean")

    assert command.main(["clean-up", "--dry-run"]) == 0
    assert "past their time: 0 items of jobs, 0 of visits,\n0 uploads" in capsys.readouterr().out
