"""Doing what is due for an asset: purging, publishing on schedule, noting that rights end."""

from datetime import datetime

from chalicelib.assets import catalog, lifecycle, purging, trash
from chalicelib.assets.metadata import edits
from chalicelib.assets.models import AssetMetadata, Schedule
from chalicelib.assets.versions import publishing
from chalicelib.core.errors import ReefError
from chalicelib.core.outbox import SYSTEM


def do_what_is_due(asset: AssetMetadata, now: datetime) -> None:
    """Do what an asset is due for; what cannot be done any more is dropped."""
    if asset.purge_at is not None:
        if datetime.fromisoformat(asset.purge_at) <= now:
            begun = asset.listed_in is None
            if begun or trash.purge(asset, SYSTEM, now, if_still_due=True):
                purging.work(asset, now)
        return
    if asset.schedule is not None and datetime.fromisoformat(asset.schedule.at) <= now:
        _publish(asset, asset.schedule, now)
        asset = edits.read_again(asset)
    lifecycle.record_expiry(asset, now)


def _publish(asset: AssetMetadata, planned: Schedule, now: datetime) -> None:
    version = catalog.version(asset.tenant_id, asset.asset_id, planned.number)
    try:
        if version is not None:
            publishing.publish(asset, version, SYSTEM, now, planned=planned)
            return
    except ReefError:
        pass  # it is not approved any more; what is published stays
    publishing.drop_schedule(asset, now)
