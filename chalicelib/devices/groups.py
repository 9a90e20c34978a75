"""Groups of devices, by name: there once a device is in one, or playlists are given to it."""

from collections.abc import Iterable
from datetime import datetime

from pynamodb.expressions.condition import Condition

from chalicelib.core import texts
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Conflict, Invalid, NotFound
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import record
from chalicelib.core.tables import Write, change, find, put, transact
from chalicelib.devices.models import GROUP, DeviceGroup, stamped

LONGEST_NAME = 100


class RolloutRunning(Conflict):
    """A roll-out of this group is under way; wait for its end, or look why it does not."""

    code, title = "rollout_running", "A roll-out is running"


def group_keys(tenant_id: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """Return the keys of groups by their names."""
    return [(tenant_id, f"{GROUP}{name}") for name in names]


def get(actor: Actor, name: str) -> DeviceGroup:
    """Read a group of the actor's tenant; one that nothing was ever in is empty.

    Raises:
        NotFound: no group can have this name.
    """
    try:
        texts.require_line("name", name)
    except Invalid:
        raise NotFound("There is no such group of devices.") from None
    if len(name) > LONGEST_NAME:
        raise NotFound("There is no such group of devices.")
    return _read(actor.tenant_id, name)


def every(tenant_id: str) -> list[DeviceGroup]:
    """List a tenant's groups by name."""
    return list(DeviceGroup.query(tenant_id, DeviceGroup.sk.startswith(GROUP)))


def kept(tenant_id: str, names: Iterable[str]) -> list[Write]:
    """Return the writes that have groups be there, which change nothing where they are."""
    return [
        change(DeviceGroup(*key), DeviceGroup.schema_version.set(1))
        for key in group_keys(tenant_id, names)
    ]


def give_playlists(
    group: DeviceGroup, playlist_ids: list[str], actor: Actor, now: datetime
) -> DeviceGroup:
    """Have all devices of a group play these playlists, besides their own.

    Raises:
        RolloutRunning: a roll-out of the group is under way.
        Conflict: too many change it at the same time.
    """

    def write(read: DeviceGroup) -> DeviceGroup:
        if read.rollout is not None:
            raise RolloutRunning
        if read.playlist_ids == playlist_ids:
            return read
        old, unchanged = {"playlist_ids": read.playlist_ids}, is_as_read(read)
        read.playlist_ids, read.revision = playlist_ids, read.revision + 1
        new = {"playlist_ids": playlist_ids}
        subject = ("device_group", read.name)
        written = record(
            read.pk, actor.person, "device_group.changed", subject, now, old=old, new=new
        )
        actions = [
            DeviceGroup.playlist_ids.set(playlist_ids),
            DeviceGroup.revision.set(read.revision),
            DeviceGroup.schema_version.set(1),
        ]
        transact(change(read, *actions, condition=unchanged), put(written), stamped(read.pk))
        return read

    def again(read: DeviceGroup) -> DeviceGroup:
        return _read(read.pk, read.name)

    return despite_others(
        write, group, again, "Too many change this group at the same time; try again."
    )


def is_as_read(group: DeviceGroup) -> Condition:
    """Return the condition that nobody changed a group since it was read."""
    same: Condition = DeviceGroup.revision == group.revision
    return same | DeviceGroup.revision.does_not_exist() if group.revision == 1 else same


def _read(tenant_id: str, name: str) -> DeviceGroup:
    found = find(DeviceGroup, tenant_id, f"{GROUP}{name}")
    return found or DeviceGroup(tenant_id, f"{GROUP}{name}")
