"""A whole day of a device: what it shows from when to when."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from chalicelib.devices.playlists.contents import Contents
from chalicelib.devices.schedules import planning
from chalicelib.devices.schedules.planning import Machine, Slot

MOST_LOOKS = 200
"""At so many times of a day at most it is looked what is shown; what comes later is not told."""


class Span(NamedTuple):
    """What a device shows, in order, from one time until another."""

    begins: datetime
    ends: datetime
    slots: list[Slot]


class Day(NamedTuple):
    """A local day: its beginning and its end, until when it is told, and its spans in order."""

    begins: datetime
    ends: datetime
    told_until: datetime
    spans: list[Span]


def of(programmes: Sequence[Contents], machine: Machine, day: date) -> Day:
    """Return what a device shows on a day of its own time zone.

    Raises:
        OverflowError: the day lies at the end of the calendar.
    """
    begins, ends = _local(day, machine), _local(day + timedelta(days=1), machine)
    times = sorted({begins, *_changes(programmes, machine, begins, ends)})
    told_until = times[MOST_LOOKS] if len(times) > MOST_LOOKS else ends
    spans: list[Span] = []
    for since, until in pairwise([*times[:MOST_LOOKS], told_until]):
        slots = planning.playing(programmes, machine, since)
        if spans and spans[-1].slots == slots:
            spans[-1] = spans[-1]._replace(ends=until)
        else:
            spans.append(Span(since, until, slots))
    return Day(begins, ends, told_until, spans)


def _local(day: date, machine: Machine) -> datetime:
    """Return when a day begins: where its midnight does not exist, at the first time that does."""
    return datetime.combine(day, time(), machine.zone).astimezone(UTC)


def _changes(
    programmes: Sequence[Contents], machine: Machine, begins: datetime, ends: datetime
) -> Iterator[datetime]:
    """Yield the times of a day at which a window, a date or the clock's offset may change it."""
    clock_times = {"00:00"}
    for contents in programmes:
        for item in contents.items:
            clock_times |= {one for one in (item.play_time_from, item.play_time_to) if one}
    yield from (one for one in planning.boundaries(programmes, begins) if one < ends)
    before = begins.astimezone(machine.zone).utcoffset()
    moment = begins
    while moment < ends:
        local = moment.astimezone(machine.zone)
        if local.utcoffset() != before or f"{local:%H:%M}" in clock_times:
            yield moment
        before = local.utcoffset()
        moment += timedelta(minutes=1)
