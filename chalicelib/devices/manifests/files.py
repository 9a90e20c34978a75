"""A device's files by their lasting addresses: checked at every request, then signed afresh."""

from datetime import datetime
from typing import NamedTuple

from chalicelib.assets import downloads, lifecycle
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core import clock
from chalicelib.core.errors import NotFound
from chalicelib.core.tables import ConditionFailed, find_together, insert, update
from chalicelib.devices.manifests import addresses
from chalicelib.devices.models import DEVICE, Device, ShownVersion
from chalicelib.devices.playlists import contents
from chalicelib.devices.schedules import boards
from chalicelib.devices.schedules.boards import File


class Served(NamedTuple):
    """A file that a device may fetch, of the published version of an asset."""

    device: Device
    asset: AssetMetadata
    version: int
    file: File


def find(device_id: str, asset_id: str, name: str, key: str | None, now: datetime) -> Served:
    """Find what an address stands for, by one request to DynamoDB.

    Raises:
        NotFound: it stands for nothing, or for what is published no more, or its time is over.
    """
    tenant_id = addresses.tenant_of(key or "")
    if tenant_id is None or key is None:
        raise NotFound
    device, asset = find_together(
        (Device, tenant_id, f"{DEVICE}{device_id}"),
        (AssetMetadata, asset_key(tenant_id, asset_id), "ASSET"),
    )
    if device is None or not addresses.is_good(device, asset_id, name, key):
        raise NotFound
    facts = None if asset is None else contents.facts_of(asset)
    if asset is None or facts is None or not lifecycle.may_be_shown(asset, now):
        raise NotFound
    file = boards.choose(facts.files, device.board)
    if not isinstance(file, File) or name != f"{facts.version}{file.extension}":
        raise NotFound
    return Served(device, asset, facts.version, file)


def signed_url(served: Served, now: datetime) -> str:
    """Sign a file's URL, and note that the device fetches it."""
    asset = served.asset
    assert asset.published is not None  # `find` has seen to it
    url = downloads.signed_url(asset, asset.published, served.file.rendition, now)
    _note(served, now)
    return url


def _note(served: Served, now: datetime) -> None:
    at = clock.timestamp(now)
    shown = ShownVersion.of(served.device, served.asset.asset_id, served.version)
    shown.fetches, shown.fetched_at, shown.last_fetched_at = 1, at, at
    try:
        insert(shown)
    except ConditionFailed:
        again = [ShownVersion.fetches.add(1), ShownVersion.last_fetched_at.set(at)]
        first = ShownVersion.fetched_at
        update(ShownVersion(shown.pk, shown.sk), *again, first.set(first | at))
