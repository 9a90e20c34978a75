"""Windows of a local week as sets of minutes, each a whole number with a bit for a minute.

Bit 0 is Monday, 0:00. Weeks go round: what passes Sunday's midnight goes on on Monday.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

DAY = 1440
WEEK = 7 * DAY
NEVER, ALWAYS = 0, (1 << WEEK) - 1
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


class Window(NamedTuple):
    """Days of the week, 1 for Monday, and two times of the day, or None for the whole day."""

    days: tuple[int, ...] = EVERY_DAY
    begins: str | None = None
    ends: str | None = None


class Run(NamedTuple):
    """Minutes in a row: the first one, and how many."""

    start: int
    length: int


@lru_cache(maxsize=2048)
def minutes(window: Window) -> int:
    """Return the minutes of a window; one that passes midnight belongs to its first day."""
    first, length = 0, DAY
    if window.begins is not None and window.ends is not None:
        first = _of_day(window.begins)
        length = (_of_day(window.ends) - first) % DAY
    found = 0
    for day in window.days:
        found |= ((1 << length) - 1) << ((day - 1) * DAY + first)
    return (found & ALWAYS) | (found >> WEEK)


def minute_of(local: datetime) -> int:
    """Return the minute of the week of a local time."""
    return local.weekday() * DAY + local.hour * 60 + local.minute


def holds(found: int, minute: int) -> bool:
    """Return whether a minute is among others."""
    return bool(found >> minute & 1)


def fitting(found: int) -> Window | None:
    """Return the window that has exactly these minutes, or None where no one window has."""
    if found == ALWAYS:
        return Window()
    whole = tuple(
        day for day in EVERY_DAY if found >> (day - 1) * DAY & ((1 << DAY) - 1) == (1 << DAY) - 1
    )
    if whole and minutes(Window(whole)) == found:
        return Window(whole)
    runs = list(_runs(found))
    shapes = {(run.start % DAY, run.length) for run in runs}
    if len(shapes) != 1:
        return None
    first, length = shapes.pop()
    if length >= DAY:
        return None
    days = tuple(sorted(run.start // DAY + 1 for run in runs))
    return Window(days, _written(first), _written((first + length) % DAY))


def next_run(found: int, minute: int) -> Run | None:
    """Return the run of minutes that a minute lies in, or else the next one after it.

    Its start is counted from the given minute, and is not positive where that lies in it. None
    where there is none, or none ends.
    """
    if found in (NEVER, ALWAYS):
        return None
    turned = (found >> minute | found << (WEEK - minute)) & ALWAYS
    if not turned & 1:
        start = _lowest(turned)
        return Run(start, _lowest(~(turned >> start)))
    back = 0
    while turned >> (WEEK - 1 - back) & 1:
        back += 1
    return Run(-back, back + _lowest(~turned))


def _runs(found: int) -> Iterator[Run]:
    before = (found << 1 | found >> (WEEK - 1)) & ALWAYS
    starts = found & ~before
    while starts:
        start = _lowest(starts)
        starts &= starts - 1
        turned = (found >> start | found << (WEEK - start)) & ALWAYS
        yield Run(start, _lowest(~turned))


def _lowest(bits: int) -> int:
    """Return the position of the lowest bit that is set."""
    return (bits & -bits).bit_length() - 1


def _of_day(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:5])


def _written(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
