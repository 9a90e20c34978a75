"""A job shows how far an upload has come, answers at its next change, and can be retried."""

import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.assets.tasks import TaskError
from chalicelib.core import clock, settings
from chalicelib.core.api import waits
from chalicelib.core.api.identity import Actor
from chalicelib.processing import completion, content_tasks
from chalicelib.tenants import accounts
from tests import media_files
from tests.crashes import Faults
from tests.journeys.pipeline import Pipeline, Reserved, assert_nothing_unscanned_is_readable

pytest_plugins = ["tests.journeys.pipeline"]

TEXT: dict[str, Any] = {"content_type": "text/plain", "filename": "a.txt"}


@pytest.fixture
def broken(tmp_path: Path) -> bytes:
    """A JPEG of which the second half is missing."""
    return Path(media_files.cut(media_files.image_file(tmp_path / "a.jpg"))).read_bytes()


def fail_by_chance(pipeline: Pipeline) -> tuple[Reserved, bytes]:
    """Fail an upload for a reason that a retry can mend: a type that was not allowed then."""
    data = b"Ebb and flood."
    reserved = pipeline.upload(data, **TEXT)
    pipeline.configure(allowed_mime_types=["image/png"])
    pipeline.cloud.run()
    pipeline.configure(allowed_mime_types=list(settings.DEFAULT_MIME_TYPES))
    assert pipeline.outcome(reserved) == ("failed", "type_mismatch", "clean")
    return reserved, data


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


def test_the_shape_of_a_job_at_every_step(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(b"Ebb and flood.", **TEXT)
    steps = []
    for function in ("route_upload", "scan_upload", "make_thumbnails", "read_metadata"):
        job = pipeline.job(reserved)
        steps.append((job["status"], job["progress_percent"]))
        pipeline.cloud.run(function)
    assert steps == [("pending", 0), ("running", 0), ("running", 33), ("running", 66)]
    job = pipeline.job(reserved)
    assert (job["id"], job["asset_id"]) == (reserved["job"]["id"], reserved["asset"]["id"])
    assert (job["status"], job["progress_percent"]) == ("completed", 100)
    assert set(job) == {"id", "asset_id", "status", "progress_percent", "tasks"}
    assert [task["job_type"] for task in job["tasks"]] == ["virus_scan", "thumbnail", "metadata"]
    for task in job["tasks"]:
        assert set(task) == {
            "job_type",
            "status",
            "attempts",
            "started_at",
            "finished_at",
            "duration_seconds",
            "peak_memory_bytes",
            "error",
        }
        assert (task["status"], task["attempts"], task["error"]) == ("completed", 1, None)
        assert task["started_at"] <= task["finished_at"]
        assert task["duration_seconds"] >= 0
    assert all(task["peak_memory_bytes"] > 1_000_000 for task in job["tasks"][1:])
    by_asset = pipeline.cloud.get(
        f"/processing/{reserved['asset']['id']}/status/", pipeline.who("viewer")
    )
    assert by_asset.json == job


def test_a_job_shows_the_times_of_its_own_tasks_alone(pipeline: Pipeline) -> None:
    data = b"Ebb and flood."
    first = pipeline.upload(data, **TEXT)
    pipeline.cloud.run()
    again = pipeline.upload(data, **TEXT)
    pipeline.cloud.run()
    assert all(task["started_at"] for task in pipeline.job(first)["tasks"])
    scan, *others = pipeline.job(again)["tasks"]
    assert scan["attempts"] == 1
    for task in others:
        assert (task["status"], task["attempts"], task["error"]) == ("completed", 0, None)
        times = ("started_at", "finished_at", "duration_seconds", "peak_memory_bytes")
        assert {task[name] for name in times} == {None}


def test_a_job_is_seen_by_those_who_see_its_version(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(b"Ebb and flood.", **TEXT)
    globex = pipeline.tenant("globex")
    for identifier in (reserved["job"]["id"], reserved["asset"]["id"]):
        path = f"/processing/{identifier}/status/"
        seen = {
            role: pipeline.cloud.get(path, pipeline.who(role)).status
            for role in ("contributor", "editor", "moderator", "admin", "viewer")
        }
        assert seen.pop("viewer") == 404
        assert set(seen.values()) == {200}
        assert pipeline.cloud.get(path, pipeline.who("admin", globex)).code == "not_found"
        assert pipeline.cloud.get(path).status == 401


def test_wait_answers_at_the_next_change(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(b"Ebb and flood.", **TEXT)
    path = f"/processing/{reserved['job']['id']}/status/?wait=15"
    answers: list[Any] = []
    began = time.monotonic()
    asking = threading.Thread(
        target=lambda: answers.append(pipeline.cloud.get(path, pipeline.who("admin")).json)
    )
    pipeline.cloud.token(pipeline.who("admin"))
    asking.start()
    time.sleep(0.5)
    assert asking.is_alive()
    pipeline.cloud.run("route_upload")
    asking.join(timeout=14)
    assert answers[0]["status"] == "running"
    assert time.monotonic() - began < 14


def test_wait_answers_at_once_when_all_is_done_and_in_time_when_nothing_happens(
    pipeline: Pipeline,
) -> None:
    done = pipeline.upload(media_files.eicar(), **TEXT)
    pipeline.cloud.run()
    began = time.monotonic()
    answer = pipeline.cloud.get(
        f"/processing/{done['job']['id']}/status/?wait=20", pipeline.who("admin")
    )
    assert answer.json["status"] == "completed"
    assert time.monotonic() - began < 10
    idle = pipeline.reserve(b"Never sent.", **TEXT)
    path = f"/processing/{idle['job']['id']}/status/"
    assert pipeline.cloud.get(f"{path}?wait=0.4", pipeline.who("admin")).json["status"] == "pending"
    for wait in ("21", "-1", "soon"):
        assert pipeline.cloud.get(f"{path}?wait={wait}", pipeline.who("admin")).status == 422


def test_three_requests_of_a_member_wait_and_a_fourth_is_answered_at_once(
    pipeline: Pipeline,
) -> None:
    reserved = pipeline.reserve(b"Never sent.", **TEXT)
    path = f"/processing/{reserved['job']['id']}/status/"
    admin = Actor(pipeline.acme.id, pipeline.acme.members["admin"], "", frozenset())
    with ExitStack() as waiting:
        for _ in range(waits.PLACES):
            assert waiting.enter_context(waits.place(admin, 60))
        began = time.monotonic()
        answer = pipeline.cloud.get(f"{path}?wait=20", pipeline.who("admin"))
        assert answer.json["status"] == "pending"
        assert time.monotonic() - began < 19
        began = time.monotonic()
        pipeline.cloud.get(f"{path}?wait=1", pipeline.who("editor"))
        assert time.monotonic() - began > 1, "another member has places of their own"
    began = time.monotonic()
    pipeline.cloud.get(f"{path}?wait=1", pipeline.who("admin"))
    assert time.monotonic() - began > 1, "the places are free again"


def test_who_need_not_wait_takes_no_place(pipeline: Pipeline) -> None:
    done = pipeline.upload(media_files.eicar(), **TEXT)
    pipeline.cloud.run()
    path = f"/processing/{done['job']['id']}/status/"
    for query in ("?wait=20", "?wait=0", ""):
        pipeline.cloud.get(path + query, pipeline.who("admin"))
    key = f"WAITING#{pipeline.acme.id}#{pipeline.acme.members['admin']}"
    with pytest.raises(waits.Waiting.DoesNotExist):
        waits.Waiting.get(key)


def test_a_retried_job_takes_its_quota_again_and_succeeds(pipeline: Pipeline) -> None:
    reserved, data = fail_by_chance(pipeline)
    assert pipeline.usage() == (0, 1)
    answer = pipeline.retry(reserved)
    assert (answer.status, answer.json) == (202, {"job_id": reserved["job"]["id"]})
    assert pipeline.usage() == (len(data), 1)
    assert pipeline.retry(reserved).code == "conflict"
    assert pipeline.usage() == (len(data), 1)
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    assert pipeline.usage() == (len(data), 1)
    people = pipeline.acme.members
    assert pipeline.deeds(reserved) == [
        (people["contributor"], "asset.created"),
        ("reef", "version.failed"),
        (people["contributor"], "version.retried"),
        ("reef", "version.approved"),
        ("reef", "version.published"),
    ]
    assert_nothing_unscanned_is_readable(pipeline)


def test_a_retry_that_no_longer_fits_the_quota_changes_nothing(pipeline: Pipeline) -> None:
    reserved, data = fail_by_chance(pipeline)
    accounts.set_quota(pipeline.acme.id, len(data) - 1)
    answer = pipeline.retry(reserved)
    assert (answer.status, answer.code) == (403, "quota_exceeded")
    assert pipeline.outcome(reserved)[:2] == ("failed", "type_mismatch")
    assert pipeline.usage() == (0, 1)


def test_a_file_that_cannot_be_decoded_fails_again(pipeline: Pipeline, broken: bytes) -> None:
    reserved = pipeline.upload(broken)
    pipeline.cloud.run()
    for _ in range(2):
        assert pipeline.outcome(reserved) == ("failed", "unreadable", "clean")
        assert pipeline.usage() == (0, 1)
        assert pipeline.retry(reserved).status == 202
        assert pipeline.asset(reserved)["status"] == "processing"
        assert pipeline.usage() == (len(broken), 1)
        pipeline.cloud.run()
    assert pipeline.task(reserved, "thumbnail")["error"]["code"] == "unreadable"
    assert_nothing_unscanned_is_readable(pipeline)


def test_retrying_a_task_is_one_transaction(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserved = pipeline.upload(b"Ebb and flood.", **TEXT)
    fail_a_task(pipeline, reserved)
    faults = Faults(monkeypatch)
    with faults.process() as calls:
        assert pipeline.retry(reserved).status == 202
    reads = ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query")
    assert [call for call in calls if call not in reads] == [
        "dynamodb:UpdateItem",  # the quota
        "dynamodb:TransactWriteItems",
        "sqs:SendMessage",
    ]


def test_nothing_failed_nothing_to_retry(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(b"Ebb and flood.", **TEXT)
    assert pipeline.retry(reserved).code == "conflict"
    pipeline.cloud.run()
    answer = pipeline.retry(reserved)
    assert (answer.status, answer.code) == (409, "conflict")
    assert pipeline.usage() == (14, 1)


def test_who_may_not_retry(pipeline: Pipeline) -> None:
    reserved, _ = fail_by_chance(pipeline)
    globex = pipeline.tenant("globex")
    path = f"/processing/{reserved['job']['id']}/retry/"
    assert pipeline.cloud.post(path, pipeline.who("admin", globex)).code == "not_found"
    assert pipeline.retry(reserved, "viewer").code == "not_found"
    assert pipeline.retry(reserved, "moderator").code == "forbidden"
    assert pipeline.cloud.post(path).status == 401
    assert pipeline.outcome(reserved)[0] == "failed"
