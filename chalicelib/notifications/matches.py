"""Who is told of what a saved search finds anew: its owner, of what they see."""

from datetime import datetime

from chalicelib.assets import catalog
from chalicelib.assets.models import AssetMetadata
from chalicelib.core.records import Record
from chalicelib.core.tables import find
from chalicelib.notifications import visibility, wording
from chalicelib.notifications.wording import Words
from chalicelib.search.saved import searches
from chalicelib.tenants.models import Member, member_key


def of(record: Record, now: datetime) -> tuple[str, Words] | None:
    """Return who is told what of new matches; None where there is nothing left to tell of."""
    search = searches.lookup(record.tenant_id, record.subject.id)
    if search is None or not search.notifies or record.new is None:
        return None
    owner = find(Member, record.tenant_id, member_key(search.created_by.id))
    if owner is None:
        return None
    named = record.new["asset_ids"]
    assets = catalog.find_many(record.tenant_id, named).values()
    seen = [asset for asset in assets if visibility.sees(asset, owner, now)]
    count = record.new["count"] - len(named) + len(seen)
    if not count:
        return None
    name = search.values["name"]
    if count == 1 and seen:
        return owner.id, _of_one(name, search.id, seen[0])
    return owner.id, _of_many(name, search.id, count)


def _of_one(name: str, search_id: str, asset: AssetMetadata) -> Words:
    title, search = wording.quoted(asset.title), wording.quoted(name)
    return Words(
        kind="saved_search",
        title=f"New in {search}: {title}",
        text=f"{title} is new among what your saved search {search} finds.",
        link=wording.link("asset", asset.asset_id),
        asset_id=asset.asset_id,
        search_id=search_id,
    )


def _of_many(name: str, search_id: str, count: int) -> Words:
    search = wording.quoted(name)
    return Words(
        kind="saved_search",
        title=f"New in {search}: {count:,} assets",
        text=f"Your saved search {search} finds {count:,} assets that it did not find before.",
        link=wording.link("search", search_id),
        asset_id="",
        search_id=search_id,
    )
