"""What is said of an asset is answered with its tag, and changed on condition of it."""

import pytest

from tests.assets.shelf import Shelf


@pytest.fixture
def asset_id(shelf: Shelf) -> str:
    return shelf.add(b"one", title="Menu", custom_fields={"a": 1, "b": "x"})


def patch(shelf: Shelf, asset_id: str, body: object, tag: str | None = None) -> object:
    headers = {"if-match": tag} if tag else {}
    return shelf.call("PATCH", f"/assets/{asset_id}/", body, headers=headers)


def test_a_stale_if_match_shows_the_asset_as_it_is(shelf: Shelf, asset_id: str) -> None:
    path = f"/assets/{asset_id}/"
    tag = shelf.get(path).headers["ETag"]
    assert shelf.get(f"/metadata/{asset_id}/").headers["ETag"] == tag
    matching = {"headers": {"if-match": tag}}
    assert shelf.call("PATCH", path, {"title": "First"}, **matching).status == 200
    stale = shelf.call("PATCH", path, {"title": "Second"}, **matching)
    assert shelf.assert_refused(stale, 412, "precondition_failed")["current"]["title"] == "First"
    for method, where in (("PUT", f"/metadata/{asset_id}/"), ("DELETE", path)):
        body = {"title": "Third"} if method == "PUT" else None
        answer = shelf.call(method, where, body, **matching)
        assert (
            shelf.assert_refused(answer, 412, "precondition_failed")["current"]["title"] == "First"
        )
    for good in ('"2"', '"1", "2"', "*"):
        answer = shelf.call("PATCH", path, {"title": "First"}, headers={"if-match": good})
        assert answer.status == 200
    weak = shelf.call("PATCH", path, {"title": "x"}, headers={"if-match": 'W/"2"'})
    shelf.assert_refused(weak, 412, "precondition_failed")


def test_processing_and_publishing_do_not_change_the_tag(shelf: Shelf, asset_id: str) -> None:
    before = shelf.get(f"/assets/{asset_id}/").headers["ETag"]
    shelf.version(asset_id, b"two")
    shelf.act(asset_id, 1, "publish")
    assert shelf.get(f"/assets/{asset_id}/").headers["ETag"] == before


def test_metadata_is_shown_unless_it_is_known(shelf: Shelf, asset_id: str) -> None:
    path = f"/metadata/{asset_id}/"
    answer = shelf.get(path, "viewer")
    assert answer.json["title"] == "Menu"
    assert {"technical", "embedded", "rights", "custom_fields"} <= answer.json.keys()
    tag = answer.headers["ETag"]
    for known in (tag, f"W/{tag}", f'"9", {tag}', "*"):
        unchanged = shelf.get(path, "viewer", headers={"if-none-match": known})
        assert (unchanged.status, unchanged.content) == (304, b"")
        assert unchanged.headers["ETag"] == tag
    assert shelf.get(path, headers={"if-none-match": '"9"'}).status == 200
    assert shelf.get(f"/assets/{asset_id}/", headers={"if-none-match": tag}).status == 200
