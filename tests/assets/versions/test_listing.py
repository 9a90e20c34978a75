"""Lists of versions hold what their reader sees."""

from tests.assets.shelf import Shelf


def test_viewers_see_the_published_version_alone(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    shelf.reserve(asset_id, b"two")
    assert [v["number"] for v in shelf.versions(asset_id, "viewer")] == [1]
    shelf.assert_refused(shelf.get(f"/assets/{asset_id}/versions/2/", "viewer"), 404, "not_found")
    shown = shelf.shown(asset_id, "viewer")
    assert (shown["current_version"], shown["published_version"]) == (1, 1)
    assert shown["status"] == "approved"
    for number in ("0", "9", "-1", "1.0", "x", "9" * 40, "%F0%9F%90%9F"):
        answer = shelf.get(f"/assets/{asset_id}/versions/{number}/")
        shelf.assert_refused(answer, 404, "not_found")


def test_pages_tell_viewers_nothing_of_versions_that_they_do_not_see(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    path = f"/assets/{asset_id}/versions/?limit=1"
    before = shelf.get(path, "viewer").json
    assert (len(before["items"]), before["next_cursor"]) == (1, None)
    settings = {"settings": {"AUTO_PUBLISH": False}}
    assert shelf.call("PATCH", "/tenant/", settings).status == 200
    for data in (b"two", b"three"):
        shelf.version(asset_id, data)
    assert shelf.get(path, "viewer").json == before
    assert shelf.get(path).json["next_cursor"] is not None
