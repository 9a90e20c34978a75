"""The checks of a request come in their order, and what breaks is told without its inside."""

from typing import Any

import pytest

from chalicelib.core.api.http import MAX_BODY_BYTES
from tests.cloud import Cloud, Tenant
from tests.shared import assert_problem

MISSING = "01a00000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "contributor", "viewer")


def described(**more: Any) -> dict[str, Any]:
    return {"filename": "a.jpg", "size_bytes": 9, "content_type": "image/jpeg"} | more


def test_answers_are_not_cached(cloud: Cloud, acme: Tenant) -> None:
    for answer in (cloud.get("/tenant/", acme.email("viewer")), cloud.get("/tenant/")):
        assert answer.headers["Cache-Control"] == "no-store"


def test_who_asks_is_checked_before_anything_else(cloud: Cloud) -> None:
    chunked = {"transfer-encoding": "chunked"}
    for path in (f"/members/{MISSING}/?x=1", f"/assets/{MISSING}/?x=1"):
        answer = cloud.call("PATCH" if "members" in path else "GET", path, headers=chunked)
        assert_problem(answer, 401, "unauthenticated")


def test_ids_in_the_path_are_checked_before_the_role(cloud: Cloud, acme: Tenant) -> None:
    viewer, body = acme.email("viewer"), b"not json"
    for path in (f"/members/{MISSING}/", "/members/nobody@acme.test/"):
        assert_problem(cloud.call("PATCH", path, viewer, body), 404, "not_found")
    there = f"/members/{acme.members['admin']}/"
    assert_problem(cloud.call("PATCH", there, viewer, body), 403, "forbidden")


def test_the_role_is_checked_before_the_body(cloud: Cloud, acme: Tenant) -> None:
    viewer = acme.email("viewer")
    for body in (b"not json", b"[]", b"x" * (MAX_BODY_BYTES + 1)):
        assert_problem(cloud.call("POST", "/assets/upload/", viewer, body), 403, "forbidden")


def test_the_body_is_checked_from_outside_in(cloud: Cloud, acme: Tenant) -> None:
    admin, chunked = acme.email("admin"), {"transfer-encoding": "chunked"}
    large = b"x" * (MAX_BODY_BYTES + 1)
    path = "/assets/upload/"
    assert_problem(cloud.call("POST", path, admin, large, chunked), 411, "length_required")
    assert_problem(cloud.call("POST", path, admin, large), 413, "payload_too_large")
    assert_problem(cloud.call("POST", path, admin, b"{x"), 400, "invalid_json")
    wrong = described(size_bytes=10**12, content_type="x/y", typo=1)
    assert_problem(cloud.post(path, admin, wrong), 422, "invalid")


def test_size_type_quota_and_policy_are_checked_in_this_order(cloud: Cloud) -> None:
    from chalicelib.tenants import accounts

    tenant = cloud.tenant("poor", "contributor", "admin")
    accounts.set_quota(tenant.id, 5)
    contributor = tenant.email("contributor")

    def refused(**body: Any) -> Any:
        answer = cloud.post(
            "/assets/upload/", contributor, described(create_workflow=False, **body)
        )
        return answer.status, answer.code

    assert refused(size_bytes=10**12, content_type="a/b") == (413, "file_too_large")
    assert refused(content_type="a/b") == (415, "unsupported_media_type")
    assert refused() == (403, "quota_exceeded")
    assert refused(size_bytes=5) == (403, "workflow_required")


def test_what_breaks_inside_is_told_without_its_inside(
    cloud: Cloud, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.core import secrets
    from chalicelib.core.aws import client
    from chalicelib.core.settings import settings

    seen = cloud.get("/members/?limit=1", acme.email("admin"))
    assert seen.json["next_cursor"]
    client("secretsmanager").delete_secret(SecretId=settings().cursor_key_secret)
    secrets.forget()
    try:
        answer = cloud.get("/members/?limit=1", acme.email("admin"))
    finally:
        client("secretsmanager").restore_secret(SecretId=settings().cursor_key_secret)
    body = assert_problem(answer, 500, "internal")
    assert "ecret" not in body["detail"]
    assert "Exception" not in answer.content.decode()
