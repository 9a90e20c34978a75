"""Editing what is said of an asset: revisions, preconditions, history, going back."""

import pytest

from chalicelib.assets.metadata import edits
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from tests.assets.shelf import QUICK, Shelf


@pytest.fixture
def asset_id(shelf: Shelf) -> str:
    return shelf.add(b"one", title="Menu", custom_fields={"a": 1, "b": "x"})


def patch(shelf: Shelf, asset_id: str, body: object, tag: str | None = None) -> object:
    headers = {"if-match": tag} if tag else {}
    return shelf.call("PATCH", f"/assets/{asset_id}/", body, headers=headers)


def test_a_patch_changes_what_it_names_and_merges_maps(shelf: Shelf, asset_id: str) -> None:
    body = {
        "title": "Supper",
        "tags": ["Evening", "evening", " "],
        "category": "/menus//summer/",
        "rights": {"copyright": "Reef", "license": "CC0"},
        "custom_fields": {"a": None, "c": [" d"]},
        "focal_point": {"x": 0.25, "y": 1},
        "alt_text": "A menu",
    }
    answer = shelf.call("PATCH", f"/assets/{asset_id}/", body)
    assert (answer.status, answer.headers["ETag"]) == (200, '"2"')
    shown = answer.json
    assert (shown["title"], shown["tags"], shown["category"]) == (
        "Supper",
        ["Evening"],
        "menus/summer",
    )
    assert shown["custom_fields"] == {"b": "x", "c": [" d"]}
    assert shown["focal_point"] == {"x": 0.25, "y": 1.0}
    again = shelf.call("PATCH", f"/assets/{asset_id}/", {"rights": {"license": None}})
    assert again.json["rights"]["copyright"] == "Reef"
    assert again.json["rights"]["license"] is None
    assert shelf.call("PATCH", f"/assets/{asset_id}/", {"title": "Supper"}).headers["ETag"] == '"3"'


@pytest.mark.parametrize(
    "body",
    [
        {"titel": "x"},
        {"title": None},
        {"title": ""},
        {"title": "x" * 501},
        {"category": "//"},
        {"rights": {"expires": "2030-01-01T00:00:00Z"}},
        {"rights": {"expires_at": "soon"}},
        {"rights": {"valid_from": "2030-01-02T00:00:00Z", "expires_at": "2030-01-01T00:00:00Z"}},
        {"focal_point": {"x": 2, "y": 0}},
        {"status": "approved"},
        {"published_version": 1},
        [],
    ],
)
def test_what_cannot_be_said_is_refused(shelf: Shelf, asset_id: str, body: object) -> None:
    shelf.assert_refused(shelf.call("PATCH", f"/assets/{asset_id}/", body), 422, "invalid")
    assert shelf.shown(asset_id)["title"] == "Menu"


@pytest.mark.parametrize("text", ["x" * 120_000, "é" * 20_000])
def test_more_than_the_table_holds_is_refused_and_costs_nothing(
    shelf: Shelf, asset_id: str, text: str
) -> None:
    too_much = {"custom_fields": {"a": text}}
    usage = shelf.get("/tenant/").json["usage"]
    shelf.assert_refused(shelf.reserve(asset_id, b"two", **too_much), 422, "invalid")
    upload = QUICK | {"size_bytes": 3} | too_much
    shelf.assert_refused(shelf.post("/assets/upload/", upload), 422, "invalid")
    assert shelf.get("/tenant/").json["usage"] == usage
    path = f"/metadata/{asset_id}/"
    shelf.assert_refused(shelf.call("PATCH", f"/assets/{asset_id}/", too_much), 422, "invalid")
    shelf.assert_refused(shelf.call("PUT", path, {"title": "Menu"} | too_much), 422, "invalid")
    shelf.assert_refused(shelf.post(f"{path}bulk_update/", too_much), 422, "invalid")
    half = text[: len(text) // 2]
    for name, status in (("a", 200), ("b", 422), ("a", 200)):
        assert shelf.post(f"{path}bulk_update/", {"custom_fields": {name: half}}).status == status
    shelf.version(asset_id, b"three")
    assert shelf.shown(asset_id)["status"] == "approved"


def test_two_editors_of_different_fields_both_win(shelf: Shelf, asset_id: str) -> None:
    as_both_read_it = [shelf.item(asset_id), shelf.item(asset_id)]
    for asset, field in zip(as_both_read_it, ("description", "alt_text"), strict=True):
        values = {field: f"my {field}"}
        edits.edit(asset, lambda _, values=values: values, SYSTEM, clock.now())
    shown = shelf.shown(asset_id)
    assert (shown["description"], shown["alt_text"]) == ("my description", "my alt_text")
    assert len(shelf.get(f"/metadata/{asset_id}/history/").json["items"]) == 3


def test_put_replaces_everything_that_people_say(shelf: Shelf, asset_id: str) -> None:
    path = f"/metadata/{asset_id}/"
    answer = shelf.call("PUT", path, {"title": "New", "keywords": ["k"]})
    assert (answer.status, answer.json["custom_fields"]) == (200, {})
    assert (answer.json["title"], answer.json["keywords"]) == ("New", ["k"])
    for unknown in ("technical", "embedded", "width"):
        shelf.assert_refused(shelf.call("PUT", path, {"title": "x", unknown: {}}), 422, "invalid")
    shelf.assert_refused(shelf.call("PUT", path, {}), 422, "invalid")


def test_bulk_update_merges_custom_fields(shelf: Shelf, asset_id: str) -> None:
    path = f"/metadata/{asset_id}/bulk_update/"
    answer = shelf.post(path, {"custom_fields": {"a": None, "z": True}})
    assert answer.json["custom_fields"] == {"b": "x", "z": True}
    shelf.assert_refused(shelf.post(path, {"custom_fields": {"a": {"deep": 1}}}), 422, "invalid")
    shelf.assert_refused(shelf.post(path, {"title": "x"}), 422, "invalid")


def test_the_history_says_who_changed_what_and_leads_back(shelf: Shelf, asset_id: str) -> None:
    history = f"/metadata/{asset_id}/history/"
    assert shelf.get(history).json["items"] == []
    patch(shelf, asset_id, {"title": "Second", "tags": ["t"]})
    patch(shelf, asset_id, {"title": "Third"})
    newest, second, first = shelf.get(history).json["items"]
    assert (newest["revision"], newest["changes"]) == (
        3,
        [{"field": "title", "old": "Second", "new": "Third"}],
    )
    assert newest["actor"]["email"] == shelf.pipeline.who("admin")
    assert {change["field"] for change in second["changes"]} == {"title", "tags"}
    assert (first["revision"], first["changes"]) == (1, [])
    path = f"/metadata/{asset_id}/revert/"
    reverted = shelf.post(path, {"revision": 1})
    assert (reverted.json["title"], reverted.json["tags"]) == ("Menu", [])
    assert reverted.headers["ETag"] == '"4"'
    assert shelf.post(path, {"revision": 2}).json["title"] == "Second"
    shelf.assert_refused(shelf.post(path, {"revision": 99}), 404, "not_found")
    shelf.assert_refused(shelf.post(path, {"revision": 0}), 422, "invalid")
    stale = shelf.post(path, {"revision": 1}, headers={"if-match": '"1"'})
    shelf.assert_refused(stale, 412, "precondition_failed")
    page = shelf.get(f"{history}?limit=2").json
    assert len(page["items"]) == 2
    rest = shelf.get(f"{history}?limit=200&cursor={page['next_cursor']}").json["items"]
    assert [entry["revision"] for entry in rest] == [3, 2, 1]


def test_others_do_not_edit(shelf: Shelf, asset_id: str) -> None:
    for role in ("viewer", "contributor", "moderator"):
        answer = shelf.call("PATCH", f"/assets/{asset_id}/", {"title": "x"}, role)
        shelf.assert_refused(answer, 403, "forbidden")


@pytest.mark.parametrize("title", ["   ", "\u200b", "a\u0000b", "a\nb", "a\u2028b"])
def test_a_title_is_something_to_read_in_one_line(shelf: Shelf, asset_id: str, title: str) -> None:
    path = f"/assets/{asset_id}/"
    refused = shelf.call("PATCH", path, {"title": title}, "admin")
    shelf.assert_refused(refused, 422, "invalid")
    whole = {"title": title, "description": "", "tags": []}
    shelf.assert_refused(
        shelf.call("PUT", f"/metadata/{asset_id}/", whole, "admin"), 422, "invalid"
    )
    assert shelf.get(path).json["title"] == "Menu"
