"""Requests that wait for a change: each holds a function, so a member has few of them at a time.

They are counted on one item a member, which holds for all functions. Whoever dies while waiting
gives the place back when the wait would have been over.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.condition import size
from pynamodb.models import Model

from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.attributes import IntegerAttribute
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, update

PLACES = 3
"""How many requests of a member may wait at once."""

_KEPT = timedelta(hours=24)


class Waiting(Model):
    """Which requests of a member wait; each is the moment at which it ends, and its id."""

    class Meta:  # noqa: D106
        table_name = settings().requests_table

    pk = UnicodeAttribute(hash_key=True)
    requests = UnicodeSetAttribute(null=True)
    ttl = IntegerAttribute(null=True)


@contextmanager
def place(actor: Actor, seconds: float) -> Iterator[bool]:
    """Take one of the member's places for a request; yields whether there was one.

    Args:
        actor: whose request it is.
        seconds: how long it waits at most.
    """
    now = clock.now()
    ends_at = clock.timestamp(now + timedelta(seconds=seconds))
    mine = f"{ends_at} {clock.new_id(now)}"
    item = Waiting(f"WAITING#{actor.tenant_id}#{actor.id}")
    if not (_take(item, mine) or (_free(item) and _take(item, mine))):
        yield False
        return
    try:
        yield True
    finally:
        update(item, Waiting.requests.delete({mine}))


def _take(item: Waiting, mine: str) -> bool:
    enough = Waiting.requests.does_not_exist() | (size(Waiting.requests) < PLACES)
    kept_until = int((clock.now() + _KEPT).timestamp())
    try:
        update(
            item,
            Waiting.requests.add({mine}),
            Waiting.ttl.set(kept_until),
            condition=enough,
        )
    except ConditionFailed:
        return False
    return True


def _free(item: Waiting) -> bool:
    """Give back the places of those who died while waiting; says whether there were any."""
    try:
        stored = Waiting.get(item.pk, consistent_read=True)
    except Waiting.DoesNotExist:
        return True
    now = clock.timestamp(clock.now())
    over = {request for request in stored.requests or () if request < now}
    if over:
        update(item, Waiting.requests.delete(over))
    return bool(over) or len(stored.requests or ()) < PLACES
