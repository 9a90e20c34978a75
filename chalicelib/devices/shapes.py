"""Devices as answers show them."""

from typing import Literal

import msgspec

from chalicelib.core.outbox import Person
from chalicelib.devices.models import AgentUpdate, Device


class LeftOutShown(msgspec.Struct):
    """An asset of a device's playlists that it is not given.

    Attributes:
        asset_id: the asset.
        reason: `pending` while the file that its board plays is still being made, and `unplayable`
            where its board plays nothing of the kind.
    """

    asset_id: str
    reason: Literal["pending", "unplayable"]


class DeviceShown(msgspec.Struct, kw_only=True):
    """A player that shows what its playlists say.

    Attributes:
        id: its id.
        name: its name.
        board: Anthias's name of its kind of machine, as its heartbeat says or else its admin; null
            while nobody said.
        memory_bytes: its memory, as its heartbeat says or else its admin; null while nobody said.
        time_zone: the zone of its clock.
        groups: the groups that it is in.
        playlist_ids: the playlists of its own, besides those of its groups.
        last_seen_at: when its last heartbeat came; null before the first.
        silent_since: its last heartbeat, or its making, once it was silent for longer than the
            tenant's limit; else null.
        playing: the asset that it said to play, by id; null for none.
        agent_version: the version of its agent; null before its first heartbeat.
        agent_update: the agent that it is told to run; null for whichever it has.
        anthias_version: the version of its Anthias; null before its first heartbeat.
        free_bytes: the room on its disk; null before its first heartbeat.
        errors: what its last heartbeat complained of, the newest last; of many the last 20.
        left_out: what its playlists name and its board does not play; only where one device is
            asked for.
        created_by: who made it.
        created_at: when it was made.
        token: what the player shows to be known, as `Bearer`; in the answer that made it alone, and
            null in every other one.
    """

    id: str
    name: str
    board: str | None
    memory_bytes: int | None
    time_zone: str
    groups: list[str]
    playlist_ids: list[str]
    last_seen_at: str | None
    silent_since: str | None
    playing: str | None
    agent_version: str | None
    agent_update: AgentUpdate | None
    anthias_version: str | None
    free_bytes: int | None
    errors: list[str]
    left_out: list[LeftOutShown] | msgspec.UnsetType = msgspec.UNSET
    created_by: Person
    created_at: str
    token: str | None = None


def shown(device: Device, token: str | None = None) -> DeviceShown:
    """Show a device, with its token to whoever just made it."""
    told, report = device.told, device.report
    return DeviceShown(
        id=device.id,
        name=told.name,
        board=device.board,
        memory_bytes=device.memory_bytes,
        time_zone=told.time_zone,
        groups=told.groups,
        playlist_ids=told.playlist_ids,
        last_seen_at=device.heard_at,
        silent_since=device.silent_since,
        playing=report.playing,
        agent_version=report.agent_version,
        agent_update=told.agent_update,
        anthias_version=report.anthias_version,
        free_bytes=report.free_bytes,
        errors=report.errors,
        created_by=device.created_by,
        created_at=device.created_at,
        token=token,
    )
