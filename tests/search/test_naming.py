"""Tags and categories are counted as each member sees them, and renamed everywhere."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.processing import sweeper
from chalicelib.search import orders
from chalicelib.search.naming import moves
from tests.assets.stages import asset
from tests.cloud import INDEX, Cloud, Tenant
from tests.shared import Team, assert_problem, audit


@pytest.fixture
def acme(cloud: Cloud, team: Team) -> Tenant:
    tenant = team("admin", "editor", "viewer", "moderator")
    admin = tenant.email("admin")
    asset(cloud, tenant.id, admin, "approved!", title="a", tags=["Hot", "Menü"], category="menus")
    more = {"tags": ["hot"], "category": "menus/summer"}
    asset(cloud, tenant.id, admin, "approved!", title="b", **more)
    asset(cloud, tenant.id, admin, "approved", title="c", tags=["HOT"], category="menusetc")
    cloud.run(INDEX)
    return tenant


def names(cloud: Cloud, tenant: Tenant, path: str, who: str = "admin") -> dict[str, int]:
    answer = cloud.get(path, tenant.email(who))
    assert answer.status == 200, answer.content
    return {next(iter(one.values())): one["count"] for one in answer.json["items"]}


def settle(cloud: Cloud) -> None:
    """Let the index and what goes on by itself catch up."""
    for minutes in (1, 2, 3):
        cloud.run(INDEX)
        sweeper.sweep(clock.now() + timedelta(minutes=minutes))


def said(cloud: Cloud, tenant: Tenant, field: str) -> dict[str, Any]:
    items = cloud.get("/assets/", tenant.email("admin")).json["items"]
    return {item["title"]: item[field] for item in items}


def test_names_count_what_a_member_sees(cloud: Cloud, acme: Tenant) -> None:
    assert names(cloud, acme, "/tags/") == {"Hot": 3, "Menü": 1}
    assert names(cloud, acme, "/tags/", "viewer") == {"Hot": 2, "Menü": 1}
    whole = {"menus": 2, "menus/summer": 1, "menusetc": 1}
    assert names(cloud, acme, "/categories/") == whole
    assert names(cloud, acme, "/categories/", "viewer") == {"menus": 2, "menus/summer": 1}
    first = cloud.get("/tags/?limit=1", acme.email("admin")).json
    assert first["items"] == [{"name": "Hot", "count": 3}]
    more = cloud.get(f"/tags/?limit=1&cursor={first['next_cursor']}", acme.email("admin")).json
    assert (more["items"], more["next_cursor"]) == ([{"name": "Menü", "count": 1}], None)


def test_a_tag_is_renamed_merged_and_removed_everywhere(cloud: Cloud, acme: Tenant) -> None:
    editor = acme.email("editor")
    answer = cloud.call("PATCH", "/tags/hOT/", editor, {"name": "Warm"})
    told = {name: answer.json[name] for name in ("name", "count", "changed")}
    assert (answer.status, told) == (200, {"name": "Warm", "count": 3, "changed": 3})
    assert said(cloud, acme, "tags") == {"a": ["Warm", "Menü"], "b": ["Warm"], "c": ["Warm"]}
    settle(cloud)
    assert names(cloud, acme, "/tags/") == {"Menü": 1, "Warm": 3}
    assert cloud.call("PATCH", "/tags/warm/", editor, {"name": "menü"}).json["changed"] == 3
    settle(cloud)
    assert said(cloud, acme, "tags") == {"a": ["menü"], "b": ["menü"], "c": ["menü"]}
    assert names(cloud, acme, "/tags/") == {"menü": 3}
    assert cloud.call("DELETE", "/tags/MEN%C3%9C/", editor).status == 204
    settle(cloud)
    assert names(cloud, acme, "/tags/") == {}
    deeds = [one["action"] for one in audit(cloud, acme.email("admin"))]
    assert (deeds.count("tag.renamed"), deeds.count("tag.removed")) == (2, 1)
    assert_problem(cloud.call("DELETE", "/tags/hot/", editor), 404, "not_found")


def test_what_a_request_has_no_time_for_goes_on_by_itself(
    cloud: Cloud, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moves, "_IN_REQUEST_SECONDS", 0)
    answer = cloud.call("PATCH", "/tags/hot/", acme.email("editor"), {"name": "Warm"})
    assert (answer.json["count"], answer.json["changed"]) == (3, 0)
    late = asset(cloud, acme.id, acme.email("admin"), "approved!", title="d", tags=["hot"])
    settle(cloud)
    assert names(cloud, acme, "/tags/") == {"Menü": 1, "Warm": 4}
    assert cloud.get(f"/assets/{late}/", acme.email("viewer")).json["tags"] == ["Warm"]


def test_a_category_goes_on_moving_by_itself(
    cloud: Cloud, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = acme.email("admin")
    monkeypatch.setattr(moves, "_IN_REQUEST_SECONDS", 0)
    monkeypatch.setattr(orders, "_FEW", 0)
    answer = cloud.post("/categories/move/", admin, {"from": "menus", "to": "food"})
    assert (answer.json["count"], answer.json["changed"]) == (2, 0)
    template = {"name": "T", "content_type": "*", "category": "menus/summer", "steps": [STEP]}
    made = cloud.post("/workflow_templates/", admin, template).json
    rule = {"name": "R", "when": [CONDITION], "action": "flag"}
    assert cloud.post("/moderation/rules/", admin, rule).status == 201
    assert cloud.post("/searches/", admin, {"name": "S", "query": {"category": "menus"}}).json
    playlist = {"name": "P", "priority": 1, "items": [{"rule": {"category": "menus"}}]}
    played = cloud.post("/playlists/", admin, playlist)
    assert played.status == 201, played.content
    settle(cloud)
    assert said(cloud, acme, "category") == {"a": "food", "b": "food/summer", "c": "menusetc"}
    (item,) = cloud.get(f"/playlists/{played.json['id']}/", admin).json["items"]
    assert item["rule"]["category"] == "food"
    shown = cloud.get(f"/workflow_templates/{made['id']}/", admin).json
    assert shown["category"] == "food/summer"


CONDITION = {"field": "category", "op": "equals", "value": "menus/summer"}
STEP = {"id": "s", "name": "S", "approvers": {"type": "roles", "roles": ["moderator"]}}


def test_a_category_moves_with_all_that_names_it(cloud: Cloud, acme: Tenant) -> None:
    admin = acme.email("admin")
    template = {"name": "T", "content_type": "*", "category": "menus/summer", "steps": [STEP]}
    made = cloud.post("/workflow_templates/", admin, template).json
    rule = cloud.post(
        "/moderation/rules/", admin, {"name": "R", "when": [CONDITION], "action": "flag"}
    ).json
    saved = {"name": "S", "query": {"category": "menus/summer", "tag": ["hot"]}}
    assert cloud.post("/searches/", admin, saved).status == 201
    body = {"from": "menus", "to": "food/cards"}
    answer = cloud.post("/categories/move/", acme.email("editor"), body)
    told = {name: answer.json[name] for name in ("from", "to", "count", "changed")}
    assert (answer.status, told) == (200, {**body, "count": 2, "changed": 2})
    new = {"a": "food/cards", "b": "food/cards/summer", "c": "menusetc"}
    assert said(cloud, acme, "category") == new
    settle(cloud)
    whole = {"food": 2, "food/cards": 2, "food/cards/summer": 1, "menusetc": 1}
    assert names(cloud, acme, "/categories/") == whole
    shown = cloud.get(f"/workflow_templates/{made['id']}/", admin).json
    assert shown["category"] == "food/cards/summer"
    (shown,) = [
        r for r in cloud.get("/moderation/rules/", admin).json["items"] if r["id"] == rule["id"]
    ]
    assert shown["when"][0]["value"] == "food/cards/summer"
    (shown,) = cloud.get("/searches/", admin).json["items"]
    assert shown["query"]["category"] == "food/cards/summer"
    b = next(i for i in cloud.get("/assets/", admin).json["items"] if i["title"] == "b")
    assert (b["published_version"], "pending_category" in b) == (1, False)


@pytest.mark.parametrize(
    "body",
    [
        {"from": "menus", "to": "menus"},
        {"from": "menus", "to": "menus/old"},
        {"from": "//", "to": "x"},
        {"from": "menus", "to": ""},
        {"from": "menus"},
        {"old": "a", "new": "b"},
    ],
)
def test_a_move_that_cannot_be_is_refused(cloud: Cloud, acme: Tenant, body: Any) -> None:
    answer = cloud.post("/categories/move/", acme.email("editor"), body)
    assert_problem(answer, 422, "invalid")


def test_searches_are_kept_shared_and_deleted(cloud: Cloud, acme: Tenant) -> None:
    viewer, editor = acme.email("viewer"), acme.email("editor")
    body = {"name": "Hot", "query": {"tag": ["hot"], "min_size_bytes": 5, "trashed": False}}
    made = cloud.post("/searches/", editor, body)
    assert made.status == 201, made.content
    assert made.json["query"] == body["query"]
    assert cloud.get("/searches/", viewer).json["items"] == []
    path = f"/searches/{made.json['id']}/"
    assert_problem(cloud.call("DELETE", path, viewer), 404, "not_found")
    shared = cloud.post("/searches/", editor, body | {"shared": True}).json
    assert [one["id"] for one in cloud.get("/searches/", viewer).json["items"]] == [shared["id"]]
    answer = cloud.call("DELETE", f"/searches/{shared['id']}/", viewer)
    assert_problem(answer, 403, "forbidden")
    assert cloud.call("DELETE", path, editor).status == 204
    for query in ({"colour": "red"}, {"kind": "x"}, {"limit": 5}, {"category": "//"}, {"tag": []}):
        answer = cloud.post("/searches/", editor, {"name": "N", "query": query})
        problem = assert_problem(answer, 422, "invalid")
        assert all(one["field"].startswith("query.") for one in problem["errors"]) or query == {
            "category": "//"
        }
