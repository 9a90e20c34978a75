"""What a device shows: now, and as rows of Anthias's own schedule that stay true for a while.

Anthias shows every row that is enabled, between two dates, on its days and between two times of the
local day. Most items are such a row as they stand. Where several items name one asset, or a
playlist of a higher priority hides it meanwhile, the row is the one window in which that comes to
the same; and where no one window does, the next time that it is shown, until which the row holds.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from chalicelib.devices.playlists.contents import AssetFacts, Contents
from chalicelib.devices.playlists.definition import PlaylistItem, Rule, is_before, is_over
from chalicelib.devices.schedules import boards, windows
from chalicelib.devices.schedules.boards import File
from chalicelib.devices.schedules.windows import Window
from chalicelib.processing.conversion.boards import Obstacle

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2099, 12, 31, tzinfo=UTC)
"""What Anthias is told where nobody says when something begins or ends, since it wants to know."""

_AHEAD = timedelta(days=8)
"""A local week and a day: no row that is one time alone lies further ahead."""

_DEFAULT_SECONDS = 10


class Machine(NamedTuple):
    """What a plan depends on of a device."""

    board: str | None
    zone: ZoneInfo


class Slot(NamedTuple):
    """An asset in one item of one playlist, and the file of it that the board plays."""

    facts: AssetFacts
    file: File | None
    item: PlaylistItem
    playlist_id: str
    priority: int

    @property
    def rule(self) -> Rule | None:
        """The rule that put it there, if one did."""
        return self.item.rule

    @property
    def duration_seconds(self) -> int:
        """How long it is shown; a film lasts as long as it does."""
        if self.facts.seconds:
            return max(1, round(self.facts.seconds))
        return self.item.duration_seconds or _DEFAULT_SECONDS


class Row(NamedTuple):
    """A slot as Anthias schedules it: between two times, in a window of the local week."""

    slot: Slot
    begins: datetime
    ends: datetime
    window: Window


class LeftOut(NamedTuple):
    """An asset that a playlist names and the board does not play."""

    asset_id: str
    reason: Obstacle


class Plan(NamedTuple):
    """The rows of a device in their order, what is left out, and until when that is so."""

    rows: list[Row]
    left_out: list[LeftOut]
    until: datetime


def playing(programmes: Iterable[Contents], machine: Machine, at: datetime) -> list[Slot]:
    """Return what a device shows at a time, in order; each asset once."""
    minute = windows.minute_of(at.astimezone(machine.zone))
    for _, slots in _by_priority(programmes, machine, at):
        shown: dict[str, Slot] = {}
        for slot in slots:
            if not is_before(slot.item, at) and windows.holds(_minutes(slot.item), minute):
                shown.setdefault(slot.facts.asset_id, slot)
        if shown:
            return list(shown.values())
    return []


def plan(programmes: Sequence[Contents], machine: Machine, now: datetime, most: timedelta) -> Plan:
    """Return the rows by which Anthias shows what `playing` says, from now on.

    Args:
        programmes: what its playlists come to, in their order.
        machine: the device.
        now: the present time.
        most: the plan is looked at anew after so much time at the latest.
    """
    slots = [slot for _, group in _by_priority(programmes, machine, now) for slot in group]
    until = min([now + most, *boundaries(programmes, now)])
    shift = _next_shift(machine.zone, now)
    present, future = _by_asset(slots, now)
    shown = _shown(slot for slot in slots if not is_before(slot.item, now))
    rows: dict[str, Row] = {}
    for asset_id in dict.fromkeys(slot.facts.asset_id for slot in slots):
        own, ahead = present.get(asset_id, []), future.get(asset_id, [])
        found = shown.get(asset_id, windows.NEVER)
        if not own:
            rows[asset_id] = _as_it_stands(min(ahead, key=_begins))
        elif len(own) == 1 and not ahead and found == _minutes(own[0].item):
            rows[asset_id] = _as_it_stands(own[0])
        elif found != windows.NEVER:
            window = windows.fitting(found)
            row = _once(own, found, machine.zone, now) if window is None else _often(own, window)
            if window is None:
                row = row._replace(ends=min(row.ends, shift))
                until = min(until, row.ends if row.begins < row.ends else shift)
            if row.begins < row.ends:
                rows[asset_id] = row
    return Plan(list(rows.values()), list(_left_out(programmes, machine, rows)), until)


def boundaries(programmes: Iterable[Contents], now: datetime) -> Iterator[datetime]:
    """Yield the times to come at which an item or an asset's rights begin or end."""
    for contents in programmes:
        moments = [one for item in contents.items for one in (item.start_at, item.end_at)]
        for facts in contents.assets:
            moments += [_moment(facts.valid_from), _moment(facts.expires_at)]
        yield from (one for one in moments if one is not None and one > now)


def _by_priority(
    programmes: Iterable[Contents], machine: Machine, at: datetime
) -> Iterator[tuple[int, list[Slot]]]:
    """Yield the slots that may be shown from a time on, the highest priority first."""
    ordered = sorted(programmes, key=lambda one: -one.priority)
    for priority, group in groupby(ordered, key=lambda one: one.priority):
        yield priority, [slot for one in group for slot in _slots(one, machine, at)]


def _slots(contents: Contents, machine: Machine, at: datetime) -> Iterator[Slot]:
    for item_index, asset_index in contents.entries:
        item, facts = contents.items[item_index], contents.assets[asset_index]
        if is_over(item, at) or not _has_rights(facts, at):
            continue
        file = boards.choose(facts.files, machine.board)
        if not isinstance(file, str):
            yield Slot(facts, file, item, contents.playlist_id, contents.priority)


def _left_out(
    programmes: Iterable[Contents], machine: Machine, rows: dict[str, Row]
) -> Iterator[LeftOut]:
    seen = set(rows)
    for contents in programmes:
        for facts in contents.assets:
            file = boards.choose(facts.files, machine.board)
            if isinstance(file, str) and facts.asset_id not in seen:
                seen.add(facts.asset_id)
                yield LeftOut(facts.asset_id, file)


def _by_asset(
    slots: Iterable[Slot], now: datetime
) -> tuple[dict[str, list[Slot]], dict[str, list[Slot]]]:
    """Sort slots by asset: those whose dates include a time, and those that begin later."""
    present: dict[str, list[Slot]] = {}
    future: dict[str, list[Slot]] = {}
    for slot in slots:
        place = future if is_before(slot.item, now) else present
        place.setdefault(slot.facts.asset_id, []).append(slot)
    return present, future


def _shown(slots: Iterable[Slot]) -> dict[str, int]:
    """Return by asset the minutes of the week in which it is shown, the higher priority first."""
    covered, shown = windows.NEVER, dict[str, int]()
    for _, group in groupby(slots, key=lambda slot: slot.priority):
        together = windows.NEVER
        for slot in group:
            own = _minutes(slot.item) & ~covered
            shown[slot.facts.asset_id] = shown.get(slot.facts.asset_id, windows.NEVER) | own
            together |= own
        covered |= together
    return shown


def _as_it_stands(slot: Slot) -> Row:
    begins, ends = _dates(slot)
    return Row(slot, begins, ends, _window(slot.item))


def _often(own: Sequence[Slot], window: Window) -> Row:
    """Return the row of an asset that several slots show, or that is hidden at times."""
    begins = min(_dates(one)[0] for one in own)
    return Row(own[0], begins, max(_dates(one)[1] for one in own), window)


def _once(own: Sequence[Slot], found: int, zone: ZoneInfo, now: datetime) -> Row:
    """Return the row of the one time at which an asset is shown now, or else next."""
    run = windows.next_run(found, windows.minute_of(now.astimezone(zone)))
    assert run is not None  # what is shown always, or never, fits a window
    whole = _often(own, Window())
    starts = now.replace(second=0, microsecond=0) + timedelta(minutes=run.start)
    stops = starts + timedelta(minutes=run.length)
    return whole._replace(begins=max(whole.begins, starts), ends=min(whole.ends, stops))


def _begins(slot: Slot) -> datetime:
    return _dates(slot)[0]


def _next_shift(zone: ZoneInfo, now: datetime) -> datetime:
    """Return when a zone's clock is next put forward or back within some days, or `LATEST`."""
    before, after = now, now + _AHEAD
    offset = now.astimezone(zone).utcoffset()
    if after.astimezone(zone).utcoffset() == offset:
        return LATEST
    while after - before > timedelta(seconds=30):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(second=0, microsecond=0)


def _dates(slot: Slot) -> tuple[datetime, datetime]:
    """Return when a slot begins and ends: by its item and by the rights of its asset."""
    item, facts = slot.item, slot.facts
    begins = [item.start_at, _moment(facts.valid_from), EARLIEST]
    ends = [item.end_at, _moment(facts.expires_at), LATEST]
    return (
        max(one for one in begins if one is not None),
        min(one for one in ends if one is not None),
    )


def _has_rights(facts: AssetFacts, at: datetime) -> bool:
    begins, ends = _moment(facts.valid_from), _moment(facts.expires_at)
    return (begins is None or begins <= at) and (ends is None or at < ends)


def _window(item: PlaylistItem) -> Window:
    days = windows.EVERY_DAY if item.play_days is None else tuple(item.play_days)
    return Window(days, item.play_time_from, item.play_time_to)


def _minutes(item: PlaylistItem) -> int:
    return windows.minutes(_window(item))


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None
