"""Idempotency-Key: the same request sent again gets the answer of the first."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from chalicelib.core import clock, repeatable_ids
from chalicelib.core.api.replies import Reply
from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.errors import IdempotencyKeyReused, RequestInProgress, invalid
from chalicelib.core.repeatable_ids import Making
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, insert, replace, update

KEPT = timedelta(hours=24)
_LEASE = timedelta(seconds=40)
"""A request lives 29 seconds at most, so one that is older than this has died."""


class KeptReply(msgspec.Struct):
    """The answer of a request; the body is JSON-like."""

    status: int | None
    headers: dict[str, str]
    body: Any


class KeptRequest(Model):
    """A request with an Idempotency-Key, and its answer once there is one.

    `begun_at` is when it was sent first, and `lease_until` until when a process works on it; 0 when
    nobody does.
    """

    class Meta:  # noqa: D106
        table_name = settings().requests_table

    pk = UnicodeAttribute(hash_key=True)
    body_hash = UnicodeAttribute()
    begun_at = UnicodeAttribute(null=True)
    lease_until = IntegerAttribute()
    reply = StructAttribute(KeptReply, null=True)
    ttl = IntegerAttribute()


class Attempt:
    """One run of a request: either the saved answer, or the chance to make it."""

    def __init__(self, saved: Reply[Any] | None) -> None:
        self.saved = saved
        self.made: Reply[Any] | None = None

    def keep(self, reply: Reply[Any]) -> None:
        """Remember the answer for those who ask again."""
        self.made = reply

    @property
    def reply(self) -> Reply[Any]:
        """The answer, saved or made."""
        reply = self.saved or self.made
        assert reply is not None
        return reply


@contextmanager
def once(scope: str, key: str, body: bytes) -> Iterator[Attempt]:
    """Run a request once per key; failures are not kept, so they can be tried again.

    What failed, or died, without an answer may have made something. The same request finds that
    again, since the ids of what it makes come from the key.

    Raises:
        IdempotencyKeyReused: the key came with another body before.
        RequestInProgress: the first request still runs.
    """
    if not 1 <= len(key) <= 255:
        raise invalid("Idempotency-Key", "1 to 255 characters")
    item, repeats = _claim(f"{scope}#{key}", hashlib.sha256(body).hexdigest(), clock.now())
    if item.reply is not None:
        yield Attempt(Reply(item.reply.body, item.reply.status, item.reply.headers))
        return
    attempt, held = Attempt(None), KeptRequest.lease_until == item.lease_until
    seed = f"{item.pk} {item.body_hash}"
    try:
        with repeatable_ids.as_request(
            Making(datetime.fromisoformat(item.begun_at), seed, repeats)
        ):
            yield attempt
    except BaseException:
        with suppress(ConditionFailed):  # its time was over, and another process has taken it
            update(item, KeptRequest.lease_until.set(0), condition=held)
        raise
    made = attempt.reply
    shown = msgspec.to_builtins(made.body)
    if made.secrets:
        shown |= dict.fromkeys(made.secrets)
    kept = KeptReply(made.status, dict(made.headers), shown)
    with suppress(ConditionFailed):
        update(item, KeptRequest.reply.set(kept), KeptRequest.lease_until.set(0), condition=held)


def _claim(pk: str, body_hash: str, now: datetime) -> tuple[KeptRequest, bool]:
    """Take a request for a while; return it, with its answer if it has one.

    The second value says whether it was begun before, and did not answer.
    """
    begun = clock.timestamp(now)
    item = KeptRequest(
        pk,
        body_hash=body_hash,
        begun_at=begun,
        lease_until=int((now + _LEASE).timestamp()),
        ttl=int((now + KEPT).timestamp()),
    )
    try:
        insert(item)
        return item, False
    except ConditionFailed:
        pass
    try:
        stored = KeptRequest.get(pk, consistent_read=True)
    except KeptRequest.DoesNotExist:  # DynamoDB has just dropped it, a day and more after its end
        raise RequestInProgress(headers={"Retry-After": "1"}) from None
    is_over = stored.ttl < now.timestamp()  # DynamoDB removes it days later
    failed = stored.reply is None and stored.lease_until == 0
    same = stored.body_hash == body_hash
    if not same and not is_over and not failed:
        raise IdempotencyKeyReused
    if stored.reply is not None and not is_over:
        return stored, False
    if stored.lease_until >= int(now.timestamp()):
        raise RequestInProgress(headers={"Retry-After": "1"})
    repeats = same and not is_over
    if repeats:
        item.begun_at, item.ttl = stored.begun_at or begun, stored.ttl
    unclaimed = KeptRequest.lease_until == stored.lease_until
    unclaimed &= KeptRequest.ttl == stored.ttl
    try:
        replace(item, condition=unclaimed)
    except ConditionFailed:
        raise RequestInProgress(headers={"Retry-After": "1"}) from None
    return item, repeats
