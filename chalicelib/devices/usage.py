"""Which devices an asset concerns, by the playlists that they have of their own or by a group."""

from collections.abc import Iterable
from typing import NamedTuple

from chalicelib.devices import groups, registry
from chalicelib.devices.models import Device
from chalicelib.devices.playlists import contents
from chalicelib.devices.playlists import registry as playlists
from chalicelib.devices.playlists.models import Playlist


class Use(NamedTuple):
    """Where an asset is used: the playlists that name it or find it, and the devices with those."""

    playlists: list[Playlist]
    devices: list[Device]


def of(tenant_id: str, asset_id: str) -> Use:
    """Find where an asset is used, both by name."""
    ids = contents.playlists_with(tenant_id, asset_id)
    found = sorted(playlists.find_many(tenant_id, ids), key=lambda one: one.wanted.name)
    having = devices_having(tenant_id, ids)
    return Use(found, sorted(having, key=lambda device: device.told.name))


def devices_having(tenant_id: str, playlist_ids: Iterable[str]) -> list[Device]:
    """List the devices that have one of some playlists, the newest first."""
    concerned = set(playlist_ids)
    if not concerned:
        return []
    by_name = {group.name: group for group in groups.every(tenant_id)}
    found = []
    for device in registry.every(tenant_id):
        told = device.told
        ids = set(told.playlist_ids)
        for name in told.groups:
            if name in by_name:
                ids |= set(by_name[name].for_device(device.id))
        if ids & concerned:
            found.append(device)
    return found


def count_devices(tenant_id: str, asset_id: str) -> int:
    """Count the devices that an asset concerns."""
    return len(devices_having(tenant_id, contents.playlists_with(tenant_id, asset_id)))
