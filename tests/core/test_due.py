"""What is due is looked after: failures put off, tenants in turns, for as long as there is time."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chalice.app import CloudWatchEvent

from chalicelib.assets.models import AnyItem
from chalicelib.core import due, entrypoint
from chalicelib.core.tables import find, update
from tests.cloud import Cloud

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _nothing_is_due(cloud: Cloud) -> None:
    """Look after what other tests have left behind."""
    del cloud
    due.attend(AnyItem, Worker(), NOW + timedelta(days=1))


def make(tenant_id: str, count: int, moment: datetime = NOW - MINUTE, shard: str = "") -> list[str]:
    """Have things of a tenant be due, all in one shard if one is given; give their keys."""
    made = []
    with AnyItem.batch_write() as batch:
        for number in range(count):
            item = AnyItem(f"{tenant_id}#{number:05d}", "THING")
            item.make_due(moment, f"{tenant_id}-{number}")
            item.due_shard = shard or item.due_shard
            batch.save(item)
            made.append(str(item.pk))
    return made


class Worker:
    """Looks after things, of which some always fail, and remembers them."""

    def __init__(self, fails: Callable[[str], bool] = lambda pk: False) -> None:
        self.seen: list[str] = []
        self._fails = fails

    def __call__(self, item: Any, now: datetime) -> None:
        self.seen.append(item.pk)
        if self._fails(item.pk):
            raise ConnectionError("out of reach")
        update(AnyItem(item.pk, item.sk), *AnyItem.due_actions(None, ""))


def times(count: int) -> Callable[[], bool]:
    """Have time for so many things."""
    left = iter([True] * count)
    return lambda: next(left, False)


def test_many_that_always_fail_starve_nothing_of_their_shard(cloud: Cloud) -> None:
    poison = make("acme", 150, NOW - timedelta(hours=1), shard="2")
    good = make("acme-too", 3, shard="2")
    worker = Worker(fails=lambda pk: pk in poison)
    assert due.attend(AnyItem, worker, NOW, times(300)) == 153
    assert set(good) < set(worker.seen)
    worker.seen.clear()
    fresh = make("acme-too", 1, NOW, shard="2")
    assert due.attend(AnyItem, worker, NOW + MINUTE / 2, times(300)) == 1
    assert worker.seen == fresh


def test_what_fails_comes_again_at_growing_intervals(cloud: Cloud) -> None:
    (poison,) = make("acme", 1)
    worker, last, second = Worker(fails=lambda pk: True), NOW, MINUTE / 60
    due.attend(AnyItem, worker, last)
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        assert due.attend(AnyItem, worker, last + minutes * MINUTE - second) == 0
        last += minutes * MINUTE + second
        assert due.attend(AnyItem, worker, last) == 1
    update(AnyItem(poison, "THING"), *AnyItem.due_actions(last, "acme-0"))  # something new to do
    for minutes in (1, 1):
        last += minutes * MINUTE + second
        assert due.attend(AnyItem, worker, last) == 1


def test_what_is_put_off_by_its_own_work_is_not_put_off_twice(cloud: Cloud) -> None:
    (key,) = make("acme", 1)

    def put_off(item: Any, now: datetime) -> None:
        update(AnyItem(item.pk, item.sk), *AnyItem.due_actions(now + MINUTE, "acme-0"))
        raise ConnectionError("out of reach")

    due.attend(AnyItem, put_off, NOW)
    item = find(AnyItem, key, "THING")
    assert item is not None
    assert item.due_at == due.due_key(NOW + MINUTE, "acme-0")[1]


def test_one_tenants_1600_things_hold_up_no_other_tenant(cloud: Cloud) -> None:
    make("acme", 1600, NOW - timedelta(hours=1))
    (one,) = make("globex", 1)
    first = Worker()
    assert due.attend(AnyItem, first, NOW, times(2)) == 2
    assert one in first.seen
    others = make("globex", 20) + make("initech", 20)
    second = Worker()
    due.attend(AnyItem, second, NOW, times(60))
    assert Counter(pk.partition("#")[0] for pk in second.seen) == {
        "acme": 20,
        "globex": 20,
        "initech": 20,
    }
    assert set(others) < set(second.seen)


def test_a_sweep_goes_on_while_there_is_time_and_the_next_takes_what_is_left(cloud: Cloud) -> None:
    everything = make("acme", 600)
    first, second = Worker(), Worker()
    assert due.attend(AnyItem, first, NOW, times(450)) == 450
    assert due.attend(AnyItem, second, NOW, times(450)) == 150
    assert sorted(first.seen + second.seen) == sorted(everything)


def test_the_longest_overdue_of_a_tenant_comes_first(cloud: Cloud) -> None:
    late = make("acme", 8, NOW - MINUTE)
    early = make("acme-early", 8, NOW - 2 * MINUTE)
    worker = Worker()
    due.attend(AnyItem, worker, NOW)
    assert worker.seen[0] in early
    assert [pk for pk in worker.seen if pk in late] == sorted(
        late, key=lambda pk: due.due_key(NOW - MINUTE, f"acme-{int(pk[-5:])}")[1]
    )


def test_what_is_not_due_yet_waits(cloud: Cloud) -> None:
    make("acme", 3, NOW)
    worker = Worker()
    assert due.attend(AnyItem, worker, NOW) == 0
    assert due.attend(AnyItem, worker, NOW + MINUTE) == 3


@pytest.mark.parametrize(("left", "begins"), [(60_000, True), (10_001, True), (10_000, False)])
def test_a_scheduled_function_begins_nothing_when_its_time_is_nearly_over(
    left: int, begins: bool
) -> None:
    class Context:
        def get_remaining_time_in_millis(self) -> int:
            return left

    told = []

    @entrypoint.scheduled
    def look() -> None:
        told.append(entrypoint.has_time())

    fields = ("version", "account", "region", "detail", "detail-type", "source", "time", "id")
    look(CloudWatchEvent(dict.fromkeys((*fields, "resources"), ""), Context()))
    assert told == [begins]
    assert entrypoint.has_time()
