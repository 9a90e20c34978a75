"""What is due for an asset is done, and what cannot be done any more is dropped."""

from datetime import timedelta

from chalicelib.assets import due_work
from chalicelib.assets.models import AssetVersion, version_key
from chalicelib.core import clock
from tests.assets.shelf import Shelf, at

HOUR = timedelta(hours=1)


def planned(shelf: Shelf) -> str:
    """Have the second of two versions published in an hour; gives the asset's id."""
    asset_id = shelf.add(b"one")
    shelf.cloud.call(
        "PATCH", "/tenant/", shelf.pipeline.who("admin"), {"settings": {"AUTO_PUBLISH": False}}
    )
    assert shelf.version(asset_id, b"two") == 2
    later = {"at": at(clock.now() + HOUR)}
    assert shelf.act(asset_id, 2, "publish", later).status == 200
    return asset_id


def do_what_is_due(shelf: Shelf, asset_id: str, after: timedelta) -> None:
    due_work.do_what_is_due(shelf.item(asset_id), clock.now() + after)


def test_a_version_is_published_when_its_time_has_come(shelf: Shelf) -> None:
    asset_id = planned(shelf)
    do_what_is_due(shelf, asset_id, HOUR / 2)
    assert shelf.served(asset_id) == 1
    do_what_is_due(shelf, asset_id, 2 * HOUR)
    assert shelf.served(asset_id) == 2
    assert shelf.item(asset_id).schedule is None


def test_a_schedule_whose_version_is_not_approved_any_more_is_dropped(shelf: Shelf) -> None:
    asset_id = planned(shelf)
    version = AssetVersion(shelf.item(asset_id).pk, version_key(2))
    version.update([AssetVersion.status.set("rejected")])
    do_what_is_due(shelf, asset_id, 2 * HOUR)
    assert shelf.served(asset_id) == 1
    assert shelf.item(asset_id).schedule is None
    assert "version.schedule_dropped" in shelf.deeds(asset_id)


def test_the_trash_is_emptied_when_its_time_is_over(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    shelf.trash(asset_id)
    do_what_is_due(shelf, asset_id, HOUR)
    assert shelf.item(asset_id).trashed_at is not None
    do_what_is_due(shelf, asset_id, timedelta(days=400))
    assert shelf.get(f"/assets/{asset_id}/").status == 404
