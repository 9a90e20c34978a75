"""What every request and answer has in common, whatever the route."""

import base64
import json
from typing import Any

import pytest

from chalicelib.core.http import MAX_BODY_BYTES
from tests.cloud import Cloud, Tenant
from tests.shared import assert_problem

MISSING = "01a00000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "contributor", "viewer")


def described(**more: Any) -> dict[str, Any]:
    return {"filename": "a.jpg", "size_bytes": 9, "content_type": "image/jpeg"} | more


def invoke(cloud: Cloud, method: str, resource: str, **more: Any) -> dict[str, Any]:
    """Call the function as API Gateway would, for what the gateway itself would refuse."""
    event: dict[str, Any] = {
        "requestContext": {
            "httpMethod": method,
            "resourcePath": resource,
            "requestId": "gateway-1",
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "headers": {"content-type": "application/json"},
        "multiValueQueryStringParameters": None,
        "pathParameters": {},
        "body": "",
        "stageVariables": {},
        "isBase64Encoded": False,
    } | more
    answer: dict[str, Any] = cloud.app(event, None)
    return answer


def problem(answer: dict[str, Any]) -> dict[str, Any]:
    text = answer["body"]
    body: dict[str, Any] = json.loads(base64.b64decode(text))
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    return body


def test_health_answers_nobody_in_particular(cloud: Cloud) -> None:
    for path in ("/health", "/health/"):
        answer = cloud.get(path)
        assert (answer.status, answer.json) == (200, {"status": "ok"})


def test_a_trailing_slash_is_optional(cloud: Cloud, acme: Tenant) -> None:
    for path in ("/tenant", "/members", "/assets", f"/members/{acme.members['viewer']}"):
        method, body = ("PATCH", {}) if path.count("/") == 2 else ("GET", None)
        plain = cloud.call(method, path, acme.email("admin"), body)
        slashed = cloud.call(method, f"{path}/", acme.email("admin"), body)
        assert plain.status == slashed.status == 200
        assert plain.json == slashed.json


def test_a_wrong_method_is_not_found(cloud: Cloud) -> None:
    body = problem(invoke(cloud, "PUT", "/api/v3/tenant"))
    assert (body["status"], body["code"]) == (404, "not_found")


def test_a_request_id_of_the_gateway_stands_in_the_answer(cloud: Cloud) -> None:
    answer = invoke(cloud, "GET", "/api/v3/health")
    assert answer["headers"]["X-Request-Id"] == "gateway-1"
    refused = invoke(cloud, "GET", "/api/v3/tenant")
    assert refused["headers"]["X-Request-Id"] == "gateway-1"
    assert problem(refused)["request_id"] == "gateway-1"


def test_every_request_has_an_id_of_its_own(cloud: Cloud) -> None:
    ids = {cloud.get("/health/").headers["X-Request-Id"] for _ in range(5)}
    assert len(ids) == 5


def test_answers_are_not_cached(cloud: Cloud, acme: Tenant) -> None:
    for answer in (cloud.get("/tenant/", acme.email("viewer")), cloud.get("/tenant/")):
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"a": 1,}',
        b'{"email": "\xff"}',
        b"[" * 100_000,
        b'{"a": NaN}',
        b"{} {}",
    ],
)
def test_a_body_that_is_not_json_is_refused(cloud: Cloud, acme: Tenant, body: bytes) -> None:
    answer = cloud.call("POST", "/members/", acme.email("admin"), body)
    assert_problem(answer, 400, "invalid_json")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"3", b"null", b"true", b'[{"email": "a"}]'])
def test_a_body_that_is_no_object_is_refused(cloud: Cloud, acme: Tenant, body: bytes) -> None:
    for path in ("/members/", "/assets/upload/"):
        answer = cloud.call("POST", path, acme.email("admin"), body)
        assert_problem(answer, 422, "invalid")


@pytest.mark.parametrize("coding", ["chunked", "gzip, chunked", "CHUNKED"])
def test_a_chunked_body_is_refused(cloud: Cloud, acme: Tenant, coding: str) -> None:
    answer = cloud.post("/members/", acme.email("admin"), headers={"transfer-encoding": coding})
    assert_problem(answer, 411, "length_required")


def test_a_body_above_1_mib_is_refused(cloud: Cloud, acme: Tenant) -> None:
    padded = json.dumps(described()).encode().ljust(MAX_BODY_BYTES)
    admin = acme.email("admin")
    assert cloud.call("POST", "/assets/upload/", admin, padded).status == 201
    assert_problem(
        cloud.call("POST", "/assets/upload/", admin, padded + b" "), 413, "payload_too_large"
    )


def test_every_unknown_and_wrong_field_is_named_at_once(cloud: Cloud, acme: Tenant) -> None:
    body = {"email": 7, "rolls": ["viewer"], "pasword": "x"}
    answer = cloud.post("/members/", acme.email("admin"), body)
    named = {error["field"] for error in assert_problem(answer, 422, "invalid")["errors"]}
    assert named == {"email", "rolls", "pasword", "roles"}


def test_an_unknown_field_below_another_is_named(cloud: Cloud, acme: Tenant) -> None:
    body = described(rights={"expire_at": "2026-01-01T00:00:00Z"})
    answer = cloud.post("/assets/upload/", acme.email("admin"), body)
    errors = assert_problem(answer, 422, "invalid")["errors"]
    assert [error["field"] for error in errors] == ["rights"]
    assert "expire_at" in errors[0]["message"]


def test_the_place_of_a_wrong_value_in_a_list_is_named(cloud: Cloud, acme: Tenant) -> None:
    body = {"email": "a@b.test", "roles": ["viewer", 7]}
    answer = cloud.post("/members/", acme.email("admin"), body)
    errors = assert_problem(answer, 422, "invalid")["errors"]
    assert [error["field"] for error in errors] == ["roles[1]"]


@pytest.mark.parametrize("path", ["/tenant/", "/assets/", "/members/", "/audit/"])
def test_an_unknown_query_parameter_is_refused(cloud: Cloud, acme: Tenant, path: str) -> None:
    answer = cloud.get(f"{path}?limti=5", acme.email("admin"))
    errors = assert_problem(answer, 422, "invalid")["errors"]
    assert errors == [{"field": "limti", "message": "Unknown field"}]


def test_routes_without_parameters_take_none(cloud: Cloud) -> None:
    for path in ("/health/?verbose=1", "/openapi.json?x="):
        assert_problem(cloud.get(path), 422, "invalid")


def test_a_parameter_given_twice_is_refused(cloud: Cloud, acme: Tenant) -> None:
    answer = cloud.get("/assets/?kind=image&kind=video", acme.email("viewer"))
    assert assert_problem(answer, 422, "invalid")["errors"][0]["field"] == "kind"


@pytest.mark.parametrize("word", ["null", "NULL"])
@pytest.mark.parametrize(
    "path",
    [
        "/assets/?status=",
        "/assets/?created_after=",
        "/workflows/?status=",
        "/workflows/?assigned_to=",
        "/audit/?since=",
    ],
)
def test_the_word_null_does_not_drop_a_filter(
    cloud: Cloud, acme: Tenant, path: str, word: str
) -> None:
    answer = cloud.get(f"{path}{word}", acme.email("admin"))
    field = path.partition("?")[2].removesuffix("=")
    assert [e["field"] for e in assert_problem(answer, 422, "invalid")["errors"]] == [field]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "1.5", "9" * 400])
@pytest.mark.parametrize("path", ["/assets/", "/members/", "/audit/"])
def test_a_limit_is_1_to_200(cloud: Cloud, acme: Tenant, path: str, limit: str) -> None:
    answer = cloud.get(f"{path}?limit={limit}", acme.email("admin"))
    assert assert_problem(answer, 422, "invalid")["errors"][0]["field"] == "limit"
    for good in (1, 200):
        assert cloud.get(f"{path}?limit={good}", acme.email("admin")).status == 200


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
    from chalicelib.core.aws import client
    from chalicelib.core.secrets import secret
    from chalicelib.core.settings import settings

    seen = cloud.get("/members/?limit=1", acme.email("admin"))
    assert seen.json["next_cursor"]
    client("secretsmanager").delete_secret(SecretId=settings().cursor_key_secret)
    secret.cache_clear()
    try:
        answer = cloud.get("/members/?limit=1", acme.email("admin"))
    finally:
        client("secretsmanager").restore_secret(SecretId=settings().cursor_key_secret)
    body = assert_problem(answer, 500, "internal")
    assert "ecret" not in body["detail"]
    assert "Exception" not in answer.content.decode()
