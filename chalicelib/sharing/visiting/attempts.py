"""Attempts at guessing a secret: some are free, then each one has to wait twice as long."""

import math
from contextlib import suppress
from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core import clock, handles
from chalicelib.core.attributes import IntegerAttribute
from chalicelib.core.errors import Conflict, TooManyRequests
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, Item, delete, find, replace, update

_ATTEMPTS = "ATTEMPTS"
LONGEST_SECONDS = 3600
_FORGOTTEN = timedelta(days=1)
"""So long after the last attempt they are free again."""


class TooManyAttempts(TooManyRequests):
    """Too many attempts; wait as long as Retry-After says."""

    code, title = "too_many_attempts", "Too many attempts"


class Attempts(Item):
    """Failed attempts of one kind from one place (`pk` = a hash of both), in the handles table."""

    class Meta:  # noqa: D106
        table_name = settings().handles_table

    failures = IntegerAttribute(default=0)
    wait_until = UnicodeAttribute(default="")
    ttl = IntegerAttribute()


def take(what: str, free: int, now: datetime, longest_seconds: int = LONGEST_SECONDS) -> None:
    """Count an attempt before its secret is looked at; a right one is given back by `forget`.

    Args:
        what: the thing guessed at and where from, which no one but Reef can tell from the table.
        free: how many attempts need not wait.
        now: when.
        longest_seconds: no wait is longer.

    Raises:
        TooManyAttempts: it comes too early.
    """

    def count(read: Attempts | None) -> None:
        if read is not None and read.ttl <= now.timestamp():
            failures = 0
        else:
            failures = 0 if read is None else read.failures
        if read is not None and failures and clock.timestamp(now) < read.wait_until:
            wait = datetime.fromisoformat(read.wait_until) - now
            seconds = max(1, math.ceil(wait.total_seconds()))
            raise TooManyAttempts(headers={"Retry-After": str(seconds)})
        failures += 1
        wait_seconds = 0 if failures < free else min(longest_seconds, 2 ** (failures - free))
        unchanged = (
            Attempts.pk.does_not_exist()
            if read is None
            else (Attempts.failures == read.failures) & (Attempts.wait_until == read.wait_until)
        )
        counted = Attempts(
            _key(what),
            _ATTEMPTS,
            failures=failures,
            wait_until=clock.timestamp(now + timedelta(seconds=wait_seconds)),
            ttl=int((now + _FORGOTTEN).timestamp()),
        )
        replace(counted, unchanged)

    try:
        despite_others(count, _read(what), lambda _: _read(what), "Too many try at once.")
    except Conflict:
        raise TooManyAttempts(headers={"Retry-After": "1"}) from None


def forget(what: str) -> None:
    """Drop what was counted, once the secret was right."""
    delete(Attempts(_key(what), _ATTEMPTS))


def give_back(what: str) -> None:
    """Take back one attempt that was counted, once the secret was right."""
    with suppress(ConditionFailed):
        counted = Attempts(_key(what), _ATTEMPTS)
        update(counted, Attempts.failures.add(-1), condition=Attempts.failures > 0)


def _read(what: str) -> Attempts | None:
    return find(Attempts, _key(what), _ATTEMPTS)


def _key(what: str) -> str:
    return handles.key("attempts", what)
