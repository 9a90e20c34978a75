"""What there is to hand over: each slice above says how it hands over what is its own."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from chalicelib.core.hooks import Hook
from chalicelib.core.outbox import Person
from chalicelib.core.pages import Position


class Handing(NamedTuple):
    """Who hands over to whom, and which admin has asked for it."""

    tenant_id: str
    giver: Person
    taker: Person
    actor: Person


class Moved(NamedTuple):
    """How many things one slice of work has handed over, and where the next one starts."""

    number: int
    position: Position = None


class Part(NamedTuple):
    """One kind of what a member owns.

    `take` hands over some of it from a position on, and is idempotent; a position of None as its
    answer says that there is no more.
    """

    kind: str
    take: Callable[[Handing, Position, datetime], Moved]


parts: Hook[Sequence[Part]] = Hook("what does a member own, and how is it handed over?")
