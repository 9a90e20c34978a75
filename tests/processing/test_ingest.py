"""The very bytes that were scanned are the ones that are kept, whatever is posted meanwhile."""

from typing import Any

import pytest

from chalicelib.assets.upload_models import Upload
from chalicelib.core import aws
from chalicelib.core.settings import settings
from tests import media_files
from tests.journeys.pipeline import Pipeline, Reserved, assert_nothing_unscanned_is_readable

pytest_plugins = ["tests.journeys.pipeline"]

TEXT: dict[str, Any] = {"content_type": "text/plain", "filename": "a.txt"}
FIRST = b"These words were posted first."
LATER = media_files.eicar()[: len(FIRST)].ljust(len(FIRST), b".")


def test_an_object_that_vanished_before_its_scan_fails_with_words(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(FIRST, **TEXT)
    pipeline.cloud.run("route_upload")
    upload = pipeline.record(reserved)
    aws.client("s3").delete_object(
        Bucket=settings().uploads_bucket, Key=upload.key, VersionId=upload.object_version
    )
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("failed", "unreadable", "pending")
    assert "upload again" in pipeline.task(reserved, "virus_scan")["error"]["message"]
    assert pipeline.usage() == (0, 1)
    assert pipeline.retry(reserved).code == "conflict"
    assert pipeline.usage() == (0, 1)


def test_an_upload_in_parts_ends_like_any_other(pipeline: Pipeline) -> None:
    whole = b"Low tide.\n" * 1_200_000
    reserved = pipeline.reserve(whole, multipart=True, **TEXT)
    plan = reserved["upload"]
    upload = pipeline.record(reserved)
    assert (plan["method"], plan["part_count"]) == ("MULTIPART", 2)
    for number in (1, 2):
        aws.client("s3").upload_part(
            Bucket=settings().uploads_bucket,
            Key=upload.key,
            UploadId=upload.multipart_id,
            PartNumber=number,
            Body=whole[(number - 1) * plan["part_size_bytes"] : number * plan["part_size_bytes"]],
        )
        path = f"/uploads/{plan['upload_id']}/complete/"
        completed = pipeline.cloud.post(path, pipeline.who("contributor"))
        assert completed.status == (409 if number == 1 else 200)
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    assert pipeline.cloud.post(path, pipeline.who("contributor")).status == 200
    gone = pipeline.cloud.call("DELETE", f"/uploads/{plan['upload_id']}/", pipeline.who("admin"))
    assert gone.code == "conflict"
    assert pipeline.usage() == (len(whole), 1)
    assert_nothing_unscanned_is_readable(pipeline)


@pytest.mark.parametrize("tasks", [{}, {"generate_thumbnail": False, "extract_metadata": False}])
def test_uploaded_bytes_are_gone_once_they_are_kept(
    pipeline: Pipeline, tasks: dict[str, bool]
) -> None:
    reserved = pipeline.upload(FIRST, **TEXT, **tasks)
    pipeline.cloud.run("route_upload")
    assert sent(pipeline, reserved) == [FIRST]
    pipeline.cloud.run("scan_upload")
    assert sent(pipeline, reserved) == []
    pipeline.cloud.run()
    assert pipeline.asset(reserved)["status"] == "approved"
    assert list(pipeline.originals().values()) == [FIRST]


def test_infected_bytes_are_gone_at_once(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(media_files.eicar(), **TEXT)
    pipeline.cloud.run()
    assert pipeline.asset(reserved)["status"] == "quarantined"
    assert sent(pipeline, reserved) == []


def test_bytes_that_a_retry_would_scan_stay(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(FIRST, content_type="image/png", filename="a.png")
    pipeline.cloud.run()
    assert pipeline.outcome(reserved)[:2] == ("failed", "type_mismatch")
    assert sent(pipeline, reserved) == [FIRST]
    assert pipeline.retry(reserved).status == 202
    pipeline.cloud.run()
    assert pipeline.outcome(reserved)[:2] == ("failed", "type_mismatch")


def test_bytes_that_a_death_left_behind_go_when_the_message_comes_again(
    pipeline: Pipeline,
) -> None:
    reserved = pipeline.upload(FIRST, **TEXT)
    pipeline.cloud.run("route_upload")
    messages = pipeline.receive("scan_upload")
    uploads = settings().uploads_bucket
    assert pipeline.deliver("scan_upload", messages) == set()
    key = pipeline.record(reserved).key
    aws.client("s3").put_object(Bucket=uploads, Key=key, Body=FIRST)
    (left,) = aws.client("s3").list_object_versions(Bucket=uploads, Prefix=key)["Versions"]
    pipeline.record(reserved).update(actions=[Upload.object_version.set(left["VersionId"])])
    assert pipeline.deliver("scan_upload", messages) == set()
    assert sent(pipeline, reserved) == []


def test_a_task_that_failed_is_tried_again_though_the_uploaded_bytes_are_gone(
    pipeline: Pipeline,
) -> None:
    damaged = b"\x89PNG\r\n\x1a\n" + bytes(100)
    reserved = pipeline.upload(damaged, content_type="image/png", filename="a.png")
    pipeline.cloud.run()
    assert pipeline.outcome(reserved)[:2] == ("failed", "unreadable")
    assert sent(pipeline, reserved) == []
    assert pipeline.retry(reserved).status == 202
    pipeline.cloud.run()
    assert pipeline.outcome(reserved)[:2] == ("failed", "unreadable")


def sent(pipeline: Pipeline, reserved: Reserved) -> list[bytes]:
    """Read what the uploads bucket still has of an upload, every version of it."""
    s3, bucket, key = aws.client("s3"), settings().uploads_bucket, pipeline.record(reserved).key
    versions = s3.list_object_versions(Bucket=bucket, Prefix=key).get("Versions", [])
    return [
        s3.get_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])["Body"].read()
        for version in versions
    ]
