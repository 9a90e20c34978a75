"""Of several faults at once the first in the contract's order is answered, on every route."""

from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.core.api.declaration import Route
from chalicelib.tenants.models import Member, member_key
from tests.assets.stages import DESCRIBED, asset, reserve
from tests.cloud import INDEX, Answer, Cloud, Tenant
from tests.shared import assert_problem, declared_routes

HUGE = b"[" + b" " * (1024 * 1024) + b"]"
BAD = b"{ not json"

SIGNED_IN = [route for route in declared_routes() if route.may is not None]
RESTRICTED = [route for route in SIGNED_IN if route.may]
READING = [route for route in SIGNED_IN if route.takes_json]

MAKES_WHAT_IT_NAMES = {("PUT", "/api/v3/device_groups/{name}/playlists")}
"""Here nothing that is named can be missing."""

FINDING = [r for r in SIGNED_IN if r.parameters and (r.method, r.path) not in MAKES_WHAT_IT_NAMES]


def key(route: Route) -> str:
    return f"{route.method} {route.path}"


def only_assets(route: Route) -> bool:
    return {*route.parameters} <= {"asset_id", "number", "other", "name"}


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    tenant = cloud.tenant("acme", "admin", "viewer", "named=viewer")
    named = Member.get(tenant.id, member_key(tenant.members["named"]))
    named.update(actions=[Member.roles.set(["Legal Team"])])
    return tenant


@pytest.fixture(scope="module")
def published(cloud: Cloud, acme: Tenant) -> str:
    """Publish an asset; a branch, a tag and a group of devices are all called `main`."""
    admin = acme.email("admin")
    device = {"name": "Lobby", "time_zone": "UTC", "groups": ["main"]}
    assert cloud.post("/devices/", admin, device).status == 201
    made = asset(cloud, acme.id, admin, "approved!", tags=["main"])
    cloud.run(INDEX)
    return made


@pytest.fixture
def trashed(cloud: Cloud, acme: Tenant) -> str:
    asset_id = asset(cloud, acme.id, acme.email("admin"), "approved!")
    assert cloud.call("DELETE", f"/assets/{asset_id}/", acme.email("admin")).status == 204
    return asset_id


def path_of(route: Route, ids: dict[str, str]) -> str:
    named = {name: ids.get(name, clock.new_id()) for name in route.parameters}
    return route.path.removeprefix("/api/v3").format(**named)


def ask(cloud: Cloud, route: Route, ids: dict[str, str], email: str | None, body: Any) -> Answer:
    """Ask with a query that no route knows, and all that is wrong besides."""
    return cloud.call(route.method, f"{path_of(route, ids)}?no_such=1", email, body)


@pytest.mark.parametrize("route", SIGNED_IN, ids=key)
def test_who_is_not_signed_in_learns_nothing_else(cloud: Cloud, route: Route) -> None:
    assert_problem(ask(cloud, route, {}, None, BAD), 401, "unauthenticated")


@pytest.mark.parametrize("route", FINDING, ids=key)
def test_what_is_not_there_comes_before_role_and_body(
    cloud: Cloud, acme: Tenant, route: Route
) -> None:
    assert_problem(ask(cloud, route, {}, acme.email("named"), BAD), 404, "not_found")


@pytest.mark.parametrize(
    "route", [r for r in FINDING if {"number", "other", "name"} & {*r.parameters}], ids=key
)
def test_what_is_not_there_below_what_is_comes_before_role_and_body(
    cloud: Cloud, acme: Tenant, published: str, route: Route
) -> None:
    ids = {"asset_id": published, "number": "1", "other": "1", "name": "main"}
    for name in ids.keys() & {*route.parameters} - {"asset_id"}:
        for wrong in ("99", "x"):
            answer = ask(cloud, route, ids | {name: wrong}, acme.email("viewer"), BAD)
            assert_problem(answer, 404, "not_found")


@pytest.mark.parametrize("route", [r for r in RESTRICTED if only_assets(r)], ids=key)
def test_the_role_comes_before_the_body(
    cloud: Cloud, acme: Tenant, published: str, route: Route
) -> None:
    ids = {"asset_id": published, "number": "1", "other": "1", "name": "main"}
    who = "viewer" if route.parameters else "named"
    assert_problem(ask(cloud, route, ids, acme.email(who), BAD), 403, "forbidden")


@pytest.mark.parametrize("route", [r for r in READING if only_assets(r)], ids=key)
def test_a_body_is_measured_then_read_then_understood(
    cloud: Cloud, acme: Tenant, published: str, route: Route
) -> None:
    ids = {"asset_id": published, "number": "1", "other": "1", "name": "main"}
    path, admin = f"{path_of(route, ids)}?no_such=1", acme.email("admin")
    chunked = cloud.call(route.method, path, admin, HUGE, headers={"transfer-encoding": "chunked"})
    assert_problem(chunked, 411, "length_required")
    assert_problem(cloud.call(route.method, path, admin, HUGE), 413, "payload_too_large")
    assert_problem(cloud.call(route.method, path, admin, BAD), 400, "invalid_json")
    assert_problem(cloud.call(route.method, path, admin, {"no such": 1}), 422, "invalid")


@pytest.mark.parametrize(
    ("method", "path", "wrong", "right"),
    [
        ("PATCH", "/assets/{}/", {"title": " "}, {"title": "Summer"}),
        ("PUT", "/metadata/{}/", {"title": " "}, {"title": "Summer"}),
        (
            "POST",
            "/metadata/{}/bulk_update/",
            {"custom_fields": {"a": "x" * 200_000}},
            {"custom_fields": {"a": 1}},
        ),
    ],
)
def test_values_come_before_the_precondition_and_that_before_the_state(
    cloud: Cloud, acme: Tenant, trashed: str, method: str, path: str, wrong: Any, right: Any
) -> None:
    stale, admin = {"if-match": '"99"'}, acme.email("admin")
    where = path.format(trashed)
    assert_problem(cloud.call(method, where, admin, wrong, headers=stale), 422, "invalid")
    refused = cloud.call(method, where, admin, right, headers=stale)
    assert_problem(refused, 412, "precondition_failed")
    assert_problem(cloud.call(method, where, admin, right), 409, "asset_trashed")


def test_of_a_version_the_values_come_first_then_the_branch_the_size_and_the_trash(
    cloud: Cloud, acme: Tenant, trashed: str
) -> None:
    def post(**more: Any) -> Answer:
        path = f"/assets/{trashed}/upload_version/"
        return cloud.post(path, acme.email("admin"), DESCRIBED | more)

    large, nowhere = {"size_bytes": 10**12}, {"branch": "nowhere"}
    assert_problem(post(filename="..", **large, **nowhere), 422, "invalid")
    assert_problem(post(**large, **nowhere), 404, "not_found")
    assert_problem(post(content_type="x/y", **large), 413, "file_too_large")
    assert_problem(post(content_type="x/y"), 415, "unsupported_media_type")
    assert_problem(post(), 409, "asset_trashed")


def test_of_parts_the_numbers_come_before_the_state(cloud: Cloud, acme: Tenant) -> None:
    admin = acme.email("admin")
    plan = reserve(cloud, admin, multipart=True, content_type="video/mp4")["upload"]
    path = f"/uploads/{plan['upload_id']}/"
    assert cloud.call("DELETE", path, admin).status == 204
    answer = cloud.post(f"{path}parts/", admin, {"part_numbers": [2]})
    assert_problem(answer, 422, "invalid")
    answer = cloud.post(f"{path}parts/", admin, {"part_numbers": [1]})
    assert_problem(answer, 409, "conflict")
