"""A tenant's devices: made, read, changed, given new tokens, deleted, listed."""

import zoneinfo
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from chalicelib.core import clock, pages, texts
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import NotFound, invalid
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import Person, record
from chalicelib.core.pages import Position
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.resources import Resources, Values
from chalicelib.core.tables import Write, change, find, put, transact, update
from chalicelib.devices import groups, tokens
from chalicelib.devices.models import DEVICE, AgentUpdate, Device
from chalicelib.tenants import accounts

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Board = Annotated[str, msgspec.Meta(min_length=1, max_length=50, examples=["pi4-64"])]
Memory = Annotated[int, msgspec.Meta(ge=1, le=2**50)]
ZoneName = Annotated[str, msgspec.Meta(min_length=1, max_length=100, examples=["Europe/Berlin"])]
GroupName = Annotated[str, msgspec.Meta(min_length=1, max_length=groups.LONGEST_NAME)]
GroupNames = Annotated[list[GroupName], msgspec.Meta(max_length=20)]

_devices = Resources(Device, DEVICE, "device", "device")


class DeviceWanted(msgspec.Struct, kw_only=True):
    """A device to be made.

    Attributes:
        name: its name, such as where it hangs.
        board: Anthias's name of its kind of machine, such as `pi4-64`, which decides what videos it
            plays; what its heartbeat says counts more.
        memory_bytes: its memory; what its heartbeat says counts more.
        time_zone: the zone of its clock, such as `Europe/Berlin`; days and hours of playlists are
            meant by it.
        groups: the groups that it is in, by name; a group exists while something is in it or
            playlists are given to it.
    """

    name: Name
    board: Board | None = None
    memory_bytes: Memory | None = None
    time_zone: ZoneName
    groups: GroupNames = []


class DeviceChange(msgspec.Struct, kw_only=True):
    """What changes of a device.

    Attributes:
        name: its name.
        board: Anthias's name of its kind of machine; null forgets it.
        memory_bytes: its memory; null forgets it.
        time_zone: the zone of its clock, such as `Europe/Berlin`.
        groups: all groups that it is in, in place of those there are.
        agent_update: the agent that it shall run; null tells it nothing any more.
    """

    name: Name | msgspec.UnsetType = msgspec.UNSET
    board: Board | msgspec.UnsetType | None = msgspec.UNSET
    memory_bytes: Memory | msgspec.UnsetType | None = msgspec.UNSET
    time_zone: ZoneName | msgspec.UnsetType = msgspec.UNSET
    groups: GroupNames | msgspec.UnsetType = msgspec.UNSET
    agent_update: AgentUpdate | msgspec.UnsetType | None = msgspec.UNSET


def get(actor: Actor, device_id: str) -> Device:
    """Read a device of the actor's tenant.

    Raises:
        NotFound: there is none.
    """
    return _devices.get(actor.tenant_id, device_id)


def lookup(tenant_id: str, device_id: str) -> Device | None:
    """Read a device; None where there is none."""
    return find(Device, tenant_id, f"{DEVICE}{device_id}")


def every(tenant_id: str) -> list[Device]:
    """List all devices of a tenant, the newest first."""
    return _devices.every(tenant_id)


def page(
    tenant_id: str, limit: int, position: Position, group: str | None
) -> tuple[list[Device], Position]:
    """Read one page of a tenant's devices, the newest first; those of one group alone if named."""

    def read(at_most: int, start: Position) -> tuple[list[Device], Position]:
        ours = Device.sk.startswith(DEVICE)
        return pages.read(
            Device,
            tenant_id,
            ours,
            limit=at_most,
            position=start,
            newest_first=True,
            consistent=True,
        )

    def keep(device: Device) -> Device | None:
        return device if group is None or group in device.told.groups else None

    def position_of(device: Device) -> Position:
        return {"pk": {"S": device.pk}, "sk": {"S": device.sk}}

    return pages.kept(read, keep, position_of, limit=limit, position=position)


def create(actor: Actor, wanted: DeviceWanted, now: datetime) -> tuple[Device, str]:
    """Keep a new device; return it with its token, which is shown once.

    A request that was sent before, and got no answer, gives its device another token.

    Raises:
        Invalid: the name is blank, or there is no such time zone.
    """
    made = _devices.made_before(actor.tenant_id, now)
    if made is not None:
        return made, give_token(made)
    device, token = prepared(actor.tenant_id, wanted, actor.person, now)
    transact(*written(device, actor.person, now))
    return device, token


def prepared(
    tenant_id: str, wanted: DeviceWanted, actor: Person, now: datetime
) -> tuple[Device, str]:
    """Return a new device, still to be written, and its token.

    Raises:
        Invalid: as `create`.
    """
    at, device_id = clock.timestamp(now), under_way(now).id("device")
    token, token_hash = tokens.new(tenant_id, device_id)
    device = Device(
        tenant_id,
        f"{DEVICE}{device_id}",
        values=_checked(msgspec.to_builtins(wanted) | {"playlist_ids": []}),
        token_hash=token_hash,
        created_by=actor,
        created_at=at,
        updated_at=at,
    )
    limit = accounts.settings_of(tenant_id).device_silent_minutes
    device.make_due(now + timedelta(minutes=limit), device_id)
    return device, token


def written(device: Device, actor: Person, now: datetime) -> list[Write]:
    """Return the writes of a new device's transaction: itself, its groups, its audit record."""
    subject = ("device", device.id)
    made = record(device.pk, actor, "device.created", subject, now, new=device.values)
    return [put(device), *groups.kept(device.pk, device.told.groups), put(made)]


def alter(
    device: Device, wanted: DeviceChange, actor: Actor, now: datetime, if_match: str | None
) -> Device:
    """Change what is said of a device.

    Raises:
        Invalid: as `create`.
        PreconditionFailed: `if_match` names another revision.
        NotFound: it has been deleted.
        Conflict: too many change it at the same time.
    """
    checked = _checked(msgspec.to_builtins(wanted))
    if new := [one for one in checked.get("groups", []) if one not in device.told.groups]:
        transact(*groups.kept(device.pk, new))
    return _devices.replace(device, lambda read: read.values | checked, actor.person, now, if_match)


def give_playlists(
    device: Device, playlist_ids: list[str], actor: Actor, now: datetime, if_match: str | None
) -> Device:
    """Have a device play these playlists, besides those of its groups.

    Raises:
        PreconditionFailed, NotFound, Conflict: as `alter`.
    """
    given = {"playlist_ids": playlist_ids}
    return _devices.replace(device, lambda read: read.values | given, actor.person, now, if_match)


def delete(device: Device, actor: Actor, now: datetime, if_match: str | None) -> None:
    """Remove a device; its token is good for nothing any more. Idempotent.

    Raises:
        PreconditionFailed: `if_match` names another revision.
        Conflict: too many change it at the same time.
    """
    _devices.delete(device, actor.person, now, if_match)


def rotate(device: Device, actor: Actor, now: datetime) -> str:
    """Give a device another token, recorded; the old one is good for nothing from now on.

    Raises:
        NotFound: it has been deleted.
        Conflict: too many change it at the same time.
    """

    def write(read: Device) -> str:
        renewal, token = renewed(read)
        subject = ("device", read.id)
        written = record(read.pk, actor.person, "device.token_rotated", subject, now)
        transact(renewal, put(written))
        return token

    def again(read: Device) -> Device:
        return _devices.get(read.pk, read.id)

    return despite_others(write, device, again, "Too many change this device at once; try again.")


def renewed(device: Device) -> tuple[Write, str]:
    """Return the write that gives a device another token in place of the one it has, and that."""
    token, token_hash = tokens.new(device.pk, device.id)
    actions = [Device.token_hash.set(token_hash), Device.token_number.add(1)]
    unchanged = Device.token_number == device.token_number
    return change(device, *actions, condition=unchanged), token


def give_token(device: Device) -> str:
    """Give a device another token that nobody has seen before."""
    token, token_hash = tokens.new(device.pk, device.id)
    actions = [Device.token_hash.set(token_hash), Device.token_number.add(1)]
    update(device, *actions, condition=Device.pk.exists())
    return token


def zone(name: str) -> zoneinfo.ZoneInfo:
    """Return a time zone by its name.

    Raises:
        NotFound: there is none.
    """
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise NotFound(f"There is no time zone {name[:100]!r}.") from None


def _checked(values: Values) -> Values:
    if "name" in values:
        texts.require_line("name", values["name"])
    if "time_zone" in values:
        try:
            zone(values["time_zone"])
        except NotFound:
            raise invalid("time_zone", "Not a time zone, such as Europe/Berlin") from None
    for number, group in enumerate(values.get("groups", [])):
        texts.require_line(f"groups[{number}]", group)
    if "groups" in values:
        values["groups"] = list(dict.fromkeys(values["groups"]))
    return values
