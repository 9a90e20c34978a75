"""Collections are kept in their order, and tell nobody of what they may not see."""

from typing import Any

import pytest

from chalicelib.assets import trash
from chalicelib.assets.collections import registry
from chalicelib.assets.collections.registry import CollectionChange
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.tables import find
from tests.assets.stages import asset
from tests.cloud import Answer, Cloud, Tenant
from tests.shared import Team, assert_problem, audit, cloud, team

__all__ = ["cloud", "team"]


class Room:
    """A tenant with assets and collections; everything is done by its editor."""

    def __init__(self, cloud: Cloud, tenant: Tenant) -> None:
        self.cloud, self.tenant = cloud, tenant

    def asset(self, status: str = "approved!", who: str = "admin", **more: Any) -> str:
        return asset(self.cloud, self.tenant.id, self.tenant.email(who), status, **more)

    def call(
        self, method: str, path: str, body: Any = None, who: str = "editor", **more: Any
    ) -> Answer:
        path = f"/collections/{path}"
        return self.cloud.call(method, path, self.tenant.email(who), body, **more)

    def make(self, *asset_ids: str, **more: Any) -> dict[str, Any]:
        body = {"name": "Winter", "asset_ids": [*asset_ids]} | more
        answer = self.call("POST", "", body)
        assert answer.status == 201, answer.content
        made: dict[str, Any] = answer.json
        return made

    def shown(self, collection_id: str, who: str = "editor") -> list[str]:
        answer = self.call("GET", f"{collection_id}/", who=who)
        assert answer.status == 200, answer.content
        ids: list[str] = answer.json["asset_ids"]
        return ids

    def put(self, collection_id: str, *asset_ids: str, **more: Any) -> Answer:
        return self.call("PUT", f"{collection_id}/assets/", {"asset_ids": [*asset_ids]}, **more)

    def item(self, asset_id: str) -> AssetMetadata:
        found = find(AssetMetadata, asset_key(self.tenant.id, asset_id), "ASSET")
        assert found is not None
        return found

    def trash(self, asset_id: str) -> None:
        trash.trash(self.item(asset_id), SYSTEM, clock.now())

    def restore(self, asset_id: str) -> None:
        trash.restore(self.item(asset_id), SYSTEM, clock.now())

    def purge(self, asset_id: str) -> None:
        assert trash.purge(self.item(asset_id), SYSTEM, clock.now())

    def kept(self, collection_id: str) -> list[str]:
        """Give the ids that the collection's item holds."""
        return registry.asset_ids(registry.get(self.tenant.id, collection_id))


@pytest.fixture
def room(cloud: Cloud, team: Team) -> Room:
    return Room(cloud, team("admin", "editor", "contributor", "viewer", "moderator"))


def test_a_collection_keeps_its_assets_in_the_order_given(room: Room) -> None:
    one, two, three = (room.asset() for _ in range(3))
    made = room.make(three, one, description="For the lobby")
    assert made["asset_ids"] == [three, one]
    assert (made["name"], made["description"]) == ("Winter", "For the lobby")
    assert made["created_by"]["email"] == room.tenant.email("editor")
    path = f"{made['id']}/"
    assert room.call("GET", path, who="viewer").json == made
    assert room.put(made["id"], two, three, one).json["asset_ids"] == [two, three, one]
    renamed = room.call("PATCH", path, {"name": "Spring", "description": ""}).json
    assert (renamed["name"], renamed["description"]) == ("Spring", "")
    assert renamed["asset_ids"] == [two, three, one]
    assert room.call("PATCH", path, {"asset_ids": [one]}).json["asset_ids"] == [one]
    assert room.put(made["id"]).json["asset_ids"] == []
    assert room.call("DELETE", path).status == 204
    assert_problem(room.call("GET", path), 404, "not_found")
    assert room.cloud.get(f"/assets/{one}/", room.tenant.email("viewer")).status == 200


def test_collections_are_listed_newest_first_in_pages(room: Room) -> None:
    one = room.asset()
    made = [room.make(one, name=f"C{number}")["id"] for number in range(3)]
    first = room.call("GET", "?limit=2", who="viewer").json
    assert len(first["items"]) == 2
    rest = room.call("GET", f"?limit=2&cursor={first['next_cursor']}", who="viewer").json
    listed = [*first["items"], *rest["items"]]
    assert sorted(item["id"] for item in listed) == sorted(made)
    assert [item["id"] for item in listed] == sorted((i["id"] for i in listed), reverse=True)
    assert {tuple(item["asset_ids"]) for item in listed} == {(one,)}
    assert rest["next_cursor"] is None


def test_a_page_is_short_where_its_collections_name_thousands_of_assets(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_MOST_ASSETS_A_PAGE", 3)
    assets = [room.asset() for _ in range(4)]
    made = {room.make(*assets[:size])["id"] for size in (2, 1, 4, 2)}
    seen, cursor, sizes = [], "", []
    while cursor is not None:
        page = room.call("GET", f"?limit=10{cursor and '&cursor='}{cursor}").json
        seen += [item["id"] for item in page["items"]]
        sizes.append(sum(len(item["asset_ids"]) for item in page["items"]))
        cursor = page["next_cursor"]
    assert len(seen) == 4
    assert set(seen) == made
    assert max(sizes) == 4  # the one that alone is more


def test_readers_are_shown_the_assets_that_they_see_and_no_trace_of_others(room: Room) -> None:
    public, draft = room.asset(), room.asset("approved", "contributor")
    hidden, made = room.asset("in_review"), {}
    for name, ids in (("All", (hidden, public, draft)), ("Some", (public,))):
        made[name] = room.make(*ids, name=name)["id"]
    for who, seen in (
        ("viewer", [public]),
        ("contributor", [public, draft]),
        ("moderator", [hidden, public, draft]),
        ("editor", [hidden, public, draft]),
    ):
        assert room.shown(made["All"], who) == seen
        listed = room.call("GET", "", who=who).json["items"]
        assert [one["asset_ids"] for one in listed if one["name"] == "All"] == [seen]

    def told() -> tuple[bytes, str]:
        answer = room.call("GET", f"{made['All']}/", who="viewer")
        return answer.content, answer.headers["ETag"]

    before = told()
    assert room.put(made["All"], public, draft).status == 200
    assert told() == before


def test_the_trash_hides_an_asset_and_keeps_its_place(room: Room) -> None:
    a, b, c, d = (room.asset() for _ in range(4))
    made = room.make(a, b, c, d)["id"]
    room.trash(b)
    assert room.shown(made) == [a, c, d]
    assert room.shown(made, "viewer") == [a, c, d]
    assert room.put(made, d, c, a).json["asset_ids"] == [d, c, a]
    room.restore(b)
    assert room.shown(made) == [d, c, a, b]
    for one in (d, c):
        room.trash(one)
    assert room.put(made, b).json["asset_ids"] == [b]
    assert room.kept(made) == [d, c, b]


def test_an_asset_in_the_trash_is_not_put_into_a_collection(room: Room) -> None:
    a, b = room.asset(), room.asset()
    made = room.make(a)["id"]
    room.trash(b)
    assert_problem(room.put(made, a, b), 409, "asset_trashed")
    refused = room.call("POST", "", {"name": "New", "asset_ids": [b]})
    assert_problem(refused, 409, "asset_trashed")
    room.trash(a)
    assert room.put(made, a).status == 200  # it has been a part of it before
    assert room.kept(made) == [a]


def test_what_was_purged_falls_out(room: Room) -> None:
    a, b = room.asset(), room.asset()
    made = room.make(a, b)["id"]
    room.purge(a)
    assert room.shown(made) == [b]
    assert_problem(room.put(made, a, b), 404, "not_found")
    assert room.put(made, b).status == 200
    assert room.kept(made) == [b]


def test_foreign_unknown_and_unseen_ids_answer_alike(room: Room, team: Team) -> None:
    other = team("admin")
    foreign = asset(room.cloud, other.id, other.email("admin"), "approved!")
    made = room.make(room.asset())["id"]
    answers = [
        room.put(made, one).json | {"request_id": ""} for one in (foreign, clock.new_id(), "", "x")
    ]
    assert {answer["status"] for answer in answers} == {404}
    assert answers.count(answers[0]) == len(answers)
    refused = room.call("POST", "", {"name": "New", "asset_ids": [foreign]})
    assert_problem(refused, 404, "not_found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \u200b"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({}, "name"),
        ({"name": "A", "access": [{"may": "view"}]}, "access"),
        ({"name": "A", "access": [{"role": "viewer"}]}, "access"),
        ({"name": "A", "access": [{"role": "viewer", "may": "own"}]}, "access"),
        ({"name": "A", "access": [{"role": "", "may": "view"}]}, "access"),
        ({"name": "A", "access": [{"role": "a\nb", "may": "view"}]}, "access"),
        ({"name": "A", "access": [{"role": "a", "member_id": "b", "may": "view"}]}, "access"),
        ({"name": "A", "access": [{"role": "a", "may": m} for m in ("view", "edit")]}, "access"),
        ({"name": "A", "access": [{"role": "a", "may": "view"}] * 101}, "access"),
        ({"name": "A", "asset_ids": None}, "asset_ids"),
        ({"name": "A", "asset_ids": "a"}, "asset_ids"),
        ({"name": "A", "asset_ids": [1]}, "asset_ids"),
        ({"name": "A", "asset_ids": ["a"] * 1001}, "asset_ids"),
        ({"name": "A", "asset_ids": ["a", "b", "a"]}, "asset_ids"),
    ],
)
def test_what_is_wrong_is_said_by_field(room: Room, body: dict[str, Any], field: str) -> None:
    problem = assert_problem(room.call("POST", "", body), 422, "invalid")
    assert [error["field"].partition("[")[0] for error in problem["errors"]] == [field]


def test_contents_are_given_once_each_and_at_most_a_thousand(room: Room) -> None:
    one = room.asset()
    made = room.make(one)["id"]
    assert_problem(room.put(made, one, one), 422, "invalid")
    assert_problem(room.put(made, *(clock.new_id() for _ in range(1001))), 422, "invalid")
    assert_problem(room.call("PUT", f"{made}/assets/", {}), 422, "invalid")
    assert_problem(room.put(made, *(clock.new_id() for _ in range(1000))), 404, "not_found")


def test_what_lies_in_the_trash_counts_towards_the_most(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "MOST_ASSETS", 2)
    a, b, c = (room.asset() for _ in range(3))
    made = room.make(a, b)["id"]
    room.trash(a)
    problem = assert_problem(room.put(made, b, c), 422, "invalid")
    assert "1 of them are in the trash" in problem["detail"]


def test_a_tenant_has_at_most_so_many_collections(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "MOST_COLLECTIONS", 2)
    room.make()
    room.make()
    assert_problem(room.call("POST", "", {"name": "Third"}), 422, "invalid")


def test_a_stale_tag_changes_nothing_and_shows_what_there_is(room: Room) -> None:
    one = room.asset()
    made = room.make(one)["id"]
    stale = room.call("GET", f"{made}/").headers["ETag"]
    fresh = room.call("PATCH", f"{made}/", {"name": "Spring"}).headers["ETag"]
    assert stale != fresh
    header = {"if-match": stale}
    for answer in (
        room.call("PATCH", f"{made}/", {"name": "Autumn"}, headers=header),
        room.put(made, headers=header),
        room.call("DELETE", f"{made}/", headers=header),
    ):
        problem = assert_problem(answer, 412, "precondition_failed")
        assert (problem["current"]["name"], problem["current"]["asset_ids"]) == ("Spring", [one])
    assert room.put(made, headers={"if-match": fresh}).status == 200
    assert room.call("DELETE", f"{made}/", headers={"if-match": "*"}).status == 204


def test_the_same_request_sent_again_makes_no_second_one(room: Room) -> None:
    key = {"idempotency-key": "k"}
    first = room.call("POST", "", {"name": "Once"}, headers=key)
    again = room.call("POST", "", {"name": "Once"}, headers=key)
    assert first.json == again.json
    assert len(room.call("GET", "").json["items"]) == 1


def test_each_change_is_in_the_audit_trail(room: Room) -> None:
    one = room.asset()
    made = room.make(one)["id"]
    room.put(made)
    room.put(made)  # changes nothing
    room.call("DELETE", f"{made}/")
    trail = audit(room.cloud, room.tenant.email("admin"), f"&subject={made}")
    assert sorted(record["action"] for record in trail) == [
        "collection.changed",
        "collection.created",
        "collection.deleted",
    ]
    (changed,) = [record for record in trail if record["action"] == "collection.changed"]
    assert (changed["old"]["asset_ids"], changed["new"]["asset_ids"]) == ([one], [])


def test_an_assets_usage_counts_its_collections(room: Room) -> None:
    one, other = room.asset(), room.asset()
    room.make(one, other)
    room.make(one)
    room.make(description=one)  # which only names it

    def used(asset_id: str) -> int:
        path = f"/assets/{asset_id}/usage/"
        return int(room.cloud.get(path, room.tenant.email("viewer")).json["collections"])

    assert (used(one), used(other)) == (2, 1)


def test_whoever_was_not_fast_enough_changes_what_the_other_left(room: Room) -> None:
    a, b = room.asset(), room.asset()
    made = room.make(a)["id"]
    as_read = registry.get(room.tenant.id, made)
    assert room.call("PATCH", f"{made}/", {"name": "Spring"}).status == 200
    assert room.put(made, b, a).status == 200
    room.trash(b)
    editor = Actor(room.tenant.id, SYSTEM.id, "", frozenset({"editor"}))
    registry.change(as_read, CollectionChange(asset_ids=[a]), editor, clock.now())
    shown = room.call("GET", f"{made}/").json
    assert (shown["name"], shown["asset_ids"]) == ("Spring", [a])
    assert room.kept(made) == [b, a]
