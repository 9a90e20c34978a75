"""Devices over HTTP, for members, and for players that nobody knows yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import msgspec

from chalicelib.core import clock
from chalicelib.core.api import lists
from chalicelib.core.api.audience import Audience
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Page, Reply, Tagged
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import NotFound, PreconditionFailed
from chalicelib.core.pages import Position
from chalicelib.devices import pairing, registry, shapes
from chalicelib.devices.manifests import making
from chalicelib.devices.models import Device
from chalicelib.devices.registry import DeviceChange, DeviceWanted
from chalicelib.devices.shapes import DeviceShown, LeftOutShown
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import ADMINS, MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.DEVICES,
    loaders={"device_id": ("device", registry.get)},
    variables={"device_id": "The device's id."},
    tags={"devices": "Players, what they are to show, and what they say that they showed."},
)
players = Routes[None](__name__, audience=Audience.ANYONE)

_SECRETS = ("token",)


class DevicesQuery(ListQuery, kw_only=True):
    """Which devices.

    Attributes:
        group: those of one group, by name.
    """

    group: str | None = None


class DeviceTaken(DeviceWanted, kw_only=True):
    """A device to be made of the player that shows a code.

    Attributes:
        code: what the player shows; spaces, dashes and case do not matter.
        name: its name, such as where it hangs.
        board: Anthias's name of its kind of machine, such as `pi4-64`, which decides what videos it
            plays; what its heartbeat says counts more.
        memory_bytes: its memory; what its heartbeat says counts more.
        time_zone: the zone of its clock, such as `Europe/Berlin`; days and hours of playlists are
            meant by it.
        groups: the groups that it is in, by name.
    """

    code: str


class PairingWanted(msgspec.Struct):
    """A player that wants to be taken in, or that asks whether it was.

    Attributes:
        poll_token: what it got with its code; without it a new code is made.
    """

    poll_token: str | msgspec.UnsetType = msgspec.UNSET


class PairingShown(msgspec.Struct, kw_only=True):
    """A code to show; or, for a poll token, what became of it.

    Attributes:
        code: what the player shows, until an admin types it in.
        poll_token: what the player asks again with.
        expires_at: when the code is over.
        status: `waiting` until an admin has taken the player in.
        device_id: the device that it is now; null while it waits.
        token: the device's token, in one answer alone; null in every other one.
    """

    code: str | msgspec.UnsetType = msgspec.UNSET
    poll_token: str | msgspec.UnsetType = msgspec.UNSET
    expires_at: str | msgspec.UnsetType = msgspec.UNSET
    status: Literal["waiting", "paired"] | msgspec.UnsetType = msgspec.UNSET
    device_id: str | msgspec.UnsetType | None = msgspec.UNSET
    token: str | msgspec.UnsetType | None = msgspec.UNSET


class TokenShown(msgspec.Struct):
    """A device's new token.

    Attributes:
        token: what the player shows to be known, as `Bearer`; it is shown this once.
    """

    token: str


@api.get("/devices", may=MEMBERS)
def list_devices(actor: Actor, query: DevicesQuery) -> Page[DeviceShown]:
    """List the devices, newest first."""

    def read(limit: int, position: Position) -> tuple[list[Device], Position]:
        return registry.page(actor.tenant_id, limit, position, query.group)

    return lists.page("devices", actor.tenant_id, query, read, shapes.shown)


@api.post("/devices", may=ADMINS, status=201)
def create_device(actor: Actor, body: DeviceWanted) -> Reply[DeviceShown]:
    """Make a device; its token is shown in this answer alone."""
    device, token = registry.create(actor, body, clock.now())
    return Reply(shapes.shown(device, token), None, {"ETag": device.etag}, _SECRETS)


@players.post("/devices/pairing", status=201, problems=[NotFound])
def pair_player(body: PairingWanted) -> Reply[PairingShown]:
    """Give a player a code to show, or tell it with 200 whether it was taken in."""
    now = clock.now()
    if body.poll_token is msgspec.UNSET:
        code, poll_token, expires_at = pairing.begin(now)
        return Reply(PairingShown(code=code, poll_token=poll_token, expires_at=expires_at))
    device_id, token = pairing.poll(body.poll_token, now)
    status: Literal["waiting", "paired"] = "waiting" if device_id is None else "paired"
    return Reply(PairingShown(status=status, device_id=device_id, token=token), 200)


@api.post("/devices/pair", may=ADMINS, status=201, problems=[NotFound])
def take_in_player(actor: Actor, body: DeviceTaken) -> Tagged[DeviceShown]:
    """Make a device of the player that shows a code, which then gets its token."""
    fields = {name: getattr(body, name) for name in DeviceWanted.__struct_fields__}
    device = pairing.take_in(actor, body.code, DeviceWanted(**fields), clock.now())
    return Tagged(shapes.shown(device), device.etag)


@api.get("/devices/{device_id}", may=MEMBERS)
def show_device(device: Device) -> Tagged[DeviceShown]:
    """Show a device, what its last heartbeat said, and what it is not given."""
    answer = shapes.shown(device)
    plan = making.planned(device, clock.now())
    answer.left_out = [LeftOutShown(one.asset_id, one.reason) for one in plan.left_out]
    return Tagged(answer, device.etag)


@api.patch("/devices/{device_id}", may=ADMINS, problems=[PreconditionFailed])
def change_device(
    actor: Actor, device: Device, body: DeviceChange, if_match: str | None
) -> Tagged[DeviceShown]:
    """Change the fields of a device that are given."""
    with _showing_current(actor, device):
        changed = registry.alter(device, body, actor, clock.now(), if_match)
    return Tagged(shapes.shown(changed), changed.etag)


@api.delete("/devices/{device_id}", may=ADMINS, problems=[PreconditionFailed])
def delete_device(actor: Actor, device: Device, if_match: str | None) -> None:
    """Remove a device; its token is good for nothing any more."""
    with _showing_current(actor, device):
        registry.delete(device, actor, clock.now(), if_match)


@api.post("/devices/{device_id}/rotate_token", may=ADMINS)
def rotate_token(actor: Actor, device: Device) -> TokenShown:
    """Give a device another token; the one it has is good for nothing from now on."""
    return TokenShown(registry.rotate(device, actor, clock.now()))


@contextmanager
def _showing_current(actor: Actor, device: Device) -> Iterator[None]:
    """Let a failed precondition show the device as it is now."""
    try:
        yield
    except PreconditionFailed as failure:
        fresh = shapes.shown(registry.get(actor, device.id))
        failure.extra = {"current": msgspec.to_builtins(fresh)}
        raise
