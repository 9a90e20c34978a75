"""Who changes what others change too begins again from what they left."""

import pytest

from chalicelib.core import tables
from chalicelib.core.errors import Conflict
from chalicelib.core.optimistic_locking import attempts, despite_others
from chalicelib.core.tables import ConditionFailed


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(tables.time, "sleep", waited.append)
    return waited


def faster(times: int) -> tuple[list[int], "Change"]:
    seen: list[int] = []
    return seen, Change(seen, times)


class Change:
    """A change to which others are faster a few times."""

    def __init__(self, seen: list[int], times: int) -> None:
        self._seen, self._times = seen, times

    def __call__(self, item: int) -> str:
        self._seen.append(item)
        if len(self._seen) <= self._times:
            raise ConditionFailed
        return f"made of {item}"


def test_what_nobody_else_changes_is_written_at_once(waits: list[float]) -> None:
    seen, change = faster(0)
    assert despite_others(change, 7, lambda old: old + 1, "no") == "made of 7"
    assert (seen, waits) == ([7], [])


def test_a_change_begins_again_from_what_is_there_now(waits: list[float]) -> None:
    seen, change = faster(3)
    assert despite_others(change, 7, lambda old: old + 1, "no") == "made of 10"
    assert seen == [7, 8, 9, 10]
    assert len(waits) == 3


def test_whoever_is_never_fast_enough_is_told(waits: list[float]) -> None:
    seen, change = faster(99)
    with pytest.raises(Conflict, match="Too many"):
        despite_others(change, 0, lambda old: old + 1, "Too many at once.", most=5)
    assert seen == [0, 1, 2, 3, 4]
    assert len(waits) == 4
    assert all(wait <= 0.5 for wait in waits)


def test_another_failure_is_no_reason_to_begin_again(waits: list[float]) -> None:
    def fail(item: int) -> None:
        raise LookupError(item)

    with pytest.raises(LookupError):
        despite_others(fail, 7, lambda old: old, "no")
    assert waits == []


def test_where_nobody_waits_for_an_answer_the_last_failure_is_raised(waits: list[float]) -> None:
    seen, change = faster(99)
    with pytest.raises(ConditionFailed):
        despite_others(change, 0, lambda old: old + 1, None, most=3)
    assert seen == [0, 1, 2]


def test_a_condition_that_says_something_else_is_raised_as_it_is(waits: list[float]) -> None:
    seen: list[int] = []

    def change() -> None:
        for attempt in attempts(0, lambda old: old + 1, None, is_overtaken=lambda f: f.index <= 1):
            with attempt as item:
                seen.append(item)
                raise ConditionFailed(item)

    with pytest.raises(ConditionFailed) as failed:
        change()
    assert (seen, failed.value.index) == ([0, 1, 2], 2)


def test_an_attempt_tells_whether_it_has_succeeded(waits: list[float]) -> None:
    told = []
    for attempt in attempts("read", lambda _: "read again", "no"):
        with attempt as item:
            told.append(item)
            if item == "read":
                raise ConditionFailed
        told.append(attempt.succeeded)
    assert told == ["read", False, "read again", True]
