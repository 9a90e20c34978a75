"""Which devices an asset concerns, by the playlists that they have of their own or by a group."""

from chalicelib.devices import groups, registry
from chalicelib.devices.models import Device
from chalicelib.devices.playlists import contents


def devices_with(tenant_id: str, asset_id: str) -> list[Device]:
    """List the devices of whose playlists one names an asset, or finds it by a rule."""
    concerned = set(contents.playlists_with(tenant_id, asset_id))
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
    return len(devices_with(tenant_id, asset_id))
