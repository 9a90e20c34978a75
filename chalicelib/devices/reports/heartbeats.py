"""Heartbeats: what a player says of itself, and what it has played since it said so last."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby, islice
from typing import Annotated, NamedTuple

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.metadata.descriptions import Moment
from chalicelib.core import clock
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.tables import (
    ConditionFailed,
    Write,
    change,
    find,
    find_many,
    transact,
    update,
)
from chalicelib.devices import tokens
from chalicelib.devices.models import Device, Report, ShownVersion, shown_key
from chalicelib.devices.reports.models import DayPlays, plays_key
from chalicelib.devices.tokens import Player
from chalicelib.tenants import accounts

MOST_ERRORS, _LONGEST_ERROR = 20, 300
MOST_PLAYS = 5000

_EARLY, _LATE = timedelta(minutes=5), timedelta(days=31)
"""A play that is said to lie further ahead, or back, was timed by a clock that is wrong."""

_TOGETHER = 40
"""So many counters one transaction changes; each has a second item, and DynamoDB takes 100."""

_KEPT = timedelta(days=400)

Line = Annotated[str, msgspec.Meta(max_length=100)]
Detail = str | int | float | bool | None


class Played(msgspec.Struct, kw_only=True):
    """An asset that was on the screen.

    Attributes:
        asset_id: the asset.
        version: its version, as the manifest said.
        started_at: when it came on, by the player's clock.
        seconds: for how long.
    """

    asset_id: str
    version: Annotated[int, msgspec.Meta(ge=1, le=10**6)]
    started_at: Moment
    seconds: Annotated[float, msgspec.Meta(ge=0, le=31_536_000)]


class Heartbeat(msgspec.Struct, kw_only=True):
    """What a player says of itself.

    Attributes:
        agent_version: the version of its agent.
        anthias_version: the version of its Anthias.
        board: Anthias's name of its kind of machine.
        memory_bytes: its memory.
        free_bytes: the room on its disk.
        playing: the asset on the screen, by id; null for none.
        errors: what is wrong, as texts or objects, the newest last; of many the last 20 are kept.
        played: what was on the screen since the last heartbeat that was answered, in order; what is
            sent again is counted once.
    """

    agent_version: Line | None = None
    anthias_version: Line | None = None
    board: Line | None = None
    memory_bytes: Annotated[int, msgspec.Meta(ge=0, le=2**50)] | None = None
    free_bytes: Annotated[int, msgspec.Meta(ge=0, le=2**60)] | None = None
    playing: Line | None = None
    errors: list[str | dict[str, Detail]] = []
    played: Annotated[list[Played], msgspec.Meta(max_length=MOST_PLAYS)] = []


Seen = dict[tuple[str, int], str | None]
"""When each version of an asset was noted to be on the screen; None where it was not yet."""


class _Count(NamedTuple):
    plays: int
    seconds: float
    first_at: str
    last_at: str


def note(player: Player, said: Heartbeat, now: datetime) -> Report:
    """Keep what a player says, and count what it has played; return the report.

    Raises:
        Unauthenticated: its token was replaced, or it was deleted, meanwhile.
    """
    device = player.device
    report = Report(
        agent_version=said.agent_version,
        anthias_version=said.anthias_version,
        board=said.board,
        memory_bytes=said.memory_bytes,
        free_bytes=said.free_bytes,
        playing=said.playing,
        errors=[_line(error) for error in said.errors[-MOST_ERRORS:]],
    )
    actions = [Device.report.set(report), Device.heard_at.set(clock.timestamp(now))]
    if device.due_at is None:
        limit = accounts.settings_of(device.pk).device_silent_minutes
        actions += Device.due_actions(now + timedelta(minutes=limit), device.id)
        actions.append(Device.silent_since.remove())
    try:
        update(device, *actions, condition=Device.token_hash == device.token_hash)
    except ConditionFailed:
        raise tokens.refused() from None
    if said.played:
        _count(device, said.played, now)
    return report


def _line(error: str | Mapping[str, Detail]) -> str:
    text = error if isinstance(error, str) else _told(error)
    return " ".join(text.split())[:_LONGEST_ERROR]


def _told(error: Mapping[str, Detail]) -> str:
    """Return an error's message, or all that it says where it has none."""
    message = error.get("message")
    return message if isinstance(message, str) else msgspec.json.encode(error).decode()


def _count(device: Device, played: Iterable[Played], now: datetime) -> None:
    """Count plays once: those that began after the last one that was counted.

    A player shows one thing after the other, and sends again what was not answered, in order.
    """
    timely = [one for one in played if now - _LATE <= one.started_at <= now + _EARLY]
    seen = _known(device, {(one.asset_id, one.version) for one in timely})
    counted = sorted(
        (one for one in timely if (one.asset_id, one.version) in seen),
        key=lambda one: one.started_at,
    )
    for some in _parts(counted):
        device = despite_others(
            partial(_write, plays=some, seen=seen, now=now),
            device,
            lambda read: find(Device, read.pk, read.sk) or read,
            None,
        )


def _parts(plays: Iterable[Played]) -> Iterator[list[Played]]:
    """Part plays so that one transaction counts each part: of one day, and not too many."""
    for _, group in groupby(plays, key=lambda one: clock.timestamp(one.started_at)[:10]):
        day = iter(group)
        while some := list(islice(day, _TOGETHER)):
            yield some


def _write(device: Device, plays: Sequence[Played], seen: Seen, now: datetime) -> Device:
    """Add plays to the counters of their days, if they are news, and remember how far it is."""
    through = device.played_through
    news = [one for one in plays if through is None or clock.timestamp(one.started_at) > through]
    if not news:
        return device
    last = clock.timestamp(max(one.started_at for one in news))
    mark = Device.played_through
    unchanged = mark.does_not_exist() if through is None else mark == through
    writes = [change(device, mark.set(last), condition=Device.pk.exists() & unchanged)]
    for (day, asset_id, version), count in _counts(news).items():
        writes.append(_counter(device, day, asset_id, version, count, now))
        if (seen[asset_id, version] or "") < day:
            writes.append(_noted(device, asset_id, version, count))
    transact(*writes)
    device.played_through = last
    return device


def _counts(plays: Iterable[Played]) -> dict[tuple[str, str, int], _Count]:
    found: dict[tuple[str, str, int], _Count] = {}
    for one in plays:
        at = clock.timestamp(one.started_at)
        key = (at[:10], one.asset_id, one.version)
        before = found.get(key, _Count(0, 0.0, at, at))
        found[key] = _Count(before.plays + 1, before.seconds + one.seconds, before.first_at, at)
    return found


def _counter(
    device: Device, day: str, asset_id: str, version: int, count: _Count, now: datetime
) -> Write:
    first = DayPlays.first_at
    return change(
        DayPlays(*plays_key(str(device.pk), day, device.id, asset_id, version)),
        DayPlays.plays.add(count.plays),
        DayPlays.seconds.add(round(count.seconds)),
        first.set(first | count.first_at),
        DayPlays.last_at.set(count.last_at),
        DayPlays.ttl.set(int((now + _KEPT).timestamp())),
    )


def _noted(device: Device, asset_id: str, version: int, count: _Count) -> Write:
    """Note that a version is on the screen, once a day: its counters say it in detail."""
    since = ShownVersion.played_at
    return change(
        ShownVersion(*shown_key(str(device.pk), asset_id, version, device.id)),
        ShownVersion.device_id.set(device.id),
        ShownVersion.version.set(version),
        since.set(since | count.first_at),
        ShownVersion.last_played_at.set(count.last_at),
    )


def _known(device: Device, named: set[tuple[str, int]]) -> Seen:
    """Return which versions of which assets a device can have played, and when it last did.

    Files are those that it has fetched, and addresses those of the tenant's links.
    """
    tenant_id = str(device.pk)
    keys = {shown_key(tenant_id, *one, device.id): one for one in named}
    seen: Seen = {keys[one.pk, one.sk]: one.last_played_at for one in find_many(ShownVersion, keys)}
    others = {asset_id for asset_id, version in named if (asset_id, version) not in seen}
    there = catalog.find_many(tenant_id, others) if others else {}
    for asset_id, version in named:
        asset = there.get(asset_id)
        if asset is not None and asset.current.kind == "link" and version <= asset.last_version:
            seen.setdefault((asset_id, version), None)
    return seen
