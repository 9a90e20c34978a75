"""What the sweepers have to look after: a sparse index, sharded so that no partition gets hot."""

import hashlib
import logging
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any, Protocol

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.core import clock, entrypoint
from chalicelib.core.tables import ConditionFailed, Item, update

log = logging.getLogger(__name__)

SHARDS = 4
_READ_AHEAD = 25_000
"""How many keys of a shard one sweep reads, so that it sees whose turn it is; some 5 MB."""

_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
_FAILED = re.compile(r"(.*)#failed-(\d+)")


class ByDue(GlobalSecondaryIndex[Any]):
    """Items by the time at which a sweeper should look after them."""

    class Meta:  # noqa: D106
        index_name = "by_due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class Due(Item):
    """An item that a sweeper has to look after while it has the two attributes of the index.

    `due_at` is the time and the item's name; and, where looking after it has failed, how often.
    """

    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)

    @classmethod
    def due_actions(cls, moment: datetime | None, identifier: str) -> list[Action]:
        """Return the update actions that make an item due at a time; at None, never."""
        if moment is None:
            return [cls.due_shard.remove(), cls.due_at.remove()]
        shard, due_at = due_key(moment, identifier)
        return [cls.due_shard.set(shard), cls.due_at.set(due_at)]

    def make_due(self, moment: datetime | None, identifier: str) -> None:
        """Have this item, which is still to be written, be due at a time; at None, never."""
        self.due_shard, self.due_at = due_key(moment, identifier) if moment else (None, None)


class Indexed(Protocol):
    """An item as the index tells of it: its keys, and when it is due."""

    pk: Any
    sk: Any
    due_at: Any


def due_key(moment: datetime, identifier: str) -> tuple[str, str]:
    """Return the shard and the sort key under which something is found once it is due."""
    shard = int(hashlib.sha256(identifier.encode()).hexdigest(), 16) % SHARDS
    return str(shard), f"{clock.timestamp(moment)}#{identifier}"


def attend(
    model: Any,
    look_after: Callable[[Any, datetime], None],
    now: datetime,
    has_time: Callable[[], bool] = entrypoint.has_time,
) -> int:
    """Look after what is due, the tenants in turns; return how much there was.

    What cannot be looked after holds up nothing else: it is due again later, and later each time.

    Args:
        model: the table's items, with an index `by_due`.
        look_after: gets an item's keys alone, and reads it, since the index may be behind.
        now: the time.
        has_time: whether to go on; what is left over is still due.
    """
    seen = 0
    for item in _in_turns(overdue(model, now)):
        if not has_time():
            log.warning("no time left", extra={"attended": seen})
            break
        seen += 1
        try:
            look_after(item, now)
        except Exception:
            log.exception("not looked after", extra={"item": f"{item.pk} {item.sk}"})
            _put_off(model, item, now)
    return seen


def overdue(model: Any, now: datetime) -> list[Indexed]:
    """Read what is due, the longest overdue first."""
    until = model.due_at < clock.timestamp(now)
    found = [
        item
        for shard in range(SHARDS)
        for item in model.by_due.query(str(shard), until, limit=_READ_AHEAD)
    ]
    return sorted(found, key=lambda item: str(item.due_at))


def _in_turns(items: list[Indexed]) -> Iterator[Indexed]:
    """Take one item of each tenant, then the next of each, so that many of one hold up no other."""
    by_tenant: dict[str, list[Indexed]] = {}
    for item in items:
        by_tenant.setdefault(str(item.pk).partition("#")[0], []).append(item)
    for turn in zip_longest(*by_tenant.values()):
        yield from (item for item in turn if item is not None)


def _put_off(model: Any, item: Indexed, now: datetime) -> None:
    """Make an item due later that could not be looked after, twice as late each time."""
    name, failures = str(item.due_at).partition("#")[2], 1
    if failed := _FAILED.fullmatch(name):
        name, failures = failed[1], int(failed[2]) + 1
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(failures - 1, 10))
    later = f"{clock.timestamp(now + wait)}#{name}#failed-{failures}"
    try:
        same = model.due_at == item.due_at
        update(model(item.pk, item.sk), model.due_at.set(later), condition=same)
    except ConditionFailed:
        log.info("due at another time meanwhile", extra={"item": f"{item.pk} {item.sk}"})
