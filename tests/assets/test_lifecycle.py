"""Rights that begin and end by themselves, as readers, the records and the owner see it."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.assets import lifecycle
from chalicelib.core import clock
from tests.assets.shelf import Shelf, at, sweep
from tests.cloud import INDEX

DAY = timedelta(days=1)


def give(shelf: Shelf, asset_id: str, **rights: Any) -> None:
    said = {
        name: None if moment is None else at(clock.now() + moment)
        for name, moment in rights.items()
    }
    answer = shelf.call("PATCH", f"/assets/{asset_id}/", {"rights": said})
    assert answer.status == 200, answer.content


def announced(shelf: Shelf, asset_id: str) -> int:
    """Count how often it was said that an asset's rights end soon."""
    return shelf.deeds(asset_id).count("asset.expiry_announced")


def test_an_expired_asset_is_gone_from_viewers_before_any_sweep(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    give(shelf, asset_id, expires_at=-DAY)
    for path in ("", "download/", "versions/", "usage/"):
        answer = shelf.get(f"/assets/{asset_id}/{path}", "viewer")
        shelf.assert_refused(answer, 404, "not_found")
    shelf.assert_refused(shelf.get(f"/metadata/{asset_id}/", "viewer"), 404, "not_found")
    assert shelf.get("/assets/", "viewer").json["items"] == []
    assert shelf.shown(asset_id)["status"] == "expired"
    shelf.cloud.run(INDEX)
    assert len(shelf.get("/assets/?status=expired").json["items"]) == 1
    assert shelf.get("/assets/?status=approved").json["items"] == []
    give(shelf, asset_id, expires_at=None)
    assert (shelf.served(asset_id), shelf.shown(asset_id)["status"]) == (1, "approved")


def test_rights_that_begin_later_keep_an_asset_from_viewers_until_then(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset_id = shelf.add(b"one")
    give(shelf, asset_id, valid_from=DAY)
    assert shelf.served(asset_id) is None
    assert shelf.shown(asset_id)["status"] == "approved"
    tomorrow = clock.now() + DAY
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert shelf.served(asset_id) == 1


def test_the_end_is_recorded_once_within_a_minute(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    give(shelf, asset_id, expires_at=timedelta(seconds=-1))
    assert sweep() == 1
    assert sweep(DAY) == 0
    assert shelf.deeds(asset_id).count("asset.expired") == 1
    assert announced(shelf, asset_id) == 0


def test_the_end_is_announced_seven_days_before_and_once(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one", "contributor", title="Menu")
    give(shelf, asset_id, expires_at=10 * DAY)
    sweep(2 * DAY)
    assert announced(shelf, asset_id) == 0
    for days in (3.1, 3.2, 9):
        sweep(timedelta(days=days))
        assert announced(shelf, asset_id) == 1
    sweep(11 * DAY)
    assert shelf.deeds(asset_id)[-1] == "asset.expired"
    give(shelf, asset_id, expires_at=30 * DAY)
    sweep(24 * DAY)
    assert announced(shelf, asset_id) == 2


def test_two_sweepers_at_once_announce_it_once(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    give(shelf, asset_id, expires_at=2 * DAY)
    as_both_read_it = [shelf.item(asset_id), shelf.item(asset_id)]
    for asset in as_both_read_it:
        lifecycle.record_expiry(asset, clock.now())
    assert announced(shelf, asset_id) == 1
