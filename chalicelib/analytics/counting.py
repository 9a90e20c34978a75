"""Counting visits: each once, however often, however late and by however many workers.

A visit's marker is written in the transaction that adds to the counters. Those are kept in shards,
so that no partition of the table bears all the writes of a link that everybody opens; workers take
the shards in turn, and the visits of a batch are added up before anything is written.
"""

import itertools
import random
from collections import Counter as Numbers
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from chalicelib.analytics import openings, tallies
from chalicelib.analytics.models import CountedVisit, Counter, SeenVisitor
from chalicelib.analytics.tallies import Part, ReadProgram, Scope, Seen, Tally
from chalicelib.analytics.visits import Visit
from chalicelib.core import clock
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, Write, back_off, change, images, put, transact

SHARDS = 8
"""One of them takes some 200 transactions a second before a partition's 1,000 units are used."""

_ATTEMPTS = 12

_REMEMBERED = timedelta(days=20)
"""Longer than a visit can come again: a queue keeps it for 4 days, a dead-letter queue for 14."""

_KEPT = timedelta(days=400)
"""Reports go back 365 days."""

NAMES = {"country": 300, "browser": 40, "referrer": 60, "asset": 50, "share": 50}
"""How many different names of a kind one counter takes; what comes later counts as `other`.

Strangers can invent referrers and programs, and nobody bounds the assets that are seen in a day. A
counter of a day has some 10 KB at most so, 25 with the longest names of hosts, and reports of a
year stay quick. Workers who add to it at the same time may each bring in the names of one
transaction more, which leads nowhere near DynamoDB's limit of 400 KB.
"""

OTHER = "other"

_shards = itertools.cycle(random.sample(range(SHARDS), SHARDS))
"""In turn, so that the writes of a process are spread evenly; processes begin anywhere."""


def count(visits: Iterable[Visit], read_program: ReadProgram) -> None:
    """Count visits, and record which shares were opened. Idempotent."""
    for chunk in tallies.chunks(tallies.parts(visits, read_program)):
        _count(chunk)


def counter_key(tenant_id: str, scope: Scope, shard: int) -> str:
    """Return the partition key of a shard."""
    return f"{tenant_id}#{scope.kind}#{scope.id}#{shard}"


def bounded(numbers: Numbers[str], there: Collection[str]) -> Numbers[str]:
    """Put names that a counter has no place for under `other`, the rarest first.

    Args:
        numbers: what is to be added, by attribute.
        there: the attributes that the counter has.
    """
    taken = Numbers(name.partition(":")[0] for name in there)
    kept: Numbers[str] = Numbers()
    for name, number in numbers.most_common():
        kind = name.partition(":")[0]
        if kind in NAMES and name not in there and name != f"{kind}:{OTHER}":
            if taken[kind] >= NAMES[kind]:
                name = f"{kind}:{OTHER}"
            else:
                taken[kind] += 1
        kept[name] += number
    return kept


def _count(chunk: list[Part]) -> None:
    """Count what is not counted yet; again from what is there, when another worker was faster."""
    for attempt in range(_ATTEMPTS):
        try:
            _count_new(chunk, next(_shards), consistent=attempt > 0)
            return
        except ConditionFailed:
            if attempt == _ATTEMPTS - 1:
                raise
        back_off(attempt)


def _count_new(chunk: list[Part], shard: int, *, consistent: bool) -> None:
    tenant_id = chunk[0].visit.tenant_id
    markers = {_marker(part): part for part in chunk}
    seen = {_seen(tenant_id, one): one for part in chunk for one in tallies.first_seen(part)}
    days = {(scope, part.day) for part in chunk for scope in part.scopes}
    counters = {
        (counter_key(tenant_id, scope, shard), f"DAY#{day}"): (scope, day) for scope, day in days
    }
    keys = [*markers, *seen, *counters]
    there = images(settings().analytics_table, keys, consistent=consistent)
    new = {key: part for key, part in markers.items() if key not in there}
    if not new:
        return
    wanted = {one for part in new.values() for one in tallies.first_seen(part)}
    first = {key: one for key, one in seen.items() if one in wanted and key not in there}
    sums = tallies.tallies(new.values(), first.values())
    writes = [
        *(put(_marked(key, part), _absent()) for key, part in new.items()),
        *(put(_remembered(key, one), _absent()) for key, one in first.items()),
    ]
    for key, (scope, day) in counters.items():
        if (scope, day) in sums:
            writes.append(_addition(key, day, sums[scope, day], there.get(key, {})))
    transact(*writes, *_totals(tenant_id, sums, shard), *openings.records(new.values()))


def _addition(
    key: tuple[str, str], day: str, tally: Tally, there: dict[str, dict[str, str]]
) -> Write:
    """Return what adds a tally to its counter."""
    numbers = bounded(tally.numbers, there.keys())
    actions: list[Action] = [Path([name]).add(number) for name, number in numbers.items() if number]
    ttl = int((datetime.fromisoformat(f"{day}T00:00:00+00:00") + _KEPT).timestamp())
    actions.append(Counter.ttl.set(ttl))
    if tally.last_at is not None:
        before = there.get("last_at", {}).get("S", "")
        actions.append(Counter.last_at.set(max(before, clock.timestamp(tally.last_at))))
    return change(Counter(*key), *actions)


def _totals(tenant_id: str, sums: Mapping[tuple[Scope, str], Tally], shard: int) -> Iterator[Write]:
    """Return what adds the views of share links, of whatever days, to what they have had so far."""
    views: Numbers[Scope] = Numbers()
    for (scope, _), tally in sums.items():
        if scope.kind == "share":
            views[scope] += tally.numbers["views"]
    for scope, number in views.items():
        if number:
            total = Counter(counter_key(tenant_id, scope, shard), "TOTAL")
            yield change(total, Counter.views.add(number))


def _marker(part: Part) -> tuple[str, str]:
    return f"{part.visit.tenant_id}#{part.visit.id}", f"VISIT#{part.number}"


def _seen(tenant_id: str, seen: Seen) -> tuple[str, str]:
    return f"{tenant_id}#{seen.visitor}", f"SEEN#{seen.day}#{seen.scope.kind}#{seen.scope.id}"


def _marked(key: tuple[str, str], part: Part) -> CountedVisit:
    return CountedVisit(*key, ttl=int((part.visit.at + _REMEMBERED).timestamp()))


def _remembered(key: tuple[str, str], seen: Seen) -> SeenVisitor:
    day = datetime.fromisoformat(f"{seen.day}T00:00:00+00:00")
    return SeenVisitor(*key, ttl=int((day + _REMEMBERED).timestamp()))


def _absent() -> Condition:
    return Path("pk").does_not_exist()
