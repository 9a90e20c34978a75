"""Which playlists a device plays: its own, then those of its groups."""

from datetime import datetime, timedelta

from chalicelib.core import clock
from chalicelib.core.tables import find_many
from chalicelib.devices.groups import group_keys
from chalicelib.devices.models import Device, DeviceGroup
from chalicelib.devices.playlists import contents
from chalicelib.devices.playlists.contents import Contents
from chalicelib.devices.playlists.models import COMPILED, Compiled

_OLD = timedelta(hours=1)
"""What playlists come to is made anew after so long, should news of an asset have been lost."""


def playlist_ids(device: Device) -> list[str]:
    """Return the ids of a device's playlists in their order, each once."""
    told = device.told
    groups = find_many(DeviceGroup, group_keys(device.pk, told.groups)) if told.groups else []
    ids = [*told.playlist_ids, *(one for group in groups for one in group.for_device(device.id))]
    return list(dict.fromkeys(ids))


def programmes(device: Device, now: datetime) -> list[Contents]:
    """Return what a device's playlists come to, in their order."""
    ids, tenant_id = playlist_ids(device), str(device.pk)
    keys = [(tenant_id, f"{COMPILED}{one}") for one in ids]
    there = {one.sk.removeprefix(COMPILED): one for one in find_many(Compiled, keys)}
    old = clock.timestamp(now - _OLD)
    found = []
    for playlist_id in ids:
        compiled = there.get(playlist_id)
        if compiled is None or compiled.made_at < old:
            made = contents.make(tenant_id, playlist_id, now)
        else:
            made = contents.read(compiled)
        if made is not None:
            found.append(made)
    return found
