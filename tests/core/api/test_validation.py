"""Bodies and queries are checked against their types, and every fault is named."""

from typing import Any

import pytest

from tests.cloud import Cloud, Tenant
from tests.shared import assert_problem


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "contributor", "viewer")


def described(**more: Any) -> dict[str, Any]:
    return {"filename": "a.jpg", "size_bytes": 9, "content_type": "image/jpeg"} | more


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"3", b"null", b"true", b'[{"email": "a"}]'])
def test_a_body_that_is_no_object_is_refused(cloud: Cloud, acme: Tenant, body: bytes) -> None:
    for path in ("/members/", "/assets/upload/"):
        answer = cloud.call("POST", path, acme.email("admin"), body)
        assert_problem(answer, 422, "invalid")


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
