"""Proof of play: how often each version was on each device's screen, by day."""

from datetime import date, timedelta
from typing import NamedTuple

from chalicelib.core import pages
from chalicelib.core.pages import Position
from chalicelib.devices.reports.models import DayPlays, day_key

MOST_DAYS = 92


class Plays(NamedTuple):
    """What was on one device's screen on a day; times are RFC 3339."""

    day: str
    device_id: str
    asset_id: str
    version: int
    plays: int
    seconds: int
    first_at: str
    last_at: str


class Wanted(NamedTuple):
    """Which plays: of days, the last one included, and of one device or asset alone."""

    first: date
    last: date
    device_id: str | None
    asset_id: str | None


Place = dict[str, str | dict[str, dict[str, str]] | None]
"""Where a page stopped: the day, and the position within it."""


def page(
    tenant_id: str, wanted: Wanted, limit: int, position: Place | None
) -> tuple[list[Plays], Place | None]:
    """Read one page of a tenant's plays, the newest day first.

    Returns:
        The plays, and where the next page starts or None.
    """
    day = wanted.last if position is None else date.fromisoformat(str(position["day"]))
    start = _start(position)
    found: list[Plays] = []
    while True:
        part, start = _of_day(tenant_id, day, wanted, limit - len(found), start)
        found += part
        if start is None:
            day -= timedelta(days=1)
        if day < wanted.first:
            return found, None
        if len(found) >= limit:
            return found, {"day": day.isoformat(), "at": start}


def _of_day(
    tenant_id: str, day: date, wanted: Wanted, limit: int, start: Position
) -> tuple[list[Plays], Position]:
    ours = None if wanted.device_id is None else DayPlays.sk.startswith(f"{wanted.device_id}#")
    key = day_key(tenant_id, day.isoformat())

    def read(at_most: int, position: Position) -> tuple[list[DayPlays], Position]:
        return pages.read(DayPlays, key, ours, limit=at_most, position=position)

    def keep(item: DayPlays) -> Plays | None:
        device_id, asset_id, version = item.sk.split("#")
        if wanted.asset_id not in (None, asset_id):
            return None
        counted = (item.plays, item.seconds, item.first_at, item.last_at)
        return Plays(day.isoformat(), device_id, asset_id, int(version), *counted)

    return pages.kept(
        read,
        keep,
        lambda item: {"pk": {"S": item.pk}, "sk": {"S": item.sk}},
        limit=limit,
        position=start,
    )


def _start(position: Place | None) -> Position:
    at = None if position is None else position["at"]
    return at if isinstance(at, dict) else None
