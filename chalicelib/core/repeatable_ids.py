"""What a request makes: under an Idempotency-Key its ids are the same whenever it is sent."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import NamedTuple

from chalicelib.core import clock


class Making(NamedTuple):
    """One request's making of something new.

    Args:
        begun: when the request was sent first.
        seed: decides the ids; chance does where the request has no key.
        is_repeat: it was begun before, so that what it makes may be there already.
    """

    begun: datetime
    seed: str
    is_repeat: bool = False

    def id(self, kind: str) -> str:
        """Return the id of the one thing of a kind that the request makes."""
        return clock.derived_id(self.begun, f"{self.seed} {kind}")


_under_way: ContextVar[Making | None] = ContextVar("making", default=None)


def under_way(now: datetime) -> Making:
    """Return the making of the request under way, or one of its own for what has no key."""
    return _under_way.get() or Making(now, secrets.token_hex(16))


@contextmanager
def as_request(making: Making) -> Iterator[None]:
    """Have what is made meanwhile be made by a request with a key."""
    token = _under_way.set(making)
    try:
        yield
    finally:
        _under_way.reset(token)
