"""What becomes of a share while somebody has it open: it stops at once, and says so."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock
from chalicelib.core.tables import update
from tests.sharing.counter import Counter

Deed = Callable[[Counter, str], None]


def trash(counter: Counter, asset_id: str) -> None:
    counter.shelf.trash(asset_id)


def unpublish(counter: Counter, asset_id: str) -> None:
    assert counter.shelf.act(asset_id, 1, "unpublish").status == 200


def expire(counter: Counter, asset_id: str) -> None:
    """Let the rights of an asset end."""
    ended = clock.timestamp(clock.now() - timedelta(seconds=1))
    update(counter.shelf.item(asset_id), AssetMetadata.rights.set({"expires_at": ended}))


def reject(counter: Counter, asset_id: str) -> None:
    """Have a moderator reject it."""
    path = f"/assets/{asset_id}/flag/"
    flag = counter.shelf.post(path, {"reason": "privacy"}, "viewer").json["id"]
    body = {"resolution": "reject_asset", "comment": "Not ours to show"}
    answer = counter.shelf.post(f"/moderation/flags/{flag}/resolve/", body, "moderator")
    assert answer.status == 200, answer.content


def quarantine(counter: Counter, asset_id: str) -> None:
    """Have the published bytes turn out infected, as by a later scan."""
    item = counter.shelf.item(asset_id)
    assert item.published is not None
    item.published.scan.status = "infected"
    update(item, AssetMetadata.published.set(item.published))


def purge(counter: Counter, asset_id: str) -> None:
    counter.shelf.trash(asset_id)
    counter.shelf.purge(asset_id)


@pytest.mark.parametrize("deed", [trash, unpublish, expire, reject, quarantine, purge])
def test_page_api_and_download_stop_at_once(counter: Counter, deed: Deed) -> None:
    asset_id = counter.asset()
    uuid = counter.link(asset_id, title="Gone soon", max_downloads=5)
    assert counter.visit(uuid).status == 200
    deed(counter, asset_id)
    counter.assert_refused(counter.visit(uuid), 410, "asset_unavailable")
    counter.assert_refused(counter.download(uuid), 410, "asset_unavailable")
    page = counter.cloud.fetch("GET", f"/share/{uuid}/")
    assert page.status == 410
    assert b"Gone soon" not in page.content
    assert counter.cloud.fetch("GET", f"/embed/{uuid}/").status == 410
    (link,) = counter.shelf.get("/shares/").json["items"]
    assert link["download_count"] == 0


def test_what_comes_back_is_served_again(counter: Counter) -> None:
    asset_id = counter.asset()
    uuid = counter.link(asset_id)
    counter.shelf.trash(asset_id)
    assert counter.visit(uuid).status == 410
    assert counter.shelf.post(f"/assets/{asset_id}/restore/", {}).status == 200
    assert counter.visit(uuid).status == 200


def test_what_was_sent_away_with_cannot_be_followed_back(counter: Counter) -> None:
    """Names of files are said safely to whoever downloads."""
    asset_id = counter.asset(filename='a"b\\c\u202etxt.txt', title="Line")
    url = counter.download(counter.link(asset_id)).json["url"]
    assert "%0A" not in url
    assert "%0D" not in url
    assert "attachment" in url
