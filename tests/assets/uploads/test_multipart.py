"""Uploads in parts: signed, listed, joined once, aborted once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.assets.models import asset_key
from chalicelib.assets.upload_models import Upload
from chalicelib.core import clock
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.core.tables import find
from chalicelib.processing import sweeper
from chalicelib.tenants import accounts
from tests.assets.stages import DESCRIBED, asset, reserve
from tests.cloud import EDGE_URL, Cloud, Tenant
from tests.shared import Team, assert_problem

MIB = 1024 * 1024
SIZE = 20 * MIB


@pytest.fixture
def acme(team: Team) -> Tenant:
    return team("admin")


class Parts:
    """A multipart upload, as its uploader's program sees it."""

    def __init__(self, cloud: Cloud, tenant: Tenant, size_bytes: int = SIZE) -> None:
        self._cloud, self._email, self._tenant = cloud, tenant.email("admin"), tenant
        described = {"size_bytes": size_bytes, "content_type": "video/mp4", "multipart": True}
        self.reserved = reserve(cloud, self._email, **described)
        self.plan = self.reserved["upload"]

    def _path(self, end: str = "") -> str:
        return f"/uploads/{self.plan['upload_id']}/{end}"

    def urls(self, *numbers: Any) -> Any:
        body = {"part_numbers": list(numbers)}
        return self._cloud.post(self._path("parts/"), self._email, body)

    def listed(self) -> Any:
        return self._cloud.get(self._path("parts/"), self._email)

    def complete(self) -> Any:
        return self._cloud.call("POST", self._path("complete/"), self._email)

    def abort(self) -> Any:
        return self._cloud.call("DELETE", self._path(), self._email)

    def send(self, number: int, data: bytes) -> None:
        """Put a part as S3 takes it when it has checked the signature."""
        upload = self.stored()
        client("s3").upload_part(
            Bucket=settings().uploads_bucket,
            Key=upload.key,
            UploadId=upload.multipart_id,
            PartNumber=number,
            Body=data,
        )

    def stored(self) -> Upload:
        key = asset_key(self._tenant.id, self.plan["upload_id"])
        upload = find(Upload, key, "UPLOAD")
        assert upload is not None
        return upload

    def send_all(self) -> None:
        for number in (1, 2):
            self.send(number, b"x" * 8 * MIB)
        self.send(3, b"x" * 4 * MIB)


@pytest.fixture
def parts(cloud: Cloud, acme: Tenant) -> Parts:
    return Parts(cloud, acme)


def test_the_plan_names_size_and_count_of_the_parts(parts: Parts) -> None:
    assert parts.plan["method"] == "MULTIPART"
    assert (parts.plan["part_size_bytes"], parts.plan["part_count"]) == (8 * MIB, 3)


def test_urls_of_parts_say_that_they_last_an_hour_though_the_upload_lasts_a_day(
    parts: Parts,
) -> None:
    answer = parts.urls(1).json
    ends = datetime.fromisoformat(answer["expires_at"])
    assert timedelta(minutes=59) < ends - clock.now() <= timedelta(hours=1)
    signed = parse_qs(urlsplit(answer["parts"][0]["url"]).query)["X-Amz-Expires"]
    assert signed == ["3600"]
    upload_ends = datetime.fromisoformat(parts.plan["expires_at"])
    assert upload_ends - clock.now() > timedelta(hours=23)


def test_urls_of_parts_end_with_their_upload(parts: Parts) -> None:
    soon = clock.now() + timedelta(minutes=5)
    parts.stored().update(actions=[Upload.expires_at.set(clock.timestamp(soon))])
    assert parts.urls(1).json["expires_at"] == clock.timestamp(soon)


@pytest.mark.parametrize("size", [0, 1, 8 * MIB])
def test_a_small_file_in_parts_has_one(cloud: Cloud, acme: Tenant, size: int) -> None:
    assert Parts(cloud, acme, size).plan["part_count"] == 1


def test_each_part_has_a_url_of_its_own(parts: Parts) -> None:
    answer = parts.urls(1, 3)
    assert answer.status == 200
    assert [part["part_number"] for part in answer.json["parts"]] == [1, 3]
    for part in answer.json["parts"]:
        url = urlsplit(part["url"])
        query = parse_qs(url.query)
        assert f"{url.scheme}://{url.netloc}" == EDGE_URL
        assert url.path == f"/{settings().uploads_bucket}/{parts.stored().key}"
        assert query["partNumber"] == [str(part["part_number"])]
        assert query["uploadId"] == [parts.stored().multipart_id]
        assert "X-Amz-Signature" in query
        assert 0 < int(query["X-Amz-Expires"][0]) <= 24 * 3600
        assert part["headers"] == {}


@pytest.mark.parametrize("numbers", [[], [0], [4], [1, 10_001], ["1"], [1.5], [1] * 1001, [-1]])
def test_numbers_that_are_no_parts_are_refused(parts: Parts, numbers: list[Any]) -> None:
    body = assert_problem(parts.urls(*numbers), 422, "invalid")
    assert body["errors"][0]["field"].startswith("part_numbers")


def test_what_arrived_is_listed_by_number(parts: Parts) -> None:
    assert parts.listed().json == {"parts": []}
    parts.send(3, b"x" * 4 * MIB)
    parts.send(1, b"x" * 8 * MIB)
    listed = parts.listed().json["parts"]
    assert [(p["part_number"], p["size_bytes"]) for p in listed] == [(1, 8 * MIB), (3, 4 * MIB)]
    assert all(part["etag"] and '"' not in part["etag"] for part in listed)


def test_completing_joins_the_parts_and_can_be_repeated(
    cloud: Cloud, acme: Tenant, parts: Parts
) -> None:
    parts.send_all()
    first = parts.complete()
    assert first.status == 200, first.content
    assert first.json["id"] == parts.reserved["asset"]["id"]
    head = client("s3").head_object(Bucket=settings().uploads_bucket, Key=parts.stored().key)
    assert head["ContentLength"] == SIZE
    assert parts.complete().json == first.json
    cloud.run("route_upload")
    again = parts.complete()
    assert (again.status, again.json["status"]) == (200, "scanning")
    assert accounts.usage(acme.id).storage_bytes == SIZE


def test_completing_with_a_part_missing_says_which(parts: Parts) -> None:
    body = assert_problem(parts.complete(), 409, "conflict")
    assert body["detail"] == "3 parts are missing: 1, 2, 3."
    parts.send(1, b"x" * 8 * MIB)
    parts.send(3, b"x" * 4 * MIB)
    assert assert_problem(parts.complete(), 409, "conflict")["detail"].endswith("missing: 2.")
    parts.send(2, b"x" * 8 * MIB)
    assert parts.complete().status == 200


def test_parts_that_s3_does_not_join_are_a_conflict(parts: Parts) -> None:
    for number in (1, 2, 3):
        parts.send(number, b"too small")
    assert_problem(parts.complete(), 409, "conflict")
    parts.send_all()
    assert parts.complete().status == 200


@pytest.mark.parametrize("sent", [[8, 8, 3], [8, 8, 5], [9, 9, 2 + 1]])
def test_parts_are_joined_only_to_what_was_declared(
    cloud: Cloud, acme: Tenant, parts: Parts, sent: list[int]
) -> None:
    for number, size in enumerate(sent, 1):
        parts.send(number, b"x" * size * MIB)
    body = assert_problem(parts.complete(), 409, "conflict")
    assert f"{sum(sent) * MIB} bytes" in body["detail"]
    assert parts.stored().state == "open"
    parts.send_all()
    assert parts.complete().status == 200


@contextmanager
def meanwhile(operation: str, deed: Callable[[], Any]) -> Iterator[list[Any]]:
    """Do something once, when S3 is asked for something; gives what came of it."""
    came: list[Any] = []

    def do(**_: Any) -> None:
        if not came:
            came.append(None)
            came[0] = deed()

    events, name = client("s3").meta.events, f"before-call.s3.{operation}"
    events.register(name, do)
    try:
        yield came
    finally:
        events.unregister(name, do)


def test_of_completing_and_aborting_at_once_one_says_yes(
    cloud: Cloud, acme: Tenant, parts: Parts
) -> None:
    parts.send_all()
    with meanwhile("CompleteMultipartUpload", parts.abort) as aborted:
        completed = parts.complete()
    assert (completed.status, aborted[0].status) == (200, 409)
    cloud.run("route_upload")
    assert parts.stored().state == "arrived"
    assert accounts.usage(acme.id).storage_bytes == SIZE


def test_of_aborting_and_completing_at_once_one_says_yes(
    cloud: Cloud, acme: Tenant, parts: Parts
) -> None:
    parts.send_all()
    with meanwhile("ListObjectVersions", parts.complete) as completed:
        aborted = parts.abort()
    assert (aborted.status, completed[0].status) == (409, 200)
    other = Parts(cloud, acme)
    other.send_all()
    with meanwhile("ListParts", other.abort) as done:
        refused = other.complete()
    assert (refused.status, done[0].status) == (409, 204)
    assert accounts.usage(acme.id).storage_bytes == SIZE


def test_joining_that_died_holds_up_an_abort_for_a_minute(
    cloud: Cloud, acme: Tenant, parts: Parts
) -> None:
    parts.send_all()
    ago = clock.now() - timedelta(seconds=50)
    parts.stored().update(actions=[Upload.joining_since.set(clock.timestamp(ago))])
    assert_problem(parts.abort(), 409, "conflict")
    ago -= timedelta(seconds=20)
    parts.stored().update(actions=[Upload.joining_since.set(clock.timestamp(ago))])
    assert parts.abort().status == 204
    assert_problem(parts.complete(), 409, "conflict")
    assert accounts.usage(acme.id).storage_bytes == 0


def test_an_expired_upload_that_is_joined_at_the_last_moment_goes_on(
    cloud: Cloud, acme: Tenant, parts: Parts
) -> None:
    parts.send_all()
    late = clock.now() + timedelta(days=2)
    with meanwhile("AbortMultipartUpload", parts.complete) as completed:
        sweeper.sweep(late)
    assert completed[0].status == 200
    assert parts.stored().state == "arrived"


def test_an_abort_frees_the_quota_once_and_can_be_repeated(
    cloud: Cloud, acme: Tenant, parts: Parts
) -> None:
    parts.send(1, b"x" * 8 * MIB)
    for _ in range(3):
        assert parts.abort().status == 204
        assert accounts.usage(acme.id).storage_bytes == 0
    found = cloud.get(f"/assets/{parts.reserved['asset']['id']}/", acme.email("admin")).json
    assert (found["status"], found["status_reason"]) == ("failed", "aborted")
    uploads = client("s3").list_multipart_uploads(Bucket=settings().uploads_bucket)
    assert parts.stored().multipart_id not in {u["UploadId"] for u in uploads.get("Uploads", [])}


def test_whoever_may_delete_an_asset_can_end_its_upload(cloud: Cloud, team: Team) -> None:
    tenant = team("editor", "contributor", "other=contributor", "viewer", "moderator")
    editor, owner = tenant.email("editor"), tenant.email("contributor")
    own = asset(cloud, tenant.id, owner, "approved!")
    described = DESCRIBED | {"size_bytes": 7}
    reserved = cloud.post(f"/assets/{own}/upload_version/", editor, described).json
    path = f"/uploads/{reserved['upload']['upload_id']}/"
    assert_problem(cloud.call("DELETE", path, tenant.email("other")), 404, "not_found")
    for who in ("viewer", "moderator"):
        assert cloud.call("DELETE", path, tenant.email(who)).status in (403, 404)
    assert cloud.call("DELETE", path, owner).status == 204
    upload_id = reserve(cloud, owner)["upload"]["upload_id"]
    assert cloud.call("DELETE", f"/uploads/{upload_id}/", editor).status == 204


def test_nothing_goes_on_after_an_abort(parts: Parts) -> None:
    parts.abort()
    for answer in (parts.urls(1), parts.listed(), parts.complete()):
        assert_problem(answer, 409, "conflict")


def test_a_completed_upload_cannot_be_aborted(cloud: Cloud, acme: Tenant, parts: Parts) -> None:
    parts.send_all()
    parts.complete()
    assert_problem(parts.abort(), 409, "conflict")
    cloud.run("route_upload")
    assert_problem(parts.abort(), 409, "conflict")
    assert accounts.usage(acme.id).storage_bytes == SIZE


def test_no_parts_are_signed_after_the_upload_arrived(cloud: Cloud, parts: Parts) -> None:
    parts.send_all()
    parts.complete()
    cloud.run("route_upload")
    assert_problem(parts.urls(1), 409, "conflict")
    assert_problem(parts.listed(), 409, "conflict")


def test_an_expired_upload_signs_no_more_parts(parts: Parts) -> None:
    parts.stored().update(actions=[Upload.expires_at.set("2020-01-01T00:00:00.000Z")])
    assert_problem(parts.urls(1), 409, "conflict")


def test_a_single_post_has_no_parts(cloud: Cloud, acme: Tenant) -> None:
    reserved = reserve(cloud, acme.email("admin"))
    path = f"/uploads/{reserved['upload']['upload_id']}"
    answers = (
        cloud.post(f"{path}/parts/", acme.email("admin"), {"part_numbers": [1]}),
        cloud.get(f"{path}/parts/", acme.email("admin")),
        cloud.call("POST", f"{path}/complete/", acme.email("admin")),
    )
    for answer in answers:
        assert_problem(answer, 409, "conflict")


@pytest.mark.parametrize("body", [b"", b"{}", b"  "])
def test_completing_needs_no_body(cloud: Cloud, acme: Tenant, parts: Parts, body: bytes) -> None:
    path = f"/uploads/{parts.plan['upload_id']}/complete/"
    answer = cloud.call("POST", path, acme.email("admin"), body)
    assert_problem(answer, 409, "conflict")  # that is: the parts are missing, the body is not
    unknown = cloud.post(path, acme.email("admin"), {"parts": []})
    assert_problem(unknown, 422, "invalid")
