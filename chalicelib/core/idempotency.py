"""Idempotency-Key: the same request sent again gets the answer of the first."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import msgspec
from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.core import clock
from chalicelib.core.errors import IdempotencyKeyReused, RequestInProgress, invalid
from chalicelib.core.http import Reply
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, insert, update

KEPT = timedelta(hours=24)
_LEASE = timedelta(seconds=40)
"""A request lives 29 seconds at most, so one that is older than this has died."""


class KeptRequest(Model):
    """A request with an Idempotency-Key, and its answer once there is one."""

    class Meta:  # noqa: D106
        table_name = settings().requests_table

    pk = UnicodeAttribute(hash_key=True)
    body_hash = UnicodeAttribute()
    lease_until = NumberAttribute()
    reply: Any = JSONAttribute(null=True)
    ttl = NumberAttribute()


class Attempt:
    """One run of a request: either the saved answer, or the chance to make it."""

    def __init__(self, saved: Reply | None) -> None:
        self.saved = saved
        self.made: Reply | None = None

    def keep(self, reply: Reply) -> None:
        """Remember the answer for those who ask again."""
        self.made = reply

    @property
    def reply(self) -> Reply:
        """The answer, saved or made."""
        reply = self.saved or self.made
        assert reply is not None
        return reply


@contextmanager
def once(scope: str, key: str, body: bytes) -> Iterator[Attempt]:
    """Run a request once per key; failures are not kept, so they can be tried again.

    Raises:
        IdempotencyKeyReused: the key came with another body before.
        RequestInProgress: the first request still runs.
    """
    if not 1 <= len(key) <= 255:
        raise invalid("Idempotency-Key", "1 to 255 characters")
    now = clock.now()
    item, saved = _claim(f"{scope}#{key}", hashlib.sha256(body).hexdigest(), now)
    if saved is not None:
        yield Attempt(saved)
        return
    attempt = Attempt(None)
    try:
        yield attempt
    except BaseException:
        item.delete()
        raise
    made = attempt.reply
    kept = {"status": made.status, "headers": made.headers, "body": msgspec.to_builtins(made.body)}
    update(item, KeptRequest.reply.set(kept), KeptRequest.lease_until.set(0))


def _claim(pk: str, body_hash: str, now: datetime) -> tuple[KeptRequest, Reply | None]:
    lease = int((now + _LEASE).timestamp())
    item = KeptRequest(
        pk, body_hash=body_hash, lease_until=lease, ttl=int((now + KEPT).timestamp())
    )
    try:
        insert(item)
        return item, None
    except ConditionFailed:
        pass
    try:
        stored = KeptRequest.get(pk, consistent_read=True)
    except KeptRequest.DoesNotExist:  # the first request has just failed, and was not kept
        raise RequestInProgress(headers={"Retry-After": "1"}) from None
    if stored.ttl < now.timestamp():  # DynamoDB removes it days later
        item.save()
        return item, None
    if stored.body_hash != body_hash:
        raise IdempotencyKeyReused
    if stored.reply is not None:
        return stored, Reply(**stored.reply)
    try:
        mine = KeptRequest.lease_until == stored.lease_until
        over = KeptRequest.lease_until < int(now.timestamp())
        update(stored, KeptRequest.lease_until.set(lease), condition=mine & over)
    except ConditionFailed:
        raise RequestInProgress(headers={"Retry-After": "1"}) from None
    return stored, None
