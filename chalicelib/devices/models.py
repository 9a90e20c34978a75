"""Devices, their groups and playlists, as the devices table holds them."""

from typing import Annotated

import msgspec
from pynamodb.attributes import UnicodeAttribute

from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.due import ByDue, Due
from chalicelib.core.resources import Resource
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item, Write, change

DEVICE, PLAYLIST, GROUP, STAMP = "DEVICE#", "PLAYLIST#", "GROUP#", "STAMP"


class AgentUpdate(msgspec.Struct):
    """The agent that a player shall run, if that is newer than the one it has.

    The player fetches it, and its signature, and starts it only if that is by the key it knows.

    Attributes:
        version: its version, such as `1.1.0`.
        url: where its file is; its signature is there too, with `.sig` behind the address.
    """

    version: Annotated[str, msgspec.Meta(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$")]
    url: Annotated[str, msgspec.Meta(pattern=r"^https?://[!-~]+$", max_length=2000)]


class DeviceValues(msgspec.Struct, kw_only=True):
    """What people say of a device.

    `board` is Anthias's name of its kind of machine, such as `pi4-64`; None where it is not known.
    """

    name: str
    board: str | None = None
    memory_bytes: int | None = None
    time_zone: str
    groups: list[str] = []
    playlist_ids: list[str] = []
    agent_update: AgentUpdate | None = None


class Report(msgspec.Struct, kw_only=True):
    """What a device's last heartbeat said."""

    agent_version: str | None = None
    anthias_version: str | None = None
    board: str | None = None
    memory_bytes: int | None = None
    free_bytes: int | None = None
    playing: str | None = None
    errors: list[str] = []


class KeptManifest(msgspec.Struct):
    """Which manifest a device was given last, and as long as what it still is the same.

    `basis` names all that it was made of but assets, `stamp` is the tenant's of that time, and
    `until` when time itself changes it.
    """

    etag: str
    basis: str
    stamp: int
    until: str


class AnyItem(Due):
    """Whatever lies in the table, by its keys; what it is its sort key says."""

    class Meta:  # noqa: D106
        table_name = settings().devices_table

    by_due = ByDue()


class Device(Resource, Due):
    """A player (`pk` = tenant, `sk` = `DEVICE#` + its id); its values are `DeviceValues`.

    `token_hash` is that of its token, empty until it has one, and `token_number` how many it has
    had. `heard_at` is when its last heartbeat came, `silent_since` that time once it has been
    silent for too long. `played_through` is when the last play began that was counted.
    """

    class Meta:  # noqa: D106
        table_name = settings().devices_table

    token_hash = UnicodeAttribute(default="")
    token_number = IntegerAttribute(default=1)
    heard_at = UnicodeAttribute(null=True)
    silent_since = UnicodeAttribute(null=True)
    report = StructAttribute(Report, default=Report)
    played_through = UnicodeAttribute(null=True)
    kept = StructAttribute(KeptManifest, null=True)

    by_due = ByDue()

    @property
    def told(self) -> DeviceValues:
        """What people say of it."""
        return msgspec.convert(self.values, DeviceValues)

    @property
    def board(self) -> str | None:
        """Its kind of machine, as it says itself, or else as people say."""
        return self.report.board or self.told.board

    @property
    def memory_bytes(self) -> int | None:
        """Its memory, as it says itself, or else as people say."""
        return self.report.memory_bytes or self.told.memory_bytes


class Rollout(msgspec.Struct, frozen=True):
    """New playlists of a group that some of its devices play first; times are RFC 3339."""

    id: str
    playlist_ids: list[str]
    device_ids: list[str]


class DeviceGroup(Item):
    """A group of devices (`sk` = `GROUP#` + its name), and the playlists that all of them play.

    `rollout` is under way: its devices play its playlists already, and the others do not yet.
    `last_rollout_id` is that of the newest one, under way or over.
    """

    class Meta:  # noqa: D106
        table_name = settings().devices_table

    playlist_ids = StructAttribute(list[str], default=list)
    rollout = StructAttribute(Rollout, null=True)
    last_rollout_id = UnicodeAttribute(null=True)
    revision = IntegerAttribute(default=1)

    @property
    def name(self) -> str:
        """Its name, by which devices say that they are in it."""
        return str(self.sk.removeprefix(GROUP))

    def for_device(self, device_id: str) -> list[str]:
        """Return the playlists that one of its devices plays."""
        rollout = self.rollout
        if rollout is not None and device_id in rollout.device_ids:
            return rollout.playlist_ids
        return self.playlist_ids


class Stamp(Item):
    """How often something changed that a tenant's manifests may depend on (`sk` = `STAMP`)."""

    class Meta:  # noqa: D106
        table_name = settings().devices_table

    number = IntegerAttribute(default=0)


class ShownVersion(Item):
    """A version of an asset on a device (`pk` = tenant + `#shown#` + asset id, `sk` = number + id).

    It is there once the device has fetched the file, or said that it played the address.
    """

    class Meta:  # noqa: D106
        table_name = settings().devices_table

    device_id = UnicodeAttribute()
    version = IntegerAttribute()
    fetches = IntegerAttribute(default=0)
    fetched_at = UnicodeAttribute(null=True)
    last_fetched_at = UnicodeAttribute(null=True)
    played_at = UnicodeAttribute(null=True)
    last_played_at = UnicodeAttribute(null=True)

    @classmethod
    def of(cls, device: Device, asset_id: str, version: int) -> "ShownVersion":
        """Return the item of a version on a device, as it is before anything is known of it."""
        keys = shown_key(str(device.pk), asset_id, version, device.id)
        return cls(*keys, device_id=device.id, version=version)


def shown_key(tenant_id: str, asset_id: str, version: int, device_id: str) -> tuple[str, str]:
    """Return the keys of a version on a device."""
    return shown_partition(tenant_id, asset_id), f"{version:06d}#{device_id}"


def shown_partition(tenant_id: str, asset_id: str) -> str:
    """Return the partition key of an asset's versions on devices."""
    return f"{tenant_id}#shown#{asset_id}"


def stamped(tenant_id: str) -> Write:
    """Write that a tenant's manifests may have changed; part of the change's own transaction."""
    return change(Stamp(tenant_id, STAMP), Stamp.number.add(1))


class PairingCode(Item):
    """What a player's code leads to, in the handles table: the hash under which it waits."""

    class Meta:  # noqa: D106
        table_name = settings().handles_table

    waiting_key = UnicodeAttribute()
    ttl = IntegerAttribute()


class Pairing(Item):
    """A player that waits to be taken in (`pk` = hash of its poll token), in the handles table.

    `device_id` and `tenant_id` are those of the device that an admin has made of it, and
    `handed_over` says that it has got its token.
    """

    class Meta:  # noqa: D106
        table_name = settings().handles_table

    expires_at = UnicodeAttribute()
    tenant_id = UnicodeAttribute(null=True)
    device_id = UnicodeAttribute(null=True)
    handed_over_at = UnicodeAttribute(null=True)
    ttl = IntegerAttribute()
