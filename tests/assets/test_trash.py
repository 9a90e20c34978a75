"""The trash: there and back, and out of it for good."""

from datetime import datetime, timedelta

from chalicelib.assets import due_work
from chalicelib.core import clock, storage
from chalicelib.core.settings import settings
from tests.assets.shelf import Shelf, at, sweep
from tests.cloud import INDEX


def test_what_is_in_the_trash_is_gone_from_viewers_and_comes_back_as_it_was(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    before = shelf.shown(asset_id)
    shelf.trash(asset_id)
    shelf.trash(asset_id)
    trashed = shelf.shown(asset_id)
    assert trashed["status"] == "trashed"
    left = datetime.fromisoformat(trashed["purge_at"]) - clock.now()
    assert left.days in {29, 30}
    shelf.assert_refused(shelf.get(f"/assets/{asset_id}/", "viewer"), 404, "not_found")
    shelf.assert_refused(shelf.get(f"/assets/{asset_id}/download/", "viewer"), 404, "not_found")
    assert shelf.get("/assets/").json["items"] == []
    shelf.cloud.run(INDEX)
    (listed,) = shelf.get("/assets/?trashed=true&status=trashed").json["items"]
    assert (listed["id"], listed["purge_at"]) == (asset_id, trashed["purge_at"])
    assert shelf.get("/assets/?trashed=true", "viewer").json["items"] == []
    assert shelf.pipeline.usage() == (3, 1)
    restored = shelf.post(f"/assets/{asset_id}/restore/")
    volatile = {"updated_at", "thumbnails"}
    assert restored.status == 200
    assert {k: v for k, v in restored.json.items() if k not in volatile} == {
        k: v for k, v in before.items() if k not in volatile
    }
    assert shelf.served(asset_id) == 1
    assert shelf.post(f"/assets/{asset_id}/restore/").status == 200
    trail = [deed for deed in shelf.deeds(asset_id) if deed in {"asset.trashed", "asset.restored"}]
    assert trail == ["asset.trashed", "asset.restored"]


def test_a_trashed_asset_takes_no_changes(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    shelf.trash(asset_id)
    path = f"/assets/{asset_id}"
    future = {"at": at(clock.now() + timedelta(days=1))}
    branch = {"name": "b", "from_version": 1}
    for answer in (
        shelf.call("PATCH", f"{path}/", {"title": "x"}),
        shelf.call("PUT", f"/metadata/{asset_id}/", {"title": "x"}),
        shelf.reserve(asset_id, b"two"),
        shelf.act(asset_id, 1, "publish"),
        shelf.act(asset_id, 1, "publish", future),
        shelf.act(asset_id, 1, "unpublish"),
        shelf.act(asset_id, 1, "rollback"),
        shelf.post(f"{path}/branches/", branch),
    ):
        shelf.assert_refused(answer, 409, "asset_trashed")
    assert shelf.pipeline.usage() == (3, 1)
    # Size, type and a stale tag are said first.
    huge = shelf.reserve(asset_id, b"two", size_bytes=10**12)
    shelf.assert_refused(huge, 413, "file_too_large")
    stale = shelf.call("PATCH", f"{path}/", {"title": "x"}, headers={"if-match": '"9"'})
    shelf.assert_refused(stale, 412, "precondition_failed")


def test_an_upload_under_way_ends_in_the_trash_too(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    reserved = shelf.reserve(asset_id, b"two").json
    shelf.trash(asset_id)
    shelf.cloud.put(reserved["upload"], b"two")
    shelf.cloud.run()
    assert shelf.shown(asset_id)["status"] == "trashed"
    assert shelf.served(asset_id) is None
    shelf.post(f"/assets/{asset_id}/restore/")
    assert shelf.served(asset_id) == 2


def test_the_trash_is_emptied_after_the_tenants_retention(shelf: Shelf) -> None:
    asset_id, other = shelf.add(b"one", generate_thumbnail=True), shelf.add(b"two")
    shelf.trash(asset_id)
    sweep(timedelta(days=29))
    assert shelf.shown(asset_id)["status"] == "trashed"
    assert shelf.pipeline.renditions()
    sweep(timedelta(days=31))
    shelf.assert_refused(shelf.get(f"/assets/{asset_id}/"), 404, "not_found")
    assert shelf.pipeline.usage() == (3, 1)
    assert shelf.served(other) == 1
    assert len(shelf.pipeline.originals()) == 1
    assert shelf.pipeline.renditions() == {}


def test_what_was_sent_of_a_failed_upload_goes_with_the_trash(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one", size_bytes=9)
    assert shelf.shown(asset_id)["status_reason"] == "size_mismatch"

    def sent() -> list[str]:
        return [key for key in storage.keys(settings().uploads_bucket) if shelf.tenant.id in key]

    assert len(sent()) == 1
    shelf.trash(asset_id)
    sweep(timedelta(days=31))
    assert sent() == []


def test_an_asset_restored_while_the_sweeper_looks_is_not_purged(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    shelf.trash(asset_id)
    as_swept = shelf.item(asset_id)
    shelf.post(f"/assets/{asset_id}/restore/")
    due_work.do_what_is_due(as_swept, clock.now() + timedelta(days=31))
    assert shelf.served(asset_id) == 1
    assert len(shelf.pipeline.originals()) == 1


def test_only_admins_purge(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one", "editor")
    for role in ("editor", "contributor", "viewer"):
        answer = shelf.call("DELETE", f"/assets/{asset_id}/?purge=true", role=role)
        shelf.assert_refused(answer, 403, "forbidden")
    assert shelf.served(asset_id) == 1


def test_usage_is_told_before_a_delete(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    places = ("shares", "playlists", "devices", "collections", "relationships")
    assert shelf.get(f"/assets/{asset_id}/usage/", "viewer").json == dict.fromkeys(places, 0)
