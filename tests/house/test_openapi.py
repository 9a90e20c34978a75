"""The OpenAPI document is valid, complete, and true of what the API answers."""

import json
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any

import msgspec
import pytest
import schemathesis
from chalice.local import ForbiddenError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import CHECKS, load_all_checks

from chalicelib.core.api import openapi, routing
from chalicelib.core.api.declaration import Example
from chalicelib.core.settings import settings as configuration
from tests.assets.stages import asset, reserve
from tests.cloud import Cloud, Tenant
from tests.shared import cloud, declared_routes
from tests.webhooks import kept

__all__ = ["cloud"]

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]

EXAMPLES = 15
"""Requests to each operation; more find more, but the suite must stay quick."""


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(openapi.document(routing.groups())))
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
        done = set(route.answers.redirects) or {route.status}
        done |= {202} if route.answers.accepted else set()
        assert {"422", *map(str, done)} <= codes
        assert {str(problem.status) for problem in route.problems} <= codes
        assert operation["summary"]
        assert bool(route.audience.known) == ("security" in operation)
        if route.may is not None:
            assert {"401", "403", "429"} <= codes
        if route.parameters:
            assert "404" in codes
        if route.method in {"POST", "PATCH", "PUT"}:
            assert {"400", "411", "413"} <= codes


def test_every_parameter_and_every_part_of_the_api_is_described() -> None:
    found = operations()
    assert [
        f"{method} {path} {parameter['name']}"
        for (method, path), operation in found.items()
        for parameter in operation["parameters"]
        if not parameter.get("description")
    ] == []
    used = {tag for operation in found.values() for tag in operation["tags"]}
    assert {tag["name"] for tag in document()["tags"] if tag["description"]} == used


def undescribed(schema: Any, place: str) -> Iterator[str]:
    """Every property, at any depth, of which nothing is said."""
    if isinstance(schema, list):
        for part in schema:
            yield from undescribed(part, place)
    if not isinstance(schema, dict):
        return
    for name, part in schema.get("properties", {}).items():
        if not part.get("description"):
            yield f"{place}.{name}"
    for name, part in schema.items():
        if name == "properties":
            for own, inner in part.items():
                yield from undescribed(inner, f"{place}.{own}")
        elif name not in ("default", "example", "examples", "enum", "const"):
            yield from undescribed(part, place)


def test_every_property_is_described() -> None:
    schemas = document()["components"]["schemas"]
    silent = [one for name, schema in schemas.items() for one in undescribed(schema, name)]
    assert silent == [], (
        "Say what a reader cannot guess of these (units, bounds, when it is null) in the section"
        " `Attributes:` of the docstring of the class that is named before the dot."
    )
    assert [name for name, schema in schemas.items() if not schema.get("description")] == []


def test_the_main_way_has_examples_that_are_what_they_show() -> None:
    shown = {route.path: route for route in declared_routes() if route.example != Example()}
    for route in shown.values():
        for example, kind in (
            (route.example.body, route.body),
            (route.example.answer, route.answers.json),
        ):
            if example is not None:
                assert set(example) <= set(kind.__struct_fields__)
                msgspec.convert(example, kind, strict=True)
    assert {
        "/api/v3/assets/upload",
        "/api/v3/processing/{job_id}/status",
        "/api/v3/assets/{asset_id}",
        "/api/v3/assets/{asset_id}/download",
        "/api/v3/workflows/{workflow_id}/approve",
    } <= set(shown)


def test_the_document_says_where_the_api_is_and_how_to_get_a_token() -> None:
    described = document()
    assert described["servers"] == [{"url": configuration().public_url}]
    assert "id_token" in described["info"]["description"]
    assert described["components"]["securitySchemes"]["id_token"]["description"]


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for operation in operations().values()]
    assert len(set(names)) == len(names)


def test_bodies_take_no_field_that_is_not_described() -> None:
    described = document()
    for operation in operations().values():
        if "requestBody" in operation:
            (content,) = operation["requestBody"]["content"].values()
            schema = content["schema"]
            name = schema["$ref"].rpartition("/")[2]
            assert described["components"]["schemas"][name]["additionalProperties"] is False


def test_what_creates_takes_an_idempotency_key() -> None:
    for (method, _), operation in operations().items():
        signed_in = {} not in operation.get("security", [{}])
        creates = method == "POST" and "201" in operation["responses"] and signed_in
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
        path = environ["REQUEST_URI"].removeprefix("http://localhost")
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            answer = cloud.fetch(environ["REQUEST_METHOD"], path, None, body, headers)
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
    wanted = {"asset_id": assets[1], "share_type": "public", "allow_comments": True}
    shares = [cloud.post("/shares/", admin, wanted).json for _ in range(6)]
    said = [
        cloud.post(f"/assets/{assets[1]}/comments/", admin, {"body": "A"}).json["id"]
        for _ in range(6)
    ]
    related = [
        cloud.post(
            f"/assets/{assets[1]}/relationships/", admin, {"target_id": one, "kind": "related"}
        ).json["id"]
        for one in assets
        if one != assets[1]
    ]
    sent = [kept.with_delivery(cloud, acme.id, admin) for _ in range(6)]
    asked = [cloud.post("/upload_requests/", admin, {"title": "T"}).json for _ in range(6)]
    return {
        "comment_id": said,
        "relationship_id": related,
        "request_id": [one["id"] for one in asked[:3]],
        "token": [one["url"].split("/")[-2] for one in asked[3:]],
        "uuid": [one["share_link"]["uuid"] for one in shares],
        "code": [one["short_url"].rpartition("/")[2] for one in shares],
        "template_id": made,
        "workflow_id": reviews,
        "asset_id": assets,
        "upload_id": uploads,
        "job_id": [*assets, *uploads],
        "member_id": [*acme.members.values(), acme.email("viewer")],
        "number": ["1", "2"],
        "other": ["1", "2"],
        "name": ["main", "winter", "hot"],
        "search_id": [
            cloud.post("/searches/", admin, {"name": "S", "query": {"tag": "hot"}}).json["id"]
            for _ in range(6)
        ],
        "rule_id": rules,
        "collection_id": [
            cloud.post("/collections/", admin, {"name": "C", "asset_ids": assets}).json["id"]
            for _ in range(6)
        ],
        "flag_id": flags,
        "key_id": [
            cloud.post("/api_keys/", admin, {"name": "R", "role": "viewer"}).json["id"]
            for _ in range(6)
        ],
        "device_id": [
            cloud.post(
                "/devices/", admin, {"name": "Lobby", "time_zone": "UTC", "groups": ["winter"]}
            ).json["id"]
            for _ in range(6)
        ],
        "playlist_id": [
            cloud.post(
                "/playlists/", admin, {"name": "Loop", "items": [{"asset_id": assets[1]}]}
            ).json["id"]
            for _ in range(6)
        ],
        "webhook_id": [webhook_id for webhook_id, _ in sent],
        "delivery_id": [delivery_id for _, delivery_id in sent],
        "file": ["1.jpg", "2.mp4"],
        "rollout_id": [rollout(cloud, admin)],
    }


def rollout(cloud: Cloud, admin: str) -> str:
    """Have a device try a playlist; gives the roll-out's id."""
    screen = {"name": "Tries", "time_zone": "UTC", "groups": ["tries"]}
    device = cloud.post("/devices/", admin, screen).json
    own = {"authorization": f"Bearer {device['token']}"}
    cloud.post(f"/devices/{device['id']}/heartbeat/", body={}, headers=own)
    body = {"playlist_ids": [], "canary": {"devices": 1, "minutes": 60}}
    path = "/device_groups/tries/playlists/"
    return str(cloud.call("PUT", path, admin, body).json["rollout_id"])


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
