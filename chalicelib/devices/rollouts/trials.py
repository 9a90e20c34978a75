"""A roll-out's course: some devices play the new playlists; then all do, or none any more."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

import msgspec

from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import SYSTEM, record
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.tables import ConditionFailed, change, find, find_many, put, transact
from chalicelib.devices import groups, registry
from chalicelib.devices.groups import RolloutRunning, is_as_read
from chalicelib.devices.models import DEVICE, GROUP, Device, DeviceGroup, Report, Rollout, stamped
from chalicelib.devices.rollouts.models import ROLLOUT, Reason, RolloutItem

_LIVE = timedelta(minutes=5)
"""A device that was heard of so lately can be tried on."""

_KEPT = timedelta(days=365)


class NoLiveDevice(Conflict):
    """No device of the group was heard of in the last five minutes, so that none can try it."""

    code, title = "no_live_device", "No device can try it"


class Canary(msgspec.Struct, forbid_unknown_fields=True):
    """On how many devices a change is tried, and for how long.

    Attributes:
        devices: so many devices of the group play it first; fewer where fewer are heard of.
        minutes: so long they are watched; fractions are allowed.
    """

    devices: Annotated[int, msgspec.Meta(ge=1, le=100)]
    minutes: Annotated[float, msgspec.Meta(gt=0, le=10_080)]


class Failure(NamedTuple):
    """Why a change is taken back: which device, and what it complained of, if it did."""

    reason: Reason
    device_id: str
    error: str | None = None


def get(actor: Actor, rollout_id: str) -> RolloutItem:
    """Read a roll-out of the actor's tenant.

    Raises:
        NotFound: there is none.
    """
    found = lookup(actor.tenant_id, rollout_id)
    if found is None:
        raise NotFound("There is no such roll-out.")
    return found


def lookup(tenant_id: str, rollout_id: str) -> RolloutItem | None:
    """Read a roll-out; None where there is none."""
    return find(RolloutItem, tenant_id, f"{ROLLOUT}{rollout_id}")


def begin(
    group: DeviceGroup, playlist_ids: list[str], canary: Canary, actor: Actor, now: datetime
) -> RolloutItem:
    """Have some devices of a group play its new playlists.

    Raises:
        RolloutRunning: one of the group is under way.
        NoLiveDevice: no device of it was heard of lately.
    """
    if group.rollout is not None:
        raise RolloutRunning
    chosen = _live(group, now)[: canary.devices]
    if not chosen:
        raise NoLiveDevice
    ends = now + timedelta(minutes=canary.minutes)
    item = RolloutItem(
        group.pk,
        f"{ROLLOUT}{under_way(now).id('rollout')}",
        group=group.name,
        status="canary",
        playlist_ids=playlist_ids,
        device_ids=[device.id for device in chosen],
        errors_before={device.id: device.report.errors for device in chosen},
        begun_at=clock.timestamp(now),
        ends_at=clock.timestamp(ends),
        created_by=actor.person,
        ttl=int((ends + _KEPT).timestamp()),
    )
    item.make_due(ends, item.id)
    rollout = Rollout(item.id, playlist_ids, item.device_ids)
    new = {"rollout_id": item.id, "playlist_ids": playlist_ids, "device_ids": item.device_ids}
    old = {"playlist_ids": group.playlist_ids}
    written = record(
        *(group.pk, actor.person, "rollout.begun", ("rollout", item.id), now), old=old, new=new
    )
    actions = [
        DeviceGroup.rollout.set(rollout),
        DeviceGroup.last_rollout_id.set(item.id),
        DeviceGroup.revision.set(group.revision + 1),
    ]
    begun = change(group, *actions, condition=is_as_read(group))
    try:
        transact(begun, put(item), put(written), stamped(group.pk))
    except ConditionFailed:
        raise RolloutRunning from None  # or its playlists were changed, at the same time
    return item


def settle(item: RolloutItem, now: datetime) -> RolloutItem:
    """End a roll-out whose time is over: for all of the group, or for none. Idempotent."""
    if item.status != "canary" or clock.timestamp(now) < item.ends_at:
        return item
    keys = [(item.pk, f"{DEVICE}{one}") for one in item.device_ids]
    failures = (_failure(item, device) for device in find_many(Device, keys))
    return _end(item, next((one for one in failures if one is not None), None), now)


def notice(device: Device, report: Report, now: datetime) -> None:
    """Take a change back at once that a device tries which complains of something new."""
    names = device.told.groups
    if not report.errors or not names:
        return
    for group in find_many(DeviceGroup, groups.group_keys(device.pk, names)):
        rollout = group.rollout
        if rollout is None or device.id not in rollout.device_ids:
            continue
        item = find(RolloutItem, device.pk, f"{ROLLOUT}{rollout.id}")
        error = None if item is None else _new_error(item, device.id, report.errors)
        if item is not None and error is not None:
            _end(item, Failure("errors", device.id, error), now)


def _live(group: DeviceGroup, now: datetime) -> list[Device]:
    """List the devices of a group that were heard of lately, the last one first."""
    since = clock.timestamp(now - _LIVE)
    heard = [
        device
        for device in registry.every(group.pk)
        if group.name in device.told.groups and (device.heard_at or "") >= since
    ]
    return sorted(heard, key=lambda device: str(device.heard_at), reverse=True)


def _failure(item: RolloutItem, device: Device) -> Failure | None:
    if device.heard_at is None or device.heard_at <= item.begun_at:
        return Failure("silence", device.id)
    error = _new_error(item, device.id, device.report.errors)
    return None if error is None else Failure("errors", device.id, error)


def _new_error(item: RolloutItem, device_id: str, errors: Iterable[str]) -> str | None:
    before = item.errors_before.get(device_id, [])
    return next((error for error in errors if error not in before), None)


def _end(item: RolloutItem, failure: Failure | None, now: datetime) -> RolloutItem:
    """End a roll-out, recorded; whoever ends it first decides how."""

    def write(read: tuple[RolloutItem, DeviceGroup]) -> RolloutItem:
        item, group = read
        if item.status != "canary" or group.rollout is None or group.rollout.id != item.id:
            return item
        item.status = "complete" if failure is None else "rolled_back"
        item.ended_at = clock.timestamp(now)
        actions = [
            RolloutItem.status.set(item.status),
            RolloutItem.ended_at.set(item.ended_at),
            *RolloutItem.due_actions(None, item.id),
        ]
        group_actions = [DeviceGroup.rollout.remove(), DeviceGroup.revision.set(group.revision + 1)]
        if failure is None:
            group_actions.append(DeviceGroup.playlist_ids.set(item.playlist_ids))
        else:
            item.reason, item.failed_device_id, item.error = failure
            actions += [
                RolloutItem.reason.set(failure.reason),
                RolloutItem.failed_device_id.set(failure.device_id),
            ]
            if failure.error is not None:
                actions.append(RolloutItem.error.set(failure.error))
        told = {
            "group": group.name,
            "reason": item.reason,
            "device_id": item.failed_device_id,
            "error": item.error,
            "playlist_ids": item.playlist_ids,
        }
        deed = "completed" if failure is None else "rolled_back"
        written = record(item.pk, SYSTEM, f"rollout.{deed}", ("rollout", item.id), now, new=told)
        transact(
            change(group, *group_actions, condition=is_as_read(group)),
            change(item, *actions, condition=RolloutItem.status == "canary"),
            put(written),
            stamped(item.pk),
        )
        return item

    def read(_: object = None) -> tuple[RolloutItem, DeviceGroup]:
        there = find(RolloutItem, item.pk, item.sk)
        group = find(DeviceGroup, item.pk, f"{GROUP}{item.group}")
        if there is None or group is None:
            raise NotFound("There is no such roll-out.")
        return there, group

    return despite_others(write, read(), read, None)
