"""Playlists over HTTP, and what devices and groups play of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated

import msgspec

from chalicelib.assets.metadata.edits import AssetTrashed
from chalicelib.core import clock, pages
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Page, Reply, Tagged
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import NotFound, PreconditionFailed
from chalicelib.devices import groups, registry, shapes
from chalicelib.devices.groups import RolloutRunning
from chalicelib.devices.models import Device, DeviceGroup
from chalicelib.devices.playlists import registry as playlists
from chalicelib.devices.playlists.definition import PlaylistWanted
from chalicelib.devices.playlists.models import Playlist
from chalicelib.devices.playlists.shapes import PlaylistShown, playlist_shown
from chalicelib.devices.rollouts import trials
from chalicelib.devices.rollouts.trials import Canary, NoLiveDevice
from chalicelib.devices.shapes import DeviceShown
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import EDITORS, MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.DEVICES,
    loaders={
        "device_id": ("device", registry.get),
        "playlist_id": ("playlist", lambda actor, value: playlists.get(actor.tenant_id, value)),
        "name": ("group", groups.get),
    },
    variables={
        "device_id": "The device's id.",
        "playlist_id": "The playlist's id.",
        "name": "The group's name, as devices have it in `groups`.",
    },
    tags={
        "playlists": "What devices show, and when.",
        "device_groups": "Devices that play the same, by the name of their group.",
    },
)

PlaylistIds = Annotated[list[str], msgspec.Meta(max_length=20)]


class Assignment(msgspec.Struct):
    """Which playlists are played.

    Attributes:
        playlist_ids: all of them, in place of those there are.
    """

    playlist_ids: PlaylistIds


class GroupAssignment(msgspec.Struct):
    """Which playlists all devices of a group play.

    Attributes:
        playlist_ids: all of them, in place of those there are.
        canary: has some of the devices try them first, and the others only where those neither fall
            silent nor complain of anything new; left out, all of them play them at once.
    """

    playlist_ids: PlaylistIds
    canary: Canary | msgspec.UnsetType = msgspec.UNSET


class GroupShown(msgspec.Struct):
    """A group of devices, and the playlists that all of them play besides their own.

    Attributes:
        name: its name.
        playlist_ids: the playlists.
        rollout_id: of the roll-out that is under way; null where none is.
        last_rollout_id: of the newest roll-out, under way or over; null where there was none.
    """

    name: str
    playlist_ids: list[str]
    rollout_id: str | None
    last_rollout_id: str | None


class Replacement(msgspec.Struct):
    """An asset to be shown in the place of another.

    Attributes:
        asset_id: the one that playlists name so far.
        with_asset_id: the one that is shown instead.
    """

    asset_id: str
    with_asset_id: str


class Replaced(msgspec.Struct):
    """Where one asset was put in the place of another.

    Attributes:
        playlist_ids: the playlists that changed.
    """

    playlist_ids: list[str]


@api.get("/playlists", may=MEMBERS)
def list_playlists(actor: Actor, query: ListQuery) -> Page[PlaylistShown]:
    """List the playlists, newest first."""
    read = partial(pages.cut, playlists.every(actor.tenant_id))
    return lists.page("playlists", actor.tenant_id, query, read, playlist_shown)


@api.post("/playlists", may=EDITORS, status=201, problems=[NotFound, AssetTrashed])
def create_playlist(actor: Actor, body: PlaylistWanted) -> Tagged[PlaylistShown]:
    """Make a playlist; devices show it once it is given to them or their group."""
    return _tagged(playlists.create(actor, body, clock.now()))


@api.post("/playlists/replace", may=EDITORS, problems=[NotFound, AssetTrashed])
def replace_everywhere(actor: Actor, body: Replacement) -> Replaced:
    """Show an asset in every place where playlists name another one."""
    changed = playlists.put_in_place(actor, body.asset_id, body.with_asset_id, clock.now())
    return Replaced(changed)


@api.get("/playlists/{playlist_id}", may=MEMBERS)
def show_playlist(playlist: Playlist) -> Tagged[PlaylistShown]:
    """Show a playlist."""
    return _tagged(playlist)


@api.put(
    "/playlists/{playlist_id}",
    may=EDITORS,
    problems=[NotFound, AssetTrashed, PreconditionFailed],
)
def replace_playlist(
    actor: Actor, playlist: Playlist, body: PlaylistWanted, if_match: str | None
) -> Tagged[PlaylistShown]:
    """Replace a playlist; its devices follow within a minute."""
    with _showing_current(actor, playlist):
        return _tagged(playlists.replace(playlist, body, actor, clock.now(), if_match))


@api.delete("/playlists/{playlist_id}", may=EDITORS, problems=[PreconditionFailed])
def delete_playlist(actor: Actor, playlist: Playlist, if_match: str | None) -> None:
    """Remove a playlist; devices go on without it."""
    with _showing_current(actor, playlist):
        playlists.delete(playlist, actor, clock.now(), if_match)


@api.put("/devices/{device_id}/playlists", may=EDITORS, problems=[NotFound, PreconditionFailed])
def give_device_playlists(
    actor: Actor, device: Device, body: Assignment, if_match: str | None
) -> Tagged[DeviceShown]:
    """Have a device play these playlists, besides those of its groups."""
    playlists.require(actor.tenant_id, body.playlist_ids)
    ids = list(dict.fromkeys(body.playlist_ids))
    changed = registry.give_playlists(device, ids, actor, clock.now(), if_match)
    return Tagged(shapes.shown(changed), changed.etag)


@api.get("/device_groups", may=MEMBERS)
def list_groups(actor: Actor, query: ListQuery) -> Page[GroupShown]:
    """List the groups of devices by name, those that nothing is in any more included."""
    read = partial(pages.cut, groups.every(actor.tenant_id))
    return lists.page("device groups", actor.tenant_id, query, read, _group)


@api.put(
    "/device_groups/{name}/playlists",
    may=EDITORS,
    problems=[NotFound, NoLiveDevice, RolloutRunning],
)
def give_group_playlists(
    actor: Actor, group: DeviceGroup, body: GroupAssignment
) -> Reply[GroupShown]:
    """Have all devices of a group play these playlists; with `canary`, 202, some of them first.

    A group that nothing is in yet keeps them for the devices to come.
    """
    playlists.require(actor.tenant_id, body.playlist_ids)
    ids, now = list(dict.fromkeys(body.playlist_ids)), clock.now()
    if body.canary is msgspec.UNSET:
        return Reply(_group(groups.give_playlists(group, ids, actor, now)))
    rollout = trials.begin(group, ids, body.canary, actor, now)
    return Reply(GroupShown(group.name, group.playlist_ids, rollout.id, rollout.id), 202)


def _tagged(playlist: Playlist) -> Tagged[PlaylistShown]:
    return Tagged(playlist_shown(playlist), playlist.etag)


def _group(group: DeviceGroup) -> GroupShown:
    rollout_id = None if group.rollout is None else group.rollout.id
    return GroupShown(group.name, group.playlist_ids, rollout_id, group.last_rollout_id)


@contextmanager
def _showing_current(actor: Actor, playlist: Playlist) -> Iterator[None]:
    """Let a failed precondition show the playlist as it is now."""
    try:
        yield
    except PreconditionFailed as failure:
        fresh = playlist_shown(playlists.get(actor.tenant_id, playlist.id))
        failure.extra = {"current": msgspec.to_builtins(fresh)}
        raise
