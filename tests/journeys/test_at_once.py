"""Many at once, on a DynamoDB whose conditions and transactions are exact."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from chalicelib.tenants import accounts
from tests import media_files
from tests.journeys.pipeline import Pipeline, assert_nothing_unscanned_is_readable

T = TypeVar("T")
TEXT: dict[str, Any] = {"content_type": "text/plain", "filename": "a.txt"}


def at_once(*deeds: Callable[[], T]) -> list[T]:
    """Do everything in threads that start together."""
    start = threading.Barrier(len(deeds))

    def do(deed: Callable[[], T]) -> T:
        start.wait(timeout=30)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(do, deeds))


def test_the_same_content_six_times_at_once(exact_pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline = exact_pipeline
    data = Path(media_files.image_file(tmp_path / "photo.jpg")).read_bytes()
    uploads = at_once(*[lambda: pipeline.upload(data)] * 6)
    at_once(*[pipeline.cloud.run] * 6)
    for _ in range(40):
        if {pipeline.asset(u)["status"] for u in uploads} == {"approved"}:
            break
        threading.Event().wait(0.5)
        pipeline.cloud.run()
    for reserved in uploads:
        shown = pipeline.asset(reserved)
        assert (shown["status"], shown["published_version"]) == ("approved", 1)
        assert shown["technical"]["width"] == 640
        assert set(shown["thumbnails"]) == {"small", "medium", "large"}
        deeds = [deed for _, deed in pipeline.deeds(reserved)]
        assert deeds == ["asset.created", "version.approved", "version.published"]
        assert pipeline.record(reserved).state == "ended"
    assert len(pipeline.originals()) == 1
    assert len(pipeline.renditions()) == 4  # three thumbnails, and the grid
    assert pipeline.usage() == (6 * len(data), 6)
    assert_nothing_unscanned_is_readable(pipeline)


def test_the_same_unusable_content_six_times_at_once(exact_pipeline: Pipeline) -> None:
    pipeline = exact_pipeline
    uploads = at_once(*[lambda: pipeline.upload(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 no photo")] * 6)
    at_once(*[pipeline.cloud.run] * 6)
    for _ in range(40):
        if {pipeline.asset(u)["status"] for u in uploads} == {"failed"}:
            break
        threading.Event().wait(0.5)
        pipeline.cloud.run()
    assert {pipeline.outcome(u)[:2] for u in uploads} == {("failed", "unreadable")}
    for reserved in uploads:
        assert [deed for _, deed in pipeline.deeds(reserved)] == ["asset.created", "version.failed"]
    assert pipeline.usage() == (0, 6)
    assert_nothing_unscanned_is_readable(pipeline)


def test_the_quota_lets_exactly_as_many_bytes_through_as_it_has(exact_pipeline: Pipeline) -> None:
    pipeline = exact_pipeline
    accounts.set_quota(pipeline.acme.id, 1000)
    body = {"size_bytes": 100} | TEXT
    email = pipeline.who("contributor")
    pipeline.cloud.token(email)
    answers = at_once(*[lambda: pipeline.cloud.post("/assets/upload/", email, body)] * 16)
    assert sorted(answer.status for answer in answers) == [201] * 10 + [403] * 6
    assert {answer.code for answer in answers if answer.status == 403} == {"quota_exceeded"}
    assert pipeline.usage() == (1000, 10)


def test_a_failed_upload_gives_its_quota_back_once(exact_pipeline: Pipeline) -> None:
    pipeline = exact_pipeline
    kept = pipeline.reserve(b"Something else.", **TEXT)
    reserved = pipeline.upload(b"Too long.", size_bytes=7, **TEXT)
    pipeline.cloud.run("route_upload")
    messages = pipeline.receive("scan_upload")
    failed = at_once(*[lambda: pipeline.deliver("scan_upload", messages)] * 6)
    assert failed == [set()] * 6
    assert pipeline.outcome(reserved)[:2] == ("failed", "size_mismatch")
    assert pipeline.asset(kept)["status"] == "uploading"
    assert pipeline.usage() == (15, 2)
    assert [deed for _, deed in pipeline.deeds(reserved)] == ["asset.created", "version.failed"]


def test_of_six_retries_at_once_one_is_taken(exact_pipeline: Pipeline) -> None:
    pipeline = exact_pipeline
    reserved = pipeline.upload(b"Too long.", size_bytes=7, **TEXT)
    pipeline.cloud.run()
    pipeline.cloud.token(pipeline.who("contributor"))
    answers = at_once(*[lambda: pipeline.retry(reserved)] * 6)
    assert sorted(answer.status for answer in answers) == [202] + [409] * 5
    assert pipeline.usage() == (7, 1)
    pipeline.cloud.run()
    assert pipeline.outcome(reserved)[:2] == ("failed", "size_mismatch")
    assert pipeline.usage() == (0, 1)


def test_of_six_aborts_at_once_all_succeed_and_the_quota_is_free_once(
    exact_pipeline: Pipeline,
) -> None:
    pipeline = exact_pipeline
    reserved = pipeline.reserve(b"Never mind.", **TEXT)
    email, path = pipeline.who("contributor"), f"/uploads/{reserved['job']['id']}/"
    pipeline.cloud.token(email)
    answers = at_once(*[lambda: pipeline.cloud.call("DELETE", path, email)] * 6)
    assert {answer.status for answer in answers} == {204}
    assert pipeline.usage() == (0, 1)
