"""Reserving an upload: everything is checked before a byte moves."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.core.settings import settings
from tests.assets.stages import DESCRIBED, asset, reserve
from tests.cloud import EDGE_URL, Cloud, Tenant
from tests.edge import edge
from tests.local.wire import call, form
from tests.shared import Team, assert_problem, audit, items

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "contributor", "other=contributor", "viewer")


def upload(cloud: Cloud, tenant: Tenant, **more: Any) -> Any:
    return cloud.post("/assets/upload/", tenant.email("admin"), DESCRIBED | more)


def shown(cloud: Cloud, tenant: Tenant, reserved: Any) -> dict[str, Any]:
    found: dict[str, Any] = cloud.get(
        f"/assets/{reserved['asset']['id']}/", tenant.email("admin")
    ).json
    return found


def test_a_reserved_upload_says_where_the_bytes_go(cloud: Cloud, acme: Tenant) -> None:
    answer = upload(cloud, acme)
    assert answer.status == 201
    found = answer.json
    assert found["asset"] == {"id": found["asset"]["id"], "status": "uploading"}
    assert found["version"] == {"number": 1}
    assert found["duplicate_of"] is None
    assert found["job"] == {"id": found["job"]["id"], "status": "pending"}
    plan = found["upload"]
    assert set(plan) == {"upload_id", "method", "url", "fields", "expires_at"}
    assert plan["method"] == "POST"
    assert plan["url"] == f"{EDGE_URL}/{settings().uploads_bucket}"
    expires = datetime.fromisoformat(plan["expires_at"])
    assert timedelta(minutes=59) < expires - clock.now() <= timedelta(hours=1)


def test_a_presigned_post_takes_one_key_and_no_more_than_the_limit(
    cloud: Cloud, acme: Tenant
) -> None:
    found = upload(cloud, acme).json
    fields = found["upload"]["fields"]
    key = f"{acme.id}/{found['asset']['id']}/{found['upload']['upload_id']}"
    assert fields["key"] == key
    assert {
        "policy",
        "x-amz-signature",
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
    } <= set(fields)
    policy = json.loads(base64.b64decode(fields["policy"]))
    assert {"key": key} in policy["conditions"]
    assert {"bucket": settings().uploads_bucket} in policy["conditions"]
    assert ["content-length-range", 40, 40] in policy["conditions"]
    expires = datetime.fromisoformat(policy["expiration"])
    assert abs(expires - datetime.fromisoformat(found["upload"]["expires_at"])).seconds <= 2


@pytest.mark.parametrize(
    ("data", "status"), [(b"x" * 40, 204), (b"x" * 39, 400), (b"x" * 41, 400), (b"", 400)]
)
def test_a_post_takes_exactly_the_bytes_that_were_declared(
    cloud: Cloud, acme: Tenant, data: bytes, status: int
) -> None:
    how = upload(cloud, acme).json["upload"]
    body, headers = form(how["fields"], data)
    assert call(edge(), "POST", how["url"], body, headers).status == status


def test_an_upload_is_on_record(cloud: Cloud, acme: Tenant) -> None:
    found = upload(cloud, acme, title="On record").json
    (record,) = audit(cloud, acme.email("admin"), f"&subject={found['asset']['id']}")
    assert record["action"] == "asset.created"
    assert record["new"] == {"title": "On record", "filename": "photo.jpg", "size_bytes": 40}


def test_a_full_quota_and_a_missing_right_leave_no_trace(cloud: Cloud, team: Team) -> None:
    from chalicelib.tenants import accounts

    tenant = team("admin", "contributor", "viewer")
    accounts.set_quota(tenant.id, 39)
    before = items()
    assert_problem(upload(cloud, tenant), 403, "quota_exceeded")
    viewer = cloud.post("/assets/upload/", tenant.email("viewer"), DESCRIBED)
    assert_problem(viewer, 403, "forbidden")
    assert items() == before


def test_only_admins_upload_past_the_workflow(cloud: Cloud, acme: Tenant) -> None:
    body = DESCRIBED | {"create_workflow": False}
    refused = cloud.post("/assets/upload/", acme.email("contributor"), body)
    assert_problem(refused, 403, "workflow_required")
    assert cloud.post("/assets/upload/", acme.email("admin"), body).status == 201


def test_the_largest_allowed_file_and_the_empty_one_are_taken(cloud: Cloud, acme: Tenant) -> None:
    for size in (0, 104857600):
        found = upload(cloud, acme, size_bytes=size).json
        assert found["upload"]["method"] == "POST"


def test_files_above_100_mib_come_in_parts(cloud: Cloud, team: Team) -> None:
    tenant = team("admin")
    body = {"settings": {"MAX_FILE_SIZE": 2147483647}}
    assert cloud.call("PATCH", "/tenant/", tenant.email("admin"), body).status == 200
    for size, count in ((100 * MIB + 1, 13), (2147483647, 256)):
        plan = upload(cloud, tenant, size_bytes=size, content_type="video/mp4").json["upload"]
        assert set(plan) == {
            "upload_id",
            "method",
            "part_size_bytes",
            "part_count",
            "expires_at",
        }
        assert (plan["method"], plan["part_count"]) == ("MULTIPART", count)
        assert (count - 1) * plan["part_size_bytes"] < size <= count * plan["part_size_bytes"]
    assert upload(cloud, tenant, size_bytes=100 * MIB).json["upload"]["method"] == "POST"


def test_duplicates_are_named_to_those_who_see_them(cloud: Cloud, acme: Tenant) -> None:
    published = asset(cloud, acme.id, acme.email("admin"), "approved!", sha256="1d" * 32)
    hidden = asset(cloud, acme.id, acme.email("contributor"), "approved", sha256="1d" * 32)
    asset(cloud, acme.id, acme.email("admin"), "failed", sha256="1d" * 32)
    asset(cloud, acme.id, acme.email("admin"), "quarantined", "infected", sha256="1d" * 32)

    def duplicates(who: str, sha256: str) -> Any:
        return reserve(cloud, acme.email(who), sha256=sha256)["duplicate_of"]

    assert set(duplicates("admin", "1D" * 32)) == {published, hidden}
    assert set(duplicates("contributor", "1d" * 32)) == {published, hidden}
    assert duplicates("other", "1d" * 32) == [published]
    assert duplicates("admin", "2d" * 32) is None


def test_duplicates_of_other_tenants_are_no_duplicates(cloud: Cloud, acme: Tenant) -> None:
    stranger = cloud.tenant("stranger", "admin")
    asset(cloud, stranger.id, stranger.email("admin"), "approved!", sha256="3d" * 32)
    assert upload(cloud, acme, sha256="3d" * 32).json["duplicate_of"] is None


def test_an_aborted_upload_has_failed_and_stays_so(cloud: Cloud, acme: Tenant) -> None:
    reserved = upload(cloud, acme).json
    path = f"/uploads/{reserved['upload']['upload_id']}/"
    for _ in range(2):
        assert cloud.call("DELETE", path, acme.email("admin")).status == 204
    found = shown(cloud, acme, reserved)
    assert (found["status"], found["status_reason"]) == ("failed", "aborted")
    assert len(audit(cloud, acme.email("admin"), f"&subject={found['id']}")) == 2


def test_an_upload_whose_bytes_arrived_cannot_be_aborted(cloud: Cloud, acme: Tenant) -> None:
    reserved = upload(cloud, acme).json
    cloud.put(reserved["upload"], b"x" * 40)
    path = f"/uploads/{reserved['upload']['upload_id']}/"
    assert_problem(cloud.call("DELETE", path, acme.email("admin")), 409, "conflict")
    cloud.run("route_upload")
    assert_problem(cloud.call("DELETE", path, acme.email("admin")), 409, "conflict")
    assert shown(cloud, acme, reserved)["status"] == "scanning"


def test_an_upload_belongs_to_its_uploader_and_the_editors(cloud: Cloud, team: Team) -> None:
    tenant = team("contributor", "other=contributor", "moderator", "viewer", "editor")
    reserved = reserve(cloud, tenant.email("contributor"), multipart=True)
    path = f"/uploads/{reserved['upload']['upload_id']}/parts/"
    for who in ("other", "moderator", "viewer"):
        assert_problem(cloud.get(path, tenant.email(who)), 404, "not_found")
    for who in ("contributor", "editor"):
        assert cloud.get(path, tenant.email(who)).json == {"parts": []}
