"""Purging: versions that nothing needs and whole assets, with their bytes and their quota."""

from contextlib import suppress
from datetime import timedelta

import pytest

from chalicelib.assets import catalog, purging, trash
from chalicelib.assets.models import AnyItem
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from chalicelib.processing import run_tasks
from chalicelib.tenants import quotas
from tests.assets.shelf import QUICK, Shelf, sha256, sweep
from tests.crashes import Crash, Faults


def test_a_version_that_nothing_needs_goes_with_its_bytes(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    shelf.version(asset_id, b"two!")
    assert shelf.call("DELETE", f"/assets/{asset_id}/versions/1/").status == 204
    assert [v["number"] for v in shelf.versions(asset_id)] == [2]
    assert shelf.pipeline.usage() == (4, 1)
    assert len(shelf.pipeline.originals()) == 1
    again = shelf.call("DELETE", f"/assets/{asset_id}/versions/1/")
    shelf.assert_refused(again, 404, "not_found")
    assert shelf.version(asset_id, b"three") == 3


def test_a_version_that_something_needs_stays(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    shelf.version(asset_id, b"two")
    shelf.post(f"/assets/{asset_id}/branches/", {"name": "winter", "from_version": 1})
    shelf.version(asset_id, b"snow", branch="winter")
    shelf.version(asset_id, b"four")
    shelf.act(asset_id, 2, "publish")
    for number, why in ((1, "a branch began"), (2, "published"), (3, "head"), (4, "newest")):
        answer = shelf.call("DELETE", f"/assets/{asset_id}/versions/{number}/")
        assert answer.code == "version_in_use", why


def test_bytes_stay_until_the_last_version_that_has_them_is_gone(shelf: Shelf) -> None:
    first, second = shelf.add(b"same"), shelf.add(b"same", "contributor")
    assert shelf.versions(second)[0]["deduplicated"] is True
    shelf.act(first, 1, "rollback")
    shelf.purge(first)
    assert list(shelf.pipeline.originals().values()) == [b"same"]
    assert shelf.pipeline.usage() == (4, 1)
    assert shelf.served(second) == 1
    shelf.purge(second)
    assert shelf.pipeline.originals() == {}
    assert shelf.pipeline.renditions() == {}
    assert shelf.pipeline.usage() == (0, 0)


def test_the_same_bytes_in_two_tenants_live_and_die_apart(shelf: Shelf) -> None:
    globex = shelf.pipeline.tenant("globex")
    mine = shelf.add(b"same")
    theirs = shelf.pipeline.process(b"same", "admin", globex, **QUICK)
    reserved = shelf.pipeline.reserve(
        b"same", "admin", globex, sha256=sha256(b"other"), link_existing=True, **QUICK
    )
    assert reserved["duplicate_of"] is None
    assert len(shelf.pipeline.originals()) == 2
    shelf.purge(mine)
    assert list(shelf.pipeline.originals()) == [f"{globex.id}/{sha256(b'same')}"]
    email = globex.email("admin")
    versions = shelf.cloud.get(f"/assets/{theirs['id']}/versions/", email).json["items"]
    assert versions[0]["deduplicated"] is False


def test_a_purged_asset_leaves_nothing(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    shelf.version(asset_id, b"two", title="Second")
    shelf.post(f"/assets/{asset_id}/branches/", {"name": "b", "from_version": 1})
    shelf.reserve(asset_id, b"never sent", branch="b")
    multipart = shelf.reserve(asset_id, b"in parts", multipart=True).json
    shelf.purge(asset_id)
    assert shelf.pipeline.usage() == (0, 0)
    left = [item for item in AnyItem.scan() if item.pk.startswith(shelf.tenant.id)]
    assert left == []
    path = f"/uploads/{multipart['upload']['upload_id']}/complete/"
    shelf.assert_refused(shelf.post(path), 404, "not_found")
    shelf.assert_refused(shelf.call("DELETE", f"/assets/{asset_id}/?purge=true"), 404, "not_found")


def test_a_failed_version_gives_its_bytes_back_once(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one", size_bytes=9)
    assert shelf.pipeline.usage() == (0, 1)
    shelf.purge(asset_id)
    assert shelf.pipeline.usage() == (0, 0)


def test_a_reservation_that_a_crash_left_is_not_given_back_after_the_purge(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(quotas, "settle", lambda *_: None)
        asset_id = shelf.add(b"one")
    shelf.purge(asset_id)
    later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    shelf.add(b"four")
    assert shelf.pipeline.usage() == (4, 1)


def test_a_purge_cut_off_anywhere_is_finished_by_the_sweeper(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = Faults(monkeypatch)
    for calls in range(5, 60, 7):
        asset_id = shelf.add(b"one")
        shelf.version(asset_id, b"two")
        faults.arm(calls, "after")
        with suppress(Crash), faults.process():
            shelf.call("DELETE", f"/assets/{asset_id}/?purge=true")
        cut_off, _ = faults.fired, faults.disarm()
        for _ in range(3):
            monkeypatch.setattr(clock, "now", _later(clock.now))
            sweep()
        if shelf.get(f"/assets/{asset_id}/").status == 200:
            shelf.purge(asset_id)
        assert shelf.pipeline.usage() == (0, 0)
        assert shelf.pipeline.originals() == {}
        if not cut_off:
            break
    assert not cut_off


def _later(now: object) -> object:
    moment = now() + timedelta(minutes=3)  # type: ignore[operator]
    return lambda: moment


def test_an_asset_purged_while_it_is_scanned_leaves_nothing(shelf: Shelf) -> None:
    reserved = shelf.pipeline.upload(b"one", "admin", **QUICK)
    asset_id = reserved["asset"]["id"]
    shelf.cloud.run("route_upload")
    purged: list[bool] = []

    def purge() -> None:
        if not purged:
            purged.append(True)
            shelf.purge(asset_id)

    shelf.pipeline.after_chunk = purge
    shelf.cloud.run("scan_upload")
    assert purged
    shelf.cloud.run()
    sweep(timedelta(hours=2))
    assert shelf.pipeline.originals() == {}
    assert shelf.pipeline.usage() == (0, 0)


def test_a_version_purged_while_its_thumbnails_are_made_leaves_nothing(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserved = shelf.pipeline.upload(
        b"one", "admin", content_type="text/plain", filename="a.txt", extract_metadata=False
    )
    shelf.cloud.run("route_upload", "scan_upload")
    real = run_tasks.storage.put
    purged: list[bool] = []

    def put(*arguments: object) -> None:
        if not purged:
            purged.append(True)
            shelf.purge(reserved["asset"]["id"])
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(run_tasks.storage, "put", put)
    messages = shelf.pipeline.receive("make_thumbnails")
    shelf.pipeline.deliver("make_thumbnails", messages)
    assert shelf.pipeline.renditions()
    shelf.pipeline.deliver("make_thumbnails", messages)
    assert shelf.pipeline.renditions() == {}
    assert shelf.pipeline.originals() == {}
    assert [i for i in AnyItem.scan() if i.pk.startswith(shelf.tenant.id)] == []


def test_a_version_that_was_just_published_is_not_deleted(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    shelf.version(asset_id, b"two")
    as_read = shelf.item(asset_id)
    first = catalog.version(shelf.tenant.id, asset_id, 1)
    assert first is not None
    shelf.act(asset_id, 1, "publish")
    with pytest.raises(purging.VersionInUse):
        purging.delete_version(as_read, first, SYSTEM, clock.now())
    assert shelf.served(asset_id) == 1


def test_a_purge_that_has_begun_cannot_be_undone(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    shelf.trash(asset_id)
    as_read = shelf.item(asset_id)
    assert trash.purge(shelf.item(asset_id), SYSTEM, clock.now())
    shelf.assert_refused(shelf.post(f"/assets/{asset_id}/restore/"), 404, "not_found")
    with pytest.raises(Exception, match="no such asset"):
        trash.restore(as_read, SYSTEM, clock.now())
    sweep()
    assert shelf.pipeline.usage() == (0, 0)
