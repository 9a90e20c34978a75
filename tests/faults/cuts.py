"""Cutting a flow at each of its calls in turn."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from tests.faults import truth
from tests.faults.stories import Flow
from tests.faults.wire import Call, Fault, Plan
from tests.faults.world import World
from tests.journeys.pipeline import assert_nothing_unscanned_is_readable

Way = Literal[Fault, "denied"]
"""How a call goes wrong; what is `denied` was done, and AWS says to the SDK, which has lost the
answer and asks again, that it was not."""

_READS = ("Get", "List", "Query", "Scan", "Head")
_TRANSACTION = "TransactWriteItems"


@dataclass
class Cuts:
    """The calls of a flow, how often each way cut it, and how many ends were to be put right."""

    calls: list[Call]
    ways: Counter[Way] = field(default_factory=Counter)
    ends: int = 0

    @property
    def writes(self) -> int:
        """How many of the calls change something."""
        return sum(not _is_read(call) for call in self.calls)

    @property
    def transactions(self) -> int:
        """How many of them write several items."""
        return sum(call.operation == _TRANSACTION for call in self.calls)


def cut_everywhere(world: World, flow: Flow, *, thorough: bool = False) -> Cuts:
    """Cut a flow at each call in every way, and see that all is put right afterwards.

    What a cut leaves behind is put right once: where another cut has left the very same, the same
    follows from it.

    Args:
        world: where it happens.
        flow: what is cut.
        thorough: take twice the time to let another process overtake it at its reads, too, and
            members try, once, half-way, to get at bytes by all that the API has.

    Raises:
        AssertionError: something does not hold; its notes say where the flow was cut.
    """
    world.reset(1)
    flow.prepare(world)
    kept = world.keep()
    calls: list[Call] = []
    flow.step(world, calls.append)
    cuts, proven = Cuts(calls), {world.standing()}
    _ends_well(world)
    for call in calls:
        for way in _ways(call, thorough):
            world.go_back(kept)
            cuts.ways[way] += 1
            try:
                flow.step(world, _cut(call.number, way))
                if thorough and way == "refused" and call is calls[len(calls) // 2]:
                    assert_nothing_unscanned_is_readable(world.pipeline)
                if (standing := world.standing()) not in proven:
                    proven.add(standing)
                    truth.nothing_unscanned(world)
                    _ends_well(world)
            except Exception as error:
                error.add_note(f"{flow.name}: {way} at call {call.number}, {call.operation}")
                raise
    cuts.ends = len(proven)
    return cuts


def _ways(call: Call, thorough: bool) -> Iterator[Way]:
    """Give the ways in which a call can go wrong that leave something of their own behind.

    A process that dies leaves what it has written. So dying before a call is dying after the write
    before it, or before the first call of all; and a read that is sent twice changes nothing.
    """
    yield "refused"
    if call.number == 1:
        yield "dies before"
    if not _is_read(call):
        yield from ("dies after", "answer lost")
    if call.operation == _TRANSACTION:
        yield "denied"
    if thorough or not _is_read(call):
        yield "overtaken"


def _is_read(call: Call) -> bool:
    return call.operation.startswith(_READS)


def _ends_well(world: World) -> None:
    world.settle()
    truth.all_is_well(world)


def _cut(number: int, way: Way) -> Plan:
    """Let one call suffer; a service that refuses goes on to refuse."""

    def plan(call: Call) -> Fault | None:
        if way == "denied":
            return {number: "answer lost", number + 1: "refused"}.get(call.number)
        refused = way == "refused" and call.number > number
        return way if call.number == number or refused else None

    return plan
