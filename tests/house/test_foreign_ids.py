"""A tenant cannot tell another tenant's ids from ids that nobody has."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.assets import catalog
from chalicelib.assets.models import AssetMetadata, AssetVersion, asset_key
from chalicelib.core import clock
from chalicelib.core.api.audience import Audience
from chalicelib.core.api.declaration import Route
from chalicelib.core.outbox import SYSTEM, Person
from chalicelib.core.settings import settings as configuration
from chalicelib.core.tables import find
from chalicelib.sharing import links
from chalicelib.sharing.models import Shared
from chalicelib.sharing.terms import TermsWanted, fresh
from chalicelib.workflows.approval import starting
from chalicelib.workflows.templates import definition, registry
from tests.cloud import INDEX, Cloud, Tenant
from tests.shared import assert_problem, cloud, declared_routes
from tests.webhooks import kept

__all__ = ["cloud"]


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin")


@pytest.fixture(scope="module")
def globex(cloud: Cloud) -> Tenant:
    return cloud.tenant("globex", "admin", "viewer")


@pytest.fixture(scope="module")
def foreign(cloud: Cloud, globex: Tenant) -> dict[str, str]:
    """Real ids of the other tenant, by the name of the path's variable."""
    described: dict[str, Any] = {"filename": "a.mp4", "size_bytes": 9, "content_type": "video/mp4"}
    described["tags"] = ["secret tag"]
    reserved = cloud.post(
        "/assets/upload/", globex.email("admin"), described | {"multipart": True}
    ).json
    cloud.run(INDEX)
    search = {"name": "Secret", "query": {"tag": "secret tag"}, "shared": True}
    upload_id, asset_id = reserved["upload"]["upload_id"], reserved["asset"]["id"]
    admin = globex.email("admin")
    when = [{"field": "title", "op": "equals", "value": "globex"}]
    rule = {"name": "Secret", "when": when, "action": "flag"}
    step = {"id": "a", "name": "A", "approvers": {"type": "roles", "roles": ["admin"]}}
    template = cloud.post("/workflow_templates/", admin, {"name": "T", "steps": [step]}).json["id"]
    flag = cloud.post(f"/assets/{asset_id}/flag/", admin, {"reason": "other"})
    shared = Shared(asset_id=asset_id)
    terms = fresh(TermsWanted(share_type="public"), configuration(), clock.now())
    link = links.create(
        globex.id, shared, terms, Person(globex.members["admin"], admin), clock.now()
    )
    webhook_id, delivery_id = kept.with_delivery(cloud, globex.id, admin)
    return {
        "webhook_id": webhook_id,
        "delivery_id": delivery_id,
        "uuid": link.uuid,
        "asset_id": asset_id,
        "upload_id": upload_id,
        "job_id": upload_id,
        "member_id": globex.members["viewer"],
        "rule_id": cloud.post("/moderation/rules/", admin, rule).json["id"],
        "flag_id": flag.json["id"],
        "collection_id": cloud.post(
            "/collections/", admin, {"name": "Hidden", "asset_ids": [asset_id]}
        ).json["id"],
        "device_id": cloud.post(
            *("/devices/", admin),
            {"name": "Lobby", "time_zone": "Asia/Tokyo", "groups": ["secret tag"]},
        ).json["id"],
        "key_id": cloud.post("/api_keys/", admin, {"name": "R", "role": "viewer"}).json["id"],
        "request_id": cloud.post("/upload_requests/", admin, {"title": "Secret"}).json["id"],
        "rollout_id": tried(cloud, admin),
        "playlist_id": cloud.post("/playlists/", admin, {"name": "Secret loop"}).json["id"],
        "template_id": template,
        "workflow_id": reviewed(globex.id, asset_id, template),
        "search_id": cloud.post("/searches/", admin, search).json["id"],
        "name": "secret tag",
    }


def tried(cloud: Cloud, admin: str) -> str:
    """Have a device try a playlist; gives the roll-out's id."""
    screen = {"name": "Tries", "time_zone": "UTC", "groups": ["those who try"]}
    device = cloud.post("/devices/", admin, screen).json
    own = {"authorization": f"Bearer {device['token']}"}
    cloud.post(f"/devices/{device['id']}/heartbeat/", body={}, headers=own)
    body = {"playlist_ids": [], "canary": {"devices": 1, "minutes": 60}}
    path = "/device_groups/those%20who%20try/playlists/"
    return str(cloud.call("PUT", path, admin, body).json["rollout_id"])


def reviewed(tenant_id: str, asset_id: str, template_id: str) -> str:
    """Have an asset reviewed; gives the workflow's id."""
    asset = find(AssetMetadata, asset_key(tenant_id, asset_id), "ASSET")
    version = catalog.version(tenant_id, asset_id, 1)
    assert asset is not None
    assert version is not None
    template = registry.get(tenant_id, template_id)
    version.update([AssetVersion.status.set("approved")])
    values = definition.read(template.values)
    begun = starting.start(asset, version, template.id, values, SYSTEM, clock.now())
    return str(begun.instance.workflow_id)


MAKES_ITS_OWN = "/device_groups/{name}/playlists"
"""A group is there once it is named: each tenant has its own by any name."""


def with_ids() -> list[Any]:
    """Give the routes whose paths hold ids that a tenant keeps to itself."""
    routes = [
        route
        for route in declared_routes()
        if route.parameters and Audience.MEMBERS in route.audience and not route.audience.is_open
        if not route.path.endswith(MAKES_ITS_OWN)
    ]
    return [pytest.param(route, id=f"{route.method} {route.path}") for route in routes]


def told(cloud: Cloud, route: Route, email: str, value: str) -> dict[str, Any]:
    path = route.path.removeprefix("/api/v3")
    for name in route.parameters:
        path = path.replace(f"{{{name}}}", value)
    body = assert_problem(cloud.call(route.method, path, email), 404, "not_found")
    del body["request_id"]
    return body


@pytest.mark.parametrize("route", with_ids())
def test_a_foreign_id_answers_as_one_that_does_not_exist(
    cloud: Cloud, acme: Tenant, foreign: dict[str, str], route: Route
) -> None:
    admin = acme.email("admin")
    there = told(cloud, route, admin, foreign[route.parameters[0]])
    nowhere = told(cloud, route, admin, clock.new_id())
    assert there == nowhere


@pytest.mark.parametrize("route", with_ids())
@pytest.mark.parametrize("value", ["x", "%00", "a%2Fb", "%F0%9F%90%9A", "x" * 3000, "%FF", "..%2f"])
def test_what_is_no_id_at_all_is_not_found(
    cloud: Cloud, acme: Tenant, route: Route, value: str
) -> None:
    told(cloud, route, acme.email("admin"), value)


@pytest.mark.parametrize(
    "value", ["x", "\0", "🐚", "x" * 1100, "x" * 3000, f"{'x' * 3000}@acme.test"]
)
def test_what_is_no_id_at_all_is_not_found_in_bodies_and_queries_either(
    cloud: Cloud, acme: Tenant, value: str
) -> None:
    admin = acme.email("admin")
    step = {"id": "a", "name": "A", "approvers": {"type": "roles", "roles": ["admin"]}}
    template = cloud.post("/workflow_templates/", admin, {"name": "T", "steps": [step]}).json["id"]
    when = [{"field": "title", "op": "equals", "value": "x"}]
    rule = {"name": "R", "when": when, "action": "require_template", "template_id": value}
    for path, body in (
        ("/workflows/", {"asset_id": value, "template_id": template}),
        (f"/workflow_templates/{template}/simulate/", {"asset_id": value}),
        ("/moderation/rules/", rule),
        ("/collections/", {"name": "C", "asset_ids": [value]}),
        ("/playlists/", {"name": "P", "items": [{"asset_id": value}]}),
        ("/playlists/", {"name": "P", "items": [{"rule": {"collection_id": value}}]}),
        ("/playlists/replace/", {"asset_id": value, "with_asset_id": value}),
        ("/assets/zip/", {"asset_ids": [value]}),
        ("/assets/zip/", {"collection_id": value}),
        ("/processing/", {"asset_id": value, "tasks": ["thumbnail"]}),
    ):
        assert_problem(cloud.post(path, admin, body), 404, "not_found")
    for path in (f"/workflows/?asset_id={quote(value)}", f"/audit/?actor={quote(value[:200])}%40x"):
        assert_problem(cloud.get(path, admin), 404, "not_found")
    if len(value) > 254:
        for path in ("/audit/?actor=", "/audit/?subject=", "/moderation/flags/?asset_id="):
            assert_problem(cloud.get(path + quote(value), admin), 422, "invalid")


@pytest.mark.parametrize("route", with_ids())
def test_keys_of_the_table_are_no_ids(
    cloud: Cloud, acme: Tenant, globex: Tenant, foreign: dict[str, str], route: Route
) -> None:
    for value in (f"{globex.id}%23{foreign[route.parameters[0]]}", "%23", "ASSET", "TENANT"):
        told(cloud, route, acme.email("admin"), value)


def test_a_foreign_address_answers_as_one_that_nobody_has(
    cloud: Cloud, acme: Tenant, globex: Tenant
) -> None:
    admin = acme.email("admin")
    for method, path in (("PATCH", "/members/{}/"), ("DELETE", "/members/{}/")):
        told_of = [
            cloud.call(method, path.format(address), admin, {}).json | {"request_id": ""}
            for address in (globex.email("viewer"), "nobody@globex.test")
        ]
        assert told_of[0] == told_of[1]
        assert told_of[0]["status"] == 404


def test_foreign_ids_in_filters_find_nothing(
    cloud: Cloud, acme: Tenant, globex: Tenant, foreign: dict[str, str]
) -> None:
    admin = acme.email("admin")
    for query in (
        f"/audit/?subject={foreign['asset_id']}",
        f"/audit/?actor={globex.members['admin']}",
        f"/assets/?uploaded_by={globex.members['admin']}",
        f"/assets/?uploaded_by={globex.email('admin')}",
    ):
        assert cloud.get(query, admin).json == {"items": [], "next_cursor": None}
    answers = [
        cloud.get(f"/audit/?actor={address}", admin).json | {"request_id": ""}
        for address in (globex.email("admin"), "nobody@globex.test")
    ]
    assert answers[0] == answers[1]


def test_lists_hold_nothing_of_another_tenant(
    cloud: Cloud, acme: Tenant, globex: Tenant, foreign: dict[str, str]
) -> None:
    seen = "".join(
        cloud.get(path, acme.email("admin")).content.decode()
        for path in (
            *("/assets/", "/members/", "/audit/?limit=200", "/tenant/"),
            *(
                "/moderation/rules/",
                "/moderation/flags/",
                "/collections/",
                "/devices/",
                "/api_keys/",
                "/webhooks/",
                "/playlists/",
                "/device_groups/",
            ),
        )
    )
    for secret in (globex.id, *foreign.values(), "globex"):
        assert secret not in seen
    usage = json.loads(cloud.get("/tenant/", acme.email("admin")).content)["usage"]
    assert (usage["assets"], usage["storage_bytes"]) == (0, 0)
