"""Roll-outs over HTTP."""

from typing import cast

import msgspec

from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.routing import Routes
from chalicelib.core.outbox import Person
from chalicelib.devices.rollouts import trials
from chalicelib.devices.rollouts.models import RolloutItem, Status
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.DEVICES,
    loaders={"rollout_id": ("rollout", trials.get)},
    variables={"rollout_id": "The roll-out's id."},
    tags={"rollouts": "Changes that some devices of a group try before the others."},
)


class RolloutShown(msgspec.Struct, kw_only=True):
    """A change of a group's playlists that some of its devices try first.

    Attributes:
        id: its id.
        group: the group.
        status: `canary` while it is tried; `complete` where all of the group play it since, and
            `rolled_back` where none does any more.
        devices: the devices that try it, by id.
        playlist_ids: the new playlists.
        reason: why it was taken back: `errors`, or `silence` where a device was not heard of from
            the change to its end; null where it was not.
        failed_device_id: the device that it was taken back for; null where it was not.
        error: what that device complained of; null where it was silent.
        created_by: who changed the playlists.
        begun_at: since when it is tried.
        ends_at: until when.
        ended_at: when it ended; null before.
    """

    id: str
    group: str
    status: Status
    devices: list[str]
    playlist_ids: list[str]
    reason: str | None
    failed_device_id: str | None
    error: str | None
    created_by: Person
    begun_at: str
    ends_at: str
    ended_at: str | None


@api.get("/rollouts/{rollout_id}", may=MEMBERS)
def show_rollout(rollout: RolloutItem) -> RolloutShown:
    """Show how far a roll-out is, and why it was taken back if it was."""
    item = trials.settle(rollout, clock.now())
    return RolloutShown(
        id=item.id,
        group=item.group,
        status=cast(Status, item.status),
        devices=item.device_ids,
        playlist_ids=item.playlist_ids,
        reason=item.reason,
        failed_device_id=item.failed_device_id,
        error=item.error,
        created_by=item.created_by,
        begun_at=item.begun_at,
        ends_at=item.ends_at,
        ended_at=item.ended_at,
    )
