"""Both scanning functions, and both that work on contents, do all that a scan can ask of them."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.assets import contents
from chalicelib.core import aws, clock, settings, storage
from chalicelib.core.tables import update
from chalicelib.processing import arrivals, completion, sweeper
from chalicelib.processing.scanning import scanner_source
from chalicelib.processing.scanning.clamd import Clamd
from local import clamav
from tests import media_files
from tests.journeys.pipeline import (
    Message,
    Pipeline,
    Reserved,
    assert_nothing_unscanned_is_readable,
    message,
)

TEXT = b"High tide at noon, low tide at six.\n"
SCANS = pytest.mark.parametrize("scan", ["scan_upload", "scan_large_upload"])


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """A folder whose path is short enough for a unix socket in it."""
    folder = Path(tempfile.mkdtemp(prefix="r-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def arrived(pipeline: Pipeline, data: bytes, **described: Any) -> tuple[Reserved, list[Message]]:
    """Upload as far as the message that asks for a scan, which either function may get."""
    text = {"content_type": "text/plain", "filename": "tides.txt"}
    reserved = pipeline.upload(data, **text | described)
    pipeline.cloud.run("route_upload")
    pipeline.lose("scan_upload")
    ids = {"tenant_id": pipeline.acme.id, "upload_id": reserved["upload"]["upload_id"]}
    return reserved, [message(ids)]


@SCANS
def test_a_duplicate_that_wants_more_is_done_with_all_of_it(pipeline: Pipeline, scan: str) -> None:
    data = TEXT + scan.encode()
    plain = {"generate_thumbnail": False, "extract_metadata": False}
    first, asked = arrived(pipeline, data, **plain)
    assert pipeline.deliver(scan, asked) == set()
    assert pipeline.outcome(first) == ("approved", None, "clean")
    second, asked = arrived(pipeline, data)
    assert pipeline.deliver(scan, asked) == set()
    pipeline.cloud.run()
    assert pipeline.outcome(second) == ("approved", None, "clean")
    assert pipeline.task(second, "thumbnail")["status"] == "completed"


@SCANS
def test_a_duplicate_of_what_is_done_comes_into_its_review_at_once(
    pipeline: Pipeline, scan: str
) -> None:
    step = {
        "id": "look",
        "name": "Look",
        "approvers": {"type": "roles", "roles": ["moderator"]},
        "escalate_to": {"roles": ["admin"], "users": []},
    }
    template = {"name": "Menus", "category": "menus", "content_type": "*", "steps": [step]}
    made = pipeline.cloud.post("/workflow_templates/", pipeline.who("admin"), template)
    assert made.status == 201, made.content
    data = TEXT + scan.encode()
    first, asked = arrived(pipeline, data)
    assert pipeline.deliver(scan, asked) == set()
    pipeline.cloud.run()
    assert pipeline.outcome(first) == ("approved", None, "clean")
    second, asked = arrived(pipeline, data, category="menus")
    assert pipeline.deliver(scan, asked) == set()
    assert pipeline.outcome(second) == ("in_review", None, "clean")


@SCANS
def test_a_scan_whose_event_was_lost_finds_the_bytes_itself(pipeline: Pipeline, scan: str) -> None:
    reserved = pipeline.upload(TEXT, content_type="text/plain", filename="tides.txt")
    pipeline.lose("route_upload")
    ids = {"tenant_id": pipeline.acme.id, "upload_id": reserved["upload"]["upload_id"]}
    assert pipeline.deliver(scan, [message(ids)]) == set()
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")


@SCANS
def test_what_is_infected_or_is_not_what_it_said_is_kept_from_everybody(
    pipeline: Pipeline, scan: str
) -> None:
    infected, asked = arrived(pipeline, media_files.eicar())
    assert pipeline.deliver(scan, asked) == set()
    assert pipeline.outcome(infected) == ("quarantined", None, "infected")
    other, asked = arrived(pipeline, TEXT, content_type="image/jpeg", filename="tides.jpg")
    assert pipeline.deliver(scan, asked) == set()
    assert pipeline.outcome(other) == ("failed", "type_mismatch", "clean")
    assert_nothing_unscanned_is_readable(pipeline)


@SCANS
def test_an_object_that_is_gone_fails_its_upload(pipeline: Pipeline, scan: str) -> None:
    reserved, asked = arrived(pipeline, TEXT)
    s3, bucket = aws.client("s3"), settings.settings().uploads_bucket
    upload = pipeline.record(reserved)
    s3.delete_object(Bucket=bucket, Key=upload.key, VersionId=upload.object_version)
    assert pipeline.deliver(scan, asked) == set()
    assert pipeline.outcome(reserved) == ("failed", "unreadable", "pending")


@SCANS
def test_without_a_scanner_the_message_comes_back_soon(
    pipeline: Pipeline, own_clamd: Clamd, clamd: Clamd, scan: str
) -> None:
    own_clamd.stop()
    pipeline.scan_with(own_clamd)
    reserved, asked = arrived(pipeline, TEXT)
    assert pipeline.deliver(scan, asked) == {asked[0]["MessageId"]}
    assert pipeline.outcome(reserved) == ("scanning", None, "pending")
    pipeline.scan_with(clamd)
    assert pipeline.deliver(scan, asked) == set()


@SCANS
def test_a_scan_starts_its_own_clamd_with_the_mirrored_signatures(
    pipeline: Pipeline, own_folder: Path, monkeypatch: pytest.MonkeyPatch, scan: str
) -> None:
    scanner_source.refresh(clamav.CONFIG, clock.now(), own_folder / "refreshing")
    for name in ("REEF_CLAMD_SOCKET", "REEF_SIGNATURES_FOLDER"):
        monkeypatch.delenv(name)
    settings.settings.cache_clear()
    monkeypatch.setattr(scanner_source.scanner, "__defaults__", (own_folder / "scanning",))
    reserved, asked = arrived(pipeline, TEXT)
    try:
        assert pipeline.deliver(scan, asked) == set()
    finally:
        scanner_source.stop()
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")


def test_a_refresh_removes_from_the_mirror_what_freshclam_dropped(
    pipeline: Pipeline, own_folder: Path
) -> None:
    s3, bucket = aws.client("s3"), settings.settings().signatures_bucket
    scanner_source.refresh(clamav.CONFIG, clock.now() - timedelta(hours=6), own_folder / "old")
    s3.put_object(Bucket=bucket, Key="dropped.txt", Body=b"of an older release")
    scanner_source.refresh(clamav.CONFIG, clock.now(), own_folder / "new")
    left = {item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert left == {path.name for path in clamav.SHIPPED} | {"checked-at"}


@SCANS
def test_a_scan_that_died_before_the_last_step_goes_on_from_there(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, scan: str
) -> None:
    def dies(*_: Any) -> None:
        raise RuntimeError("cut off")

    plain = {"generate_thumbnail": False, "extract_metadata": False}
    reserved, asked = arrived(pipeline, TEXT + b"twice " + scan.encode(), **plain)
    with monkeypatch.context() as cut:
        cut.setattr(completion, "advance", dies)
        assert pipeline.deliver(scan, asked) == {asked[0]["MessageId"]}
    assert pipeline.outcome(reserved)[0] == "processing"
    assert pipeline.deliver(scan, asked) == set()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")


@SCANS
def test_an_asset_purged_when_its_bytes_were_just_copied_leaves_nothing(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, scan: str
) -> None:
    reserved, asked = arrived(pipeline, TEXT + b"purged " + scan.encode())
    path = f"/assets/{reserved['asset']['id']}/?purge=true"
    real = storage.copy

    def copy(*arguments: Any) -> None:
        real(*arguments)
        assert pipeline.cloud.run("make_thumbnails") == 1
        assert pipeline.cloud.call("DELETE", path, pipeline.who("admin")).status == 204

    monkeypatch.setattr(storage, "copy", copy)
    assert pipeline.deliver(scan, asked) == set()
    assert (pipeline.originals(), pipeline.renditions()) == ({}, {})
    assert pipeline.usage() == (0, 0)


@pytest.mark.parametrize("task", ["make_thumbnails", "read_metadata"])
def test_work_on_a_content_that_is_being_deleted_comes_back(pipeline: Pipeline, task: str) -> None:
    data = TEXT + b"deleted " + task.encode()
    reserved = pipeline.upload(data, content_type="text/plain", filename="tides.txt")
    pipeline.cloud.run("route_upload", "scan_upload")
    asked = pipeline.receive(task)
    content = contents.get(pipeline.acme.id, hashlib.sha256(data).hexdigest())
    assert content is not None
    update(content, contents.Content.state.set("deleting"))
    assert pipeline.deliver(task, asked) == {asked[0]["MessageId"]}
    update(content, contents.Content.state.set("stored"))
    assert pipeline.deliver(task, asked) == set()
    (receipt,) = [entry["ReceiptHandle"] for entry in asked]
    aws.client("sqs").delete_message(QueueUrl=pipeline.queue_url(task), ReceiptHandle=receipt)
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")


def test_whoever_sends_a_large_upload_on_sends_it_to_the_large_scan(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "LARGE_ABOVE_BYTES", 8)
    described = {"content_type": "image/jpeg", "filename": "tides.jpg"}
    reserved = pipeline.upload(TEXT, **described)
    assert pipeline.cloud.run("route_upload", rounds=1) == 1
    assert len(pipeline.receive("scan_large_upload")) == 1
    assert sweeper.sweep(clock.now() + timedelta(minutes=20)) >= 1
    (asked,) = pipeline.receive("scan_large_upload")
    assert pipeline.deliver("scan_large_upload", [asked]) == set()
    assert pipeline.outcome(reserved) == ("failed", "type_mismatch", "clean")
    pipeline.lose("scan_large_upload")
    assert pipeline.retry(reserved).status == 202
    assert len(pipeline.receive("scan_large_upload")) == 1


@pytest.mark.parametrize("last", ["make_thumbnails", "read_metadata"])
def test_a_picture_that_cannot_be_read_fails_in_whichever_task_comes_last(
    pipeline: Pipeline, last: str
) -> None:
    broken = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + last.encode() * 40
    reserved = pipeline.upload(broken)
    (first,) = {"make_thumbnails", "read_metadata"} - {last}
    for function in ("route_upload", "scan_upload", first, last):
        assert pipeline.cloud.run(function) == 1
    assert pipeline.outcome(reserved) == ("failed", "unreadable", "clean")
    assert pipeline.usage() == (0, 1)
    assert pipeline.retry(reserved).status == 202
    assert pipeline.cloud.run("make_thumbnails", "read_metadata") == 2
    assert pipeline.outcome(reserved) == ("failed", "unreadable", "clean")
