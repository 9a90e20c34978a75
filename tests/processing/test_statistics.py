"""Numbers of tasks by type: what ended, what it took, and what is under way."""

import random
import statistics as numbers
from datetime import timedelta

import pytest

from chalicelib.assets.tasks import Task
from chalicelib.core import clock
from chalicelib.processing import statistics
from tests.journeys.pipeline import Pipeline

pytest_plugins = ["tests.journeys.pipeline"]


def test_quantiles_of_many_days_are_right_to_a_twentieth(pipeline: Pipeline) -> None:
    now, dice = clock.now(), random.Random(18)
    took = [round(dice.lognormvariate(0, 1.5), 3) for _ in range(120)]
    for number, seconds in enumerate(took):
        task = Task(
            job_type="conversion",
            status="failed" if number % 10 == 0 else "completed",
            duration_seconds=seconds,
            peak_memory_bytes=int(seconds * 1e8),
        )
        statistics.count(pipeline.acme.id, task, now - timedelta(days=number % 3))
    waiting = Task(job_type="thumbnail")
    found = statistics.of_days(pipeline.acme.id, 3, now, [waiting])
    told = found["conversion"]
    assert (told.completed, told.failed, told.pending) == (108, 12, 0)
    assert found["thumbnail"].pending == 1
    assert found["metadata"].p95_seconds is None
    cuts = numbers.quantiles(took, n=100, method="inclusive")
    assert told.median_seconds == pytest.approx(cuts[49], rel=0.1)
    assert told.p95_seconds == pytest.approx(cuts[94], rel=0.1)
    assert told.p95_peak_memory_bytes == pytest.approx(cuts[94] * 1e8, rel=0.1)
    assert statistics.of_days(pipeline.acme.id, 1, now, [])["conversion"].completed < 108


def test_every_task_of_an_upload_is_counted_once(pipeline: Pipeline) -> None:
    text = {"content_type": "text/plain", "filename": "a.txt"}
    reserved = pipeline.upload(b"Low tide.", **text)
    pipeline.cloud.run("route_upload", "scan_upload")
    shown = pipeline.cloud.get("/processing/statistics/", pipeline.who("admin")).json["by_type"]
    assert shown["virus_scan"]["completed"] == 1
    assert shown["thumbnail"]["pending"] == shown["metadata"]["pending"] == 1
    bad = pipeline.upload(b"Low tide.", size_bytes=7, **text)
    pipeline.cloud.run()
    shown = pipeline.cloud.get("/processing/statistics/", pipeline.who("admin")).json["by_type"]
    assert (shown["virus_scan"]["completed"], shown["virus_scan"]["failed"]) == (1, 1)
    assert shown["thumbnail"]["completed"] == shown["metadata"]["completed"] == 1
    assert shown["thumbnail"]["p95_peak_memory_bytes"] > 1e6
    refused = pipeline.cloud.get("/processing/statistics/?days=0", pipeline.who("admin"))
    assert refused.status == 422

    def listed(query: str, role: str) -> list[str]:
        answer = pipeline.cloud.get(f"/processing/{query}", pipeline.who(role))
        assert answer.status == 200, answer.content
        return [one["id"] for one in answer.json["items"]]

    failed, good = bad["job"]["id"], reserved["job"]["id"]
    assert listed("?status=failed", "editor") == [failed]
    assert listed("?status=completed", "viewer") == [good]
    assert listed("", "viewer") == [good]
    assert listed("?status=running", "admin") == []
    first = pipeline.cloud.get("/processing/?limit=1", pipeline.who("admin")).json
    assert [one["id"] for one in first["items"]] == [failed]
    following = f"?limit=1&cursor={first['next_cursor']}"
    assert listed(following, "admin") == [good]
    assert pipeline.cloud.get("/processing/?status=x", pipeline.who("admin")).status == 422
