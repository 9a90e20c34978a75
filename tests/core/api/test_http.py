"""Bodies: whole, JSON, and not too large."""

import json
from typing import Any

import pytest

from chalicelib.core.api.http import MAX_BODY_BYTES
from tests.cloud import Cloud, Tenant
from tests.shared import assert_problem


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "contributor", "viewer")


def described(**more: Any) -> dict[str, Any]:
    return {"filename": "a.jpg", "size_bytes": 9, "content_type": "image/jpeg"} | more


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
