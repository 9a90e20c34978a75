"""Bytes are taken from those who may upload when S3 receives them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.assets.upload_models import Upload
from chalicelib.core import aws, clock
from chalicelib.core.settings import settings
from chalicelib.processing import sweeper
from chalicelib.tenants.models import FormerMember, former_key
from tests import media_files
from tests.journeys.pipeline import Pipeline, Reserved
from tests.shared import assert_problem

pytest_plugins = ["tests.journeys.pipeline"]

TEXT: dict[str, Any] = {
    "content_type": "text/plain",
    "filename": "a.txt",
    "generate_thumbnail": False,
    "extract_metadata": False,
}
FIRED = ("failed", "uploader_inactive", "clean")


def fire(pipeline: Pipeline, how: str) -> None:
    """Take from the contributor what lets them upload."""
    path = f"/members/{pipeline.acme.members['contributor']}/"
    changes = {
        "deactivated": ("PATCH", {"is_active": False}),
        "demoted": ("PATCH", {"roles": ["viewer", "Legal Team"]}),
        "removed": ("DELETE", None),
    }
    method, body = changes[how]
    answer = pipeline.cloud.call(method, path, pipeline.who("admin"), body)
    assert answer.status in {200, 204}, answer.content


HOW = ("deactivated", "demoted", "removed")


@pytest.mark.parametrize("how", HOW)
def test_what_arrives_after_its_uploader_was_fired_is_not_taken(
    pipeline: Pipeline, how: str
) -> None:
    reserved = pipeline.reserve(b"late", **TEXT)
    fire(pipeline, how)
    pipeline.cloud.put(reserved["upload"], b"late")
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == FIRED
    assert pipeline.originals() == {}
    assert pipeline.usage() == (0, 1)
    error = pipeline.task(reserved, "virus_scan")["error"]
    assert error["code"] == "uploader_inactive"
    assert "admin" in error["message"]


@pytest.mark.parametrize("how", HOW)
def test_what_arrived_before_its_uploader_was_fired_goes_on(pipeline: Pipeline, how: str) -> None:
    reserved = pipeline.upload(b"in time", **TEXT)
    fire(pipeline, how)
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")


def test_who_was_deactivated_and_then_removed_lost_the_right_the_first_time(
    pipeline: Pipeline,
) -> None:
    reserved = pipeline.reserve(b"between", **TEXT)
    fire(pipeline, "deactivated")
    pipeline.cloud.put(reserved["upload"], b"between")
    fire(pipeline, "removed")
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == FIRED


def test_who_may_upload_again_is_taken_from(pipeline: Pipeline) -> None:
    reserved = pipeline.reserve(b"again", **TEXT)
    fire(pipeline, "deactivated")
    pipeline.cloud.put(reserved["upload"], b"again")
    path = f"/members/{pipeline.acme.members['contributor']}/"
    pipeline.cloud.call("PATCH", path, pipeline.who("admin"), {"is_active": True})
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")


def test_the_verdict_on_the_bytes_comes_first(pipeline: Pipeline) -> None:
    eicar = media_files.eicar()
    reserved = pipeline.reserve(eicar, **TEXT)
    fire(pipeline, "deactivated")
    pipeline.cloud.put(reserved["upload"], eicar)
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("quarantined", None, "infected")


def test_an_admin_alone_takes_over_what_came_too_late(pipeline: Pipeline) -> None:
    reserved = pipeline.reserve(b"wanted", **TEXT)
    fire(pipeline, "deactivated")
    pipeline.cloud.put(reserved["upload"], b"wanted")
    pipeline.cloud.run()
    assert_problem(pipeline.retry(reserved, "editor"), 403, "forbidden")
    assert pipeline.outcome(reserved) == FIRED
    assert pipeline.retry(reserved, "admin").status == 202
    pipeline.cloud.run()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    assert (pipeline.acme.members["admin"], "version.retried") in pipeline.deeds(reserved)


def test_an_upload_in_parts_is_received_when_its_parts_are_joined(pipeline: Pipeline) -> None:
    """S3 dates an object of parts by the time at which its upload began."""
    described = TEXT | {"multipart": True}
    late, early = pipeline.reserve(b"parts", **described), pipeline.reserve(b"parts", **described)
    for reserved in (late, early):
        send_parts(pipeline, reserved, b"parts")
    assert join(pipeline, early, "contributor") == 200
    fire(pipeline, "deactivated")
    assert join(pipeline, late, "editor") == 200
    pipeline.cloud.run()
    assert pipeline.outcome(early) == ("approved", None, "clean")
    assert pipeline.outcome(late) == FIRED


def test_where_the_event_was_lost_the_second_s3_tells_counts_as_over(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(b"same second", **TEXT)
    found = aws.client("s3").head_object(
        Bucket=settings().uploads_bucket, Key=reserved["upload"]["fields"]["key"]
    )["LastModified"]
    pipeline.lose("route_upload")
    sweeper.sweep(clock.now() + timedelta(minutes=5))
    received = datetime.fromisoformat(str(pipeline.record(reserved).received_at))
    assert received - found == timedelta(milliseconds=999)


def test_what_is_left_of_a_removed_member_is_no_more_than_a_time(pipeline: Pipeline) -> None:
    fire(pipeline, "removed")
    gone = former_key(pipeline.acme.members["contributor"])
    left = FormerMember.get(pipeline.acme.id, gone)
    assert set(left.serialize()) == {"pk", "sk", "schema_version", "upload_lost_at"}


def send_parts(pipeline: Pipeline, reserved: Reserved, data: bytes) -> None:
    upload: Upload = pipeline.record(reserved)
    aws.client("s3").upload_part(
        Bucket=settings().uploads_bucket,
        Key=upload.key,
        UploadId=upload.multipart_id,
        PartNumber=1,
        Body=data,
    )


def join(pipeline: Pipeline, reserved: Reserved, role: str) -> int:
    path = f"/uploads/{reserved['upload']['upload_id']}/complete/"
    return pipeline.cloud.post(path, pipeline.who(role)).status
