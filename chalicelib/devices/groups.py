"""Groups of devices: there as soon as a device is put into one, with playlists for all of it."""

from collections.abc import Iterable
from datetime import datetime

from pynamodb.expressions.condition import Condition

from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import record
from chalicelib.core.tables import Write, change, find, put, transact
from chalicelib.devices.models import GROUP, DeviceGroup, stamped


class RolloutRunning(Conflict):
    """A roll-out of this group is under way; wait for its end, or look why it does not."""

    code, title = "rollout_running", "A roll-out is running"


def group_keys(tenant_id: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """Return the keys of groups by their names."""
    return [(tenant_id, f"{GROUP}{name}") for name in names]


def get(actor: Actor, name: str) -> DeviceGroup:
    """Read a group of the actor's tenant.

    Raises:
        NotFound: no device was ever in it.
    """
    found = find(DeviceGroup, actor.tenant_id, f"{GROUP}{name}")
    if found is None:
        raise NotFound("There is no such group of devices.")
    return found


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
        ]
        transact(change(read, *actions, condition=unchanged), put(written), stamped(read.pk))
        return read

    return despite_others(
        write, group, _again, "Too many change this group at the same time; try again."
    )


def is_as_read(group: DeviceGroup) -> Condition:
    """Return the condition that nobody changed a group since it was read."""
    same: Condition = DeviceGroup.revision == group.revision
    return same | DeviceGroup.revision.does_not_exist() if group.revision == 1 else same


def _again(group: DeviceGroup) -> DeviceGroup:
    found = find(DeviceGroup, group.pk, group.sk)
    if found is None:
        raise NotFound("There is no such group of devices.")
    return found
