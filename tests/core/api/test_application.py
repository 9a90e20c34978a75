"""The app: what the gateway's own calls come to."""

import base64
import json
from typing import Any

import pytest

from tests.cloud import Cloud, Tenant


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "contributor", "viewer")


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
