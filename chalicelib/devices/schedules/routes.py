"""What devices play when, over HTTP."""

from datetime import date as Date  # noqa: N812 - a field has its name

import msgspec

from chalicelib.assets.metadata.descriptions import Moment
from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import invalid
from chalicelib.devices import assignments, registry
from chalicelib.devices.manifests import making
from chalicelib.devices.models import Device
from chalicelib.devices.playlists.definition import Rule
from chalicelib.devices.schedules import days, planning
from chalicelib.devices.schedules.planning import Slot
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.DEVICES,
    loaders={"device_id": ("device", registry.get)},
    variables={"device_id": "The device's id."},
)


class ScheduleQuery(msgspec.Struct):
    """When.

    Attributes:
        at: the time to look at; now unless said otherwise.
    """

    at: Moment | None = None


class DayQuery(msgspec.Struct):
    """Which day.

    Attributes:
        date: a day of the device's own time zone, such as `2026-11-26`; today unless said
            otherwise.
    """

    date: Date | None = None


class Scheduled(msgspec.Struct):
    """An asset that a device shows then, and what put it there.

    Attributes:
        asset_id: the asset.
        version: its version that is published now.
        playlist_id: the playlist that it is in.
        rule: the rule that found it; null where the playlist names it.
        duration_seconds: how long it is shown; a video as long as it lasts.
    """

    asset_id: str
    version: int
    playlist_id: str
    rule: Rule | None
    duration_seconds: int


class ScheduleShown(msgspec.Struct):
    """What a device shows at a time, in this order, again and again.

    Attributes:
        at: the time.
        time_zone: the zone by which its days and hours are meant.
        items: the assets that are shown then, each once.
    """

    at: str
    time_zone: str
    items: list[Scheduled]


class SpanShown(msgspec.Struct):
    """What a device shows for a while, again and again.

    Attributes:
        from_at: from this time on.
        until_at: until this time.
        items: positions in the day's `items`, in the order in which they are shown.
    """

    from_at: str
    until_at: str
    items: list[int]


class DayShown(msgspec.Struct):
    """What a device shows on a day, as its playlists and what is published are now.

    Attributes:
        date: the day.
        time_zone: the zone in which it is one.
        from_at: when it begins.
        until_at: when it ends, 23 to 25 hours later.
        told_until_at: until when it is told; before its end where it changes more than 200 times.
        items: what is shown on it.
        spans: from when to when which of them are shown.
    """

    date: str
    time_zone: str
    from_at: str
    until_at: str
    told_until_at: str
    items: list[Scheduled]
    spans: list[SpanShown]


@api.get("/devices/{device_id}/schedule", may=MEMBERS)
def show_schedule(device: Device, query: ScheduleQuery) -> ScheduleShown:
    """Show what a device shows at a time, and which playlist or rule put it there."""
    now = clock.now()
    at = query.at or now
    found = planning.playing(assignments.programmes(device, now), making.machine(device), at)
    return ScheduleShown(
        at=clock.timestamp(at),
        time_zone=device.told.time_zone,
        items=[_scheduled(slot) for slot in found],
    )


@api.get("/devices/{device_id}/schedule/day", may=MEMBERS)
def show_day(device: Device, query: DayQuery) -> DayShown:
    """Show what a device shows on a day, from when to when."""
    now, machine = clock.now(), making.machine(device)
    day = query.date or now.astimezone(machine.zone).date()
    try:
        found = days.of(assignments.programmes(device, now), machine, day)
    except OverflowError:
        raise invalid("date", "Outside the years that can be told") from None
    numbers: dict[tuple[str, int], int] = {}
    items, spans = list[Scheduled](), list[SpanShown]()
    for begins, ends, slots in found.spans:
        for slot in slots:
            if numbers.setdefault(_key(slot), len(items)) == len(items):
                items.append(_scheduled(slot))
        shown = [numbers[_key(slot)] for slot in slots]
        spans.append(SpanShown(clock.timestamp(begins), clock.timestamp(ends), shown))
    return DayShown(
        date=day.isoformat(),
        time_zone=device.told.time_zone,
        from_at=clock.timestamp(found.begins),
        until_at=clock.timestamp(found.ends),
        told_until_at=clock.timestamp(found.told_until),
        items=items,
        spans=spans,
    )


def _key(slot: Slot) -> tuple[str, int]:
    """Tell slots apart: by the item of a playlist, which lives as long as the answer is made."""
    return slot.facts.asset_id, id(slot.item)


def _scheduled(slot: Slot) -> Scheduled:
    return Scheduled(
        slot.facts.asset_id,
        slot.facts.version,
        slot.playlist_id,
        slot.rule,
        slot.duration_seconds,
    )
