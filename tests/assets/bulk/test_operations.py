"""One change of many assets: each has its own outcome, and is recorded by itself."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.assets.bulk import operations
from chalicelib.assets.collections import registry
from chalicelib.assets.models import AssetMetadata, AssetVersion, asset_key, version_key
from chalicelib.core import clock
from chalicelib.core.tables import find
from tests.assets.stages import asset
from tests.cloud import Answer, Cloud, Tenant
from tests.shared import assert_problem, audit, cloud

__all__ = ["cloud"]


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one asset be changed at a time, since moto's transactions are not safe under threads."""
    monkeypatch.setattr(operations, "_AT_ONCE", 1)


class Shelves:
    """A tenant whose assets are changed together."""

    def __init__(self, cloud: Cloud, tenant: Tenant) -> None:
        self.cloud, self.tenant = cloud, tenant

    def asset(self, status: str = "approved!", who: str = "contributor", **more: Any) -> str:
        return asset(self.cloud, self.tenant.id, self.tenant.email(who), status, **more)

    def ask(self, ids: list[str], operation: str, who: str = "editor", **more: Any) -> Answer:
        body = {"asset_ids": ids, "operation": operation} | more
        return self.cloud.post("/assets/bulk/", self.tenant.email(who), body)

    def codes(self, ids: list[str], operation: str, who: str = "editor", **more: Any) -> list[Any]:
        answer = self.ask(ids, operation, who, **more)
        assert answer.status == 200, answer.content
        results = answer.json["results"]
        assert [one["asset_id"] for one in results] == ids
        assert all((one["status"] == "ok") == (one["code"] is None) for one in results)
        return [one["code"] for one in results]

    def shown(self, asset_id: str, who: str = "admin") -> dict[str, Any]:
        answer = self.cloud.get(f"/assets/{asset_id}/", self.tenant.email(who))
        assert answer.status == 200, answer.content
        found: dict[str, Any] = answer.json
        return found


@pytest.fixture(scope="module")
def shelves(cloud: Cloud) -> Shelves:
    return Shelves(
        cloud, cloud.tenant("acme", "admin", "editor", "contributor", "viewer", "moderator")
    )


@pytest.fixture(scope="module")
def pair(shelves: Shelves) -> list[str]:
    return [shelves.asset(), shelves.asset()]


def test_words_are_added_and_taken_away_as_in_one_edit(shelves: Shelves, pair: list[str]) -> None:
    assert shelves.codes(pair, "tag", value=["Reef", "reef", " Sea "]) == [None, None]
    assert [shelves.shown(one)["tags"] for one in pair] == [["Reef", "Sea"]] * 2
    assert shelves.codes(pair[:1], "tag", value=["SEA", "\uff21"]) == [None]
    assert shelves.shown(pair[0])["tags"] == ["Reef", "Sea", "\uff21"]
    assert shelves.codes(pair, "untag", value=["sea", "a", "none"]) == [None, None]
    assert [shelves.shown(one)["tags"] for one in pair] == [["Reef"]] * 2
    many = [f"t{number}" for number in range(199)]
    assert shelves.codes(pair[:1], "tag", value=many) == [None]
    assert shelves.codes(pair, "tag", value=["more"]) == ["invalid", None]
    trail = audit(shelves.cloud, shelves.tenant.email("admin"), f"&subject={pair[1]}")
    edits = [entry for entry in trail if entry["action"] == "asset.edited"]
    assert [entry["new"]["tags"] for entry in edits] == [
        ["Reef", "more"], ["Reef"], ["Reef", "Sea"]
    ]  # fmt: skip
    assert all(entry["request_id"] for entry in edits)


def test_categories_and_fields_are_set_on_each(shelves: Shelves, pair: list[str]) -> None:
    assert shelves.codes(pair, "set_category", value="/menus// summer/") == [None, None]
    assert {shelves.shown(one)["category"] for one in pair} == {"menus/summer"}
    assert shelves.codes(pair, "set_category", value=None) == [None, None]
    assert {shelves.shown(one)["category"] for one in pair} == {None}
    fields = {"season": 2026, "gone": "x", "list": ["a"]}
    assert shelves.codes(pair, "set_custom_fields", value=fields) == [None, None]
    assert shelves.codes(pair, "set_custom_fields", value={"gone": None}) == [None, None]
    kept = {"season": 2026, "list": ["a"]}
    assert [shelves.shown(one)["custom_fields"] for one in pair] == [kept] * 2


def test_assets_go_into_the_trash_come_back_and_are_published(shelves: Shelves) -> None:
    ids = [shelves.asset(), shelves.asset("approved"), shelves.asset("in_review")]
    approved = find(AssetVersion, asset_key(shelves.tenant.id, ids[1]), version_key(1))
    assert approved is not None
    approved.update([AssetVersion.approved_under.set("")])
    assert shelves.codes(ids, "publish") == [None, None, "not_approved"]
    assert shelves.shown(ids[1], "viewer")["published_version"] == 1
    assert shelves.codes(ids[:2], "delete") == [None, None]
    assert shelves.codes(ids, "delete", value=None) == [None] * 3
    assert shelves.codes(ids, "tag", value=["x"]) == ["asset_trashed"] * 3
    assert shelves.codes(ids, "publish") == ["asset_trashed"] * 3
    assert {shelves.shown(one)["status"] for one in ids} == {"trashed"}
    assert shelves.codes(ids, "restore") == [None] * 3
    assert shelves.codes(ids, "restore") == [None] * 3
    assert [shelves.shown(one)["status"] for one in ids] == ["approved", "approved", "in_review"]


def test_a_collection_takes_what_fits_behind_what_it_holds(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (shelves.asset() for _ in range(3))
    gone = shelves.asset()
    shelves.codes([gone], "delete")
    editor = shelves.tenant.email("editor")
    body = {"name": "Winter", "asset_ids": [first]}
    made = shelves.cloud.post("/collections/", editor, body).json["id"]
    ids = [second, gone, clock.new_id(), first, second]
    codes = shelves.codes(ids, "add_to_collection", value=made)
    assert codes == [None, "asset_trashed", "not_found", None, None]
    held = registry.get(shelves.tenant.id, made)
    assert (registry.asset_ids(held), held.revision) == ([first, second], 2)
    monkeypatch.setattr(registry, "MOST_ASSETS", 2)
    assert shelves.codes([third, first], "add_to_collection", value=made) == ["invalid", None]
    for value, status in ((clock.new_id(), 404), (None, 422), (["x"], 422), ("x" * 3000, 404)):
        answer = shelves.ask([first], "add_to_collection", value=value)
        assert answer.status == status, answer.content
    refused = shelves.ask([first], "add_to_collection", "contributor", value=made)
    assert_problem(refused, 403, "forbidden")


def test_of_five_hundred_three_are_foreign_and_two_are_named_twice(
    shelves: Shelves, cloud: Cloud, pair: list[str]
) -> None:
    globex = cloud.tenant("globex", "admin")
    theirs = [asset(cloud, globex.id, globex.email("admin"), "approved!") for _ in range(3)]
    ids = [*theirs, *pair, *pair, *(clock.new_id() for _ in range(493))]
    codes = shelves.codes(ids, "set_category", value="of five hundred")
    assert codes == [*["not_found"] * 3, *[None] * 4, *["not_found"] * 493]
    trail = audit(shelves.cloud, shelves.tenant.email("admin"), "&action=asset.edited")
    told = [
        one["subject"]["id"] for one in trail if one["new"].get("category") == "of five hundred"
    ]
    assert sorted(told) == sorted(pair)
    assert_problem(shelves.ask([*ids, "x"], "untag", value=["nothing"]), 422, "invalid")
    assert_problem(shelves.ask([], "untag", value=["nothing"]), 422, "invalid")
    assert shelves.codes(["", "x" * 3000, "\0"], "delete") == ["not_found"] * 3
    for one in theirs:
        assert cloud.get(f"/assets/{one}/", globex.email("admin")).json["status"] == "approved"


def test_each_asset_takes_it_as_from_the_actor_alone(shelves: Shelves) -> None:
    own, other, draft = (
        shelves.asset(), shelves.asset(who="editor"), shelves.asset("approved", "editor")
    )  # fmt: skip
    for operation, more in (
        ("tag", {"value": ["a"]}), ("delete", {}), ("restore", {}), ("publish", {})
    ):  # fmt: skip
        codes = shelves.codes([own, other, draft], operation, "contributor", **more)
        assert codes == [None, "forbidden", "not_found"]
        for who in ("viewer", "moderator"):
            assert_problem(shelves.ask([own], operation, who, **more), 403, "forbidden")


@pytest.mark.parametrize(
    ("operation", "value"),
    [
        ("tag", None),
        ("tag", "word"),
        ("tag", []),
        ("tag", [""]),
        ("tag", [" "]),
        ("tag", ["x" * 201]),
        ("tag", ["x"] * 201),
        ("tag", {"a": 1}),
        ("untag", [1]),
        ("set_category", ["a"]),
        ("set_category", ""),
        ("set_category", "/ /"),
        ("set_category", "a\nb"),
        ("set_category", "x" * 501),
        ("set_custom_fields", None),
        ("set_custom_fields", "a"),
        ("set_custom_fields", {"": 1}),
        ("set_custom_fields", {"a": {}}),
        ("delete", ["x"]),
        ("restore", "x"),
        ("publish", {"at": "2026-01-01T00:00:00Z"}),
        ("purge", None),
    ],
)
def test_a_value_fits_its_operation(
    shelves: Shelves, pair: list[str], operation: str, value: Any
) -> None:
    assert_problem(shelves.ask(pair, operation, value=value), 422, "invalid")


@pytest.mark.parametrize("operation", ["tag", "untag", "set_category", "set_custom_fields"])
def test_a_value_is_needed(shelves: Shelves, pair: list[str], operation: str) -> None:
    assert_problem(shelves.ask(pair, operation), 422, "invalid")


def test_what_fails_by_our_fault_or_for_want_of_time_holds_up_no_other(
    shelves: Shelves, pair: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain: Callable[..., AssetMetadata] = operations.edits.edit

    def broken(read: AssetMetadata, *more: Any) -> AssetMetadata:
        if read.asset_id == pair[0]:
            raise RuntimeError
        return plain(read, *more)

    with monkeypatch.context() as patch:
        patch.setattr(operations.edits, "edit", broken)
        assert shelves.codes(pair, "tag", value=["kept"]) == ["internal", None]
    assert "kept" in shelves.shown(pair[1])["tags"]
    ticks = itertools.count(step=15)
    with monkeypatch.context() as patch:
        patch.setattr(operations.time, "monotonic", lambda: next(ticks))
        assert shelves.codes(pair, "set_category", value="late") == [None, "not_done"]
