"""The OpenAPI document is valid, complete, and true of what the API answers."""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import pytest
import schemathesis
from chalice.local import ForbiddenError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import CHECKS, load_all_checks

from chalicelib.core import openapi
from tests.assets.stages import asset, reserve
from tests.cloud import Cloud, Tenant
from tests.shared import cloud, declared_routes

__all__ = ["cloud"]

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]

EXAMPLES = 15
"""Requests to each operation; more find more, but the suite must stay quick."""


def document() -> dict[str, Any]:
    declared_routes()
    found: dict[str, Any] = json.loads(json.dumps(openapi.document()))
    return found


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, item in document()["paths"].items()
        for method, operation in item.items()
    }


def test_the_document_is_valid_openapi_3_1() -> None:
    described = document()
    assert described["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(described).iter_errors()] == []


def test_the_api_hands_out_the_document_itself(cloud: Cloud) -> None:
    assert cloud.get("/openapi.json").json == document()


def test_every_route_is_described_with_its_answers() -> None:
    found = operations()
    assert len(found) == len(declared_routes())
    for route in declared_routes():
        slash = "" if route.path.endswith(".json") else "/"
        operation = found[route.method, f"{route.path}{slash}"]
        codes = set(operation["responses"])
        assert {str(route.status), "422"} <= codes
        assert {str(problem.status) for problem in route.problems} <= codes
        assert operation["summary"]
        assert (route.may is None) == ("security" not in operation)
        if route.may is not None:
            assert {"401", "403", "429"} <= codes
        if route.parameters:
            assert "404" in codes
        if route.method in {"POST", "PATCH", "PUT"}:
            assert {"400", "411", "413"} <= codes


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for operation in operations().values()]
    assert len(set(names)) == len(names)


def test_bodies_take_no_field_that_is_not_described() -> None:
    described = document()
    for operation in operations().values():
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            name = schema["$ref"].rpartition("/")[2]
            assert described["components"]["schemas"][name]["additionalProperties"] is False


def test_what_creates_takes_an_idempotency_key() -> None:
    for (method, _), operation in operations().items():
        creates = method == "POST" and "201" in operation["responses"]
        names = {parameter["name"] for parameter in operation["parameters"]}
        assert ("Idempotency-Key" in names) == creates


def served(cloud: Cloud) -> Wsgi:
    """Let an HTTP client call the app in this process."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_") or name == "CONTENT_TYPE"
        }
        path = environ["REQUEST_URI"].removeprefix("http://localhost").removeprefix("/api/v3")
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            answer = cloud.call(environ["REQUEST_METHOD"], path, None, body, headers)
        except ForbiddenError:  # the gateway knows no such route
            start_response("404 Not Found", [("Content-Type", "application/problem+json")])
            return [b'{"type": "", "title": "", "status": 404, "detail": "", "code": "not_found"}']
        phrase = HTTPStatus(answer.status).phrase
        start_response(f"{answer.status} {phrase}", list(answer.headers.items()))
        return [answer.content]

    return application


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "viewer", *(f"m{number}=editor" for number in range(3)))


@pytest.fixture(scope="module")
def ids(cloud: Cloud, acme: Tenant) -> dict[str, list[str]]:
    """Things in several states, by the path's variable that names them."""
    admin = acme.email("admin")
    states = (("uploading", "pending"), ("approved!", "clean"), ("failed", "clean"))
    assets = [asset(cloud, acme.id, admin, state, scan) for state, scan in states]
    assets.append(asset(cloud, acme.id, admin, "quarantined", "infected"))
    uploads = [
        reserve(cloud, admin, multipart=number % 2 == 0)["upload"]["upload_id"]
        for number in range(6)
    ]
    rule = {
        "name": "Large",
        "when": [{"field": "size_bytes", "op": "greater_than", "value": 1}],
        "action": "flag",
    }
    rules = [cloud.post("/moderation/rules/", admin, rule).json["id"] for _ in range(6)]
    flags = [
        cloud.post(f"/assets/{asset_id}/flag/", admin, {"reason": "other"}).json["id"]
        for asset_id in assets
    ]
    step = {"id": "a", "name": "A", "approvers": {"type": "roles", "roles": ["admin"]}}
    template = {"name": "T", "steps": [step], "allow_self_approval": True}
    made = [cloud.post("/workflow_templates/", admin, template).json["id"] for _ in range(6)]
    reviews = [
        cloud.post("/workflows/", admin, {"asset_id": one, "template_id": made[0]}).json["id"]
        for one in assets
        if cloud.get(f"/assets/{one}/", admin).json["status"] == "approved"
    ]
    assert reviews
    return {
        "template_id": made,
        "workflow_id": reviews,
        "asset_id": assets,
        "upload_id": uploads,
        "job_id": [*assets, *uploads],
        "member_id": [*acme.members.values(), acme.email("viewer")],
        "number": ["1", "2"],
        "other": ["1", "2"],
        "name": ["main", "winter"],
        "rule_id": rules,
        "flag_id": flags,
    }


load_all_checks()
PROMISES = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    ]
)


@pytest.mark.parametrize(
    "route", declared_routes(), ids=lambda route: f"{route.method} {route.path}"
)
def test_no_request_gets_an_answer_that_is_not_described(
    cloud: Cloud, acme: Tenant, ids: dict[str, list[str]], route: Any
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v3/openapi.json", served(cloud))
    slash = "" if route.path.endswith(".json") else "/"
    operation = schema[f"{route.path}{slash}"][route.method]
    token = cloud.token(acme.email("admin"))
    modes = schemathesis.GenerationMode
    cases = st.one_of(
        operation.as_strategy(generation_mode=modes.POSITIVE),
        operation.as_strategy(generation_mode=modes.NEGATIVE),
    )

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, data=st.data())
    def answers_as_described(case: Any, data: st.DataObject) -> None:
        for name in route.parameters:
            if data.draw(st.integers(0, 2)):
                case.path_parameters[name] = data.draw(st.sampled_from(ids[name]))
        case.call_and_validate(headers={"authorization": f"Bearer {token}"}, checks=PROMISES)

    answers_as_described()
