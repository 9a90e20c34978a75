"""The pipeline's functions take whatever queues hand them: twice, late, reversed, broken."""

from pathlib import Path
from typing import Any

import pytest

from chalicelib.assets.upload_models import Upload
from chalicelib.core import queues
from chalicelib.core.aws import client
from chalicelib.processing import events
from tests import media_files
from tests.journeys.pipeline import (
    Pipeline,
    Reserved,
    assert_nothing_unscanned_is_readable,
    message,
    s3_event,
)

pytest_plugins = ["tests.journeys.pipeline"]

TEXT: dict[str, Any] = {"content_type": "text/plain", "filename": "a.txt"}


def key_of(reserved: Reserved) -> str:
    return str(reserved["upload"]["fields"]["key"])


def keys_of(event: dict[str, Any]) -> list[str]:
    return [created.key for created in queues.created(message(event)["Body"])]


def test_keys_come_form_encoded_and_only_of_created_objects() -> None:
    keys = ["a/b%20c/d", "a/b+c/d", "a%2Fb/%C3%A9"]
    assert keys_of(s3_event(*keys)) == ["a/b c/d", "a/b c/d", "a/b/é"]
    removed = s3_event("a/b/c", name="ObjectRemoved:Delete")
    assert keys_of(removed) == []
    restored = s3_event("a/b/c", name="s3:ObjectCreated:CompleteMultipartUpload")
    assert keys_of(restored) == ["a/b/c"]


@pytest.mark.parametrize("body", ["", "{", "[]", "7", "null", "{}", '{"Records": 7}'])
def test_what_is_no_s3_event_is_an_error_not_nothing(body: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - msgspec's own and ours, one family
        queues.created(body)


def test_a_content_is_named_by_s3_or_by_reef_itself() -> None:
    from_s3 = events._contents(message(s3_event("t/abc", "t/abc/thumbnail", "t"))["Body"])
    from_reef = events._contents(message({"tenant_id": "t", "sha256": "abc"})["Body"])
    assert from_s3 == from_reef == [events.Stored("t", "abc")]


@pytest.mark.parametrize("function", ["route_upload", "make_thumbnails", "read_metadata"])
def test_s3s_test_event_is_ordinary(pipeline: Pipeline, function: str) -> None:
    test = message({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "reef-uploads"})
    assert pipeline.deliver(function, [test]) == set()


BAD = {
    "route_upload": "not json",
    "scan_upload": {"tenant_id": 7},
    "read_metadata": {"Records": [{"eventName": 7}]},
}


@pytest.mark.parametrize(("function", "body"), BAD.items())
def test_one_bad_message_in_ten_goes_back_alone(
    pipeline: Pipeline, function: str, body: Any
) -> None:
    options = {"generate_thumbnail": False, "extract_metadata": function == "read_metadata"}
    texts = [b"Number %d." % i for i in range(9)]
    uploads = [pipeline.upload(text, **TEXT | options) for text in texts]
    before = ["route_upload", "scan_upload", "read_metadata"]
    for earlier in before[: before.index(function)]:
        pipeline.cloud.run(earlier)
    if function == "route_upload":
        pipeline.lose(function)
    if function == "route_upload":
        good = [message(s3_event(key_of(u))) for u in uploads]
    elif function.startswith("scan"):
        good = [
            message({"tenant_id": pipeline.acme.id, "upload_id": u["job"]["id"]}) for u in uploads
        ]
    else:
        sha = [pipeline.asset(u)["sha256"] for u in uploads]
        good = [message(s3_event(f"{pipeline.acme.id}/{s}")) for s in sha]
    bad = message(body)
    assert pipeline.deliver(function, [*good[:4], bad, *good[4:]]) == {bad["MessageId"]}
    pipeline.cloud.run()
    assert {pipeline.asset(u)["status"] for u in uploads} == {"approved"}


def test_several_records_in_one_message(pipeline: Pipeline) -> None:
    uploads = [pipeline.upload(b"Number %d." % i, **TEXT) for i in range(3)]
    pipeline.lose("route_upload")
    event = message(s3_event(*[key_of(u) for u in uploads]))
    assert pipeline.deliver("route_upload", [event]) == set()
    pipeline.cloud.run()
    assert {pipeline.asset(u)["status"] for u in uploads} == {"approved"}
    assert_nothing_unscanned_is_readable(pipeline)


def test_every_event_twice_changes_nothing_more(pipeline: Pipeline, tmp_path: Path) -> None:
    data = Path(media_files.image_file(tmp_path / "a.png")).read_bytes()
    good = pipeline.upload(data, content_type="image/png")
    bad = pipeline.upload(data, size_bytes=7, content_type="image/png")
    for function in ("route_upload", "scan_upload", "make_thumbnails", "read_metadata"):
        messages = pipeline.receive(function)
        assert messages
        for _ in range(2):
            assert pipeline.deliver(function, [*messages, *messages]) == set()
    pipeline.cloud.run()
    assert pipeline.outcome(good) == ("approved", None, "clean")
    assert pipeline.outcome(bad) == ("failed", "size_mismatch", "clean")
    assert pipeline.usage() == (len(data), 2)
    assert [deed for _, deed in pipeline.deeds(good)] == [
        "asset.created",
        "version.approved",
        "version.published",
    ]
    assert [deed for _, deed in pipeline.deeds(bad)] == ["asset.created", "version.failed"]
    for job_type in ("virus_scan", "thumbnail", "metadata"):
        assert pipeline.task(good, job_type)["attempts"] == 1
    assert_nothing_unscanned_is_readable(pipeline)


def test_events_in_reverse_change_nothing(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(b"First the scan, then its cause.", **TEXT)
    arrived = pipeline.receive("route_upload")
    scan = message({"tenant_id": pipeline.acme.id, "upload_id": reserved["job"]["id"]})
    assert pipeline.deliver("scan_upload", [scan]) == set()
    assert pipeline.asset(reserved)["status"] == "processing"
    assert pipeline.deliver("read_metadata", pipeline.receive("read_metadata")) == set()
    assert pipeline.deliver("make_thumbnails", pipeline.receive("make_thumbnails")) == set()
    assert pipeline.deliver("scan_upload", [scan]) == set()
    assert pipeline.deliver("route_upload", arrived) == set()
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    assert_nothing_unscanned_is_readable(pipeline)


def test_a_scan_asked_for_before_the_bytes_are_there_does_nothing(pipeline: Pipeline) -> None:
    reserved = pipeline.reserve(b"Soon.", **TEXT)
    scan = message({"tenant_id": pipeline.acme.id, "upload_id": reserved["job"]["id"]})
    assert pipeline.deliver("scan_upload", [scan]) == set()
    assert pipeline.deliver("route_upload", [message(s3_event(key_of(reserved)))]) == set()
    assert pipeline.asset(reserved)["status"] == "uploading"


def test_events_of_what_is_not_known_do_nothing(pipeline: Pipeline) -> None:
    nobody = f"{pipeline.acme.id}/0/0"
    for keys in ((nobody,), ("stray.txt",), ("a/b/c/d/e",), ("",)):
        assert pipeline.deliver("route_upload", [message(s3_event(*keys))]) == set()
    unknown = {"tenant_id": pipeline.acme.id, "upload_id": "0"}
    assert pipeline.deliver("scan_upload", [message(unknown)]) == set()
    for function in ("make_thumbnails", "read_metadata"):
        assert pipeline.deliver(function, [message(s3_event(f"{pipeline.acme.id}/abc"))]) == set()
    assert pipeline.receive("scan_upload") == []


def test_bytes_of_an_aborted_upload_are_ignored(pipeline: Pipeline) -> None:
    reserved = pipeline.reserve(b"Too late.", **TEXT)
    path = f"/uploads/{reserved['upload']['upload_id']}/"
    for _ in range(2):
        aborted = pipeline.cloud.call("DELETE", path, pipeline.who("contributor"))
        assert aborted.status == 204
    assert pipeline.usage() == (0, 1)
    pipeline.cloud.put(reserved["upload"], b"Too late.")
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("failed", "aborted", "pending")
    scan = message({"tenant_id": pipeline.acme.id, "upload_id": reserved["job"]["id"]})
    assert pipeline.deliver("scan_upload", [scan]) == set()
    assert pipeline.outcome(reserved) == ("failed", "aborted", "pending")
    assert pipeline.usage() == (0, 1)
    assert pipeline.originals() == {}
    assert_nothing_unscanned_is_readable(pipeline)


def test_an_upload_knows_where_its_object_lies(pipeline: Pipeline) -> None:
    reserved = pipeline.reserve(b"Soon.", **TEXT)
    upload = pipeline.record(reserved)
    assert isinstance(upload, Upload)
    assert upload.key == key_of(reserved)


def test_an_upload_goes_on_under_its_tenants_name_so_that_queues_are_fair(
    pipeline: Pipeline,
) -> None:
    pipeline.upload(b"low tide", **TEXT)
    pipeline.cloud.run("route_upload")
    assert groups_of("scan-small") == {pipeline.acme.id}


def groups_of(queue: str) -> set[str]:
    """Give the message groups of what waits in a queue."""
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName=f"reef-{queue}")["QueueUrl"]
    found = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=0,
        MessageSystemAttributeNames=["MessageGroupId"],
    )
    return {message["Attributes"]["MessageGroupId"] for message in found["Messages"]}
