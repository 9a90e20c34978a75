"""Which versions of an asset are on which screens, and what a change of it would touch."""

from collections.abc import Sequence

import msgspec

from chalicelib.assets.models import AssetMetadata, AssetVersion, version_key
from chalicelib.core.tables import find_many
from chalicelib.devices import usage
from chalicelib.devices.models import DEVICE, Device, ShownVersion

MOST_NAMED = 100
"""So many playlists and devices are named; all of them are counted."""


class ScreenShown(msgspec.Struct, kw_only=True):
    """A version of an asset on a device; the times tell its way from approval to screen.

    Attributes:
        device_id: the device.
        device_name: its name; null once it is deleted.
        version: the version.
        approved_at: when the version was approved last; null where that is not known.
        fetched_at: when the device fetched it first; null for an address, which it does not fetch.
        fetches: how often it fetched it.
        first_played_at: when it came on the screen first; null before it said so.
        last_played_at: when it came on last, as it is noted once a day; `plays/` has the rest.
        is_published: whether it is the version that screens get now.
    """

    device_id: str
    device_name: str | None
    version: int
    approved_at: str | None
    fetched_at: str | None
    fetches: int
    first_played_at: str | None
    last_played_at: str | None
    is_published: bool


class Named(msgspec.Struct):
    """A playlist.

    Attributes:
        id: its id.
        name: its name.
    """

    id: str
    name: str


class ConcernedDevice(msgspec.Struct):
    """A device with a playlist that names the asset, or finds it by a rule.

    Attributes:
        id: its id.
        name: its name.
        is_playing: whether its last heartbeat said that the asset is on the screen.
    """

    id: str
    name: str
    is_playing: bool


class Concerned(msgspec.Struct, kw_only=True):
    """Where an asset is used on screens: what a change of what is published of it would touch.

    Attributes:
        published_version: the version that these screens get; null while they get none.
        playlist_count: how many playlists name it, or find it by a rule.
        playlists: those, by name; of many the first 100.
        device_count: how many devices have such a playlist, of their own or by a group.
        devices: those, by name; of many the first 100.
    """

    published_version: int | None
    playlist_count: int
    playlists: list[Named]
    device_count: int
    devices: list[ConcernedDevice]


def concerned(asset: AssetMetadata) -> Concerned:
    """Find what a change of an asset would touch."""
    use = usage.of(asset.tenant_id, asset.asset_id)
    return Concerned(
        published_version=asset.published_version,
        playlist_count=len(use.playlists),
        playlists=[Named(one.id, one.wanted.name) for one in use.playlists[:MOST_NAMED]],
        device_count=len(use.devices),
        devices=[
            ConcernedDevice(one.id, one.told.name, one.report.playing == asset.asset_id)
            for one in use.devices[:MOST_NAMED]
        ],
    )


def shown(asset: AssetMetadata, items: Sequence[ShownVersion]) -> list[ScreenShown]:
    """Show versions on devices with the names of those, and when each was approved."""
    device_keys = [(asset.tenant_id, f"{DEVICE}{one.device_id}") for one in items]
    names = {device.id: device.told.name for device in find_many(Device, device_keys)}
    versions = find_many(AssetVersion, [(asset.pk, version_key(one.version)) for one in items])
    approved = {one.number: one.approved_at for one in versions}
    return [
        ScreenShown(
            device_id=item.device_id,
            device_name=names.get(item.device_id),
            version=item.version,
            approved_at=approved.get(item.version),
            fetched_at=item.fetched_at,
            fetches=item.fetches,
            first_played_at=item.played_at,
            last_played_at=item.last_played_at,
            is_published=item.version == asset.published_version,
        )
        for item in items
    ]
