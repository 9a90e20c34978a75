"""What somebody has to look after: a sparse index, sharded so that no partition gets hot."""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.core import clock

log = logging.getLogger(__name__)

SHARDS = 4
_AT_ONCE = 100


class ByDue(GlobalSecondaryIndex[Any]):
    """Items by the time at which somebody should look after them."""

    class Meta:  # noqa: D106
        index_name = "by_due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


def due_key(moment: datetime, identifier: str) -> tuple[str, str]:
    """Give the shard and the sort key under which something is found once it is due."""
    shard = int(hashlib.sha256(identifier.encode()).hexdigest(), 16) % SHARDS
    return str(shard), f"{clock.timestamp(moment)}#{identifier}"


def attend(model: Any, look_after: Callable[[Any, datetime], None], now: datetime) -> int:
    """Look after everything that is due; gives how much there was.

    One thing that cannot be looked after holds up no other.

    Args:
        model: the table's items, with an index `by_due`.
        look_after: gets an item's keys alone, and reads it, since the index may be behind.
        now: the time.
    """
    seen = 0
    for shard in range(SHARDS):
        until = model.due_at < clock.timestamp(now)
        for item in model.by_due.query(str(shard), until, limit=_AT_ONCE):
            seen += 1
            try:
                look_after(item, now)
            except Exception:
                log.exception("not looked after", extra={"item": f"{item.pk} {item.sk}"})
    return seen
