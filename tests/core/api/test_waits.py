"""Places for requests that wait: few for each member, given back in every case."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from itertools import count

import pytest

from chalicelib.core import clock
from chalicelib.core.api import waits
from chalicelib.core.api.identity import Actor
from tests.cloud import Cloud

_numbers = count(1)


@pytest.fixture
def member(cloud: Cloud) -> Actor:
    """Somebody who does not wait for anything yet."""
    return Actor("acme", f"member{next(_numbers)}", "a@acme.test", frozenset())


def waiting(member: Actor) -> set[str]:
    """Give a member's requests that wait."""
    return set(waits.Waiting.get(f"WAITING#acme#{member.id}").requests or ())


def test_three_have_a_place_and_a_fourth_has_none_until_one_is_given_back(member: Actor) -> None:
    with ExitStack() as held:
        assert held.enter_context(waits.place(member, 20))
        assert held.enter_context(waits.place(member, 20))
        with waits.place(member, 20) as third, waits.place(member, 20) as fourth:
            assert (third, fourth) == (True, False)
        with waits.place(member, 20) as again:
            assert again
    assert waiting(member) == set()


def test_members_have_places_of_their_own(member: Actor) -> None:
    other = Actor("acme", f"{member.id}other", "b@acme.test", frozenset())
    with ExitStack() as held:
        for _ in range(waits.PLACES):
            held.enter_context(waits.place(member, 20))
        with waits.place(other, 20) as granted:
            assert granted


def test_who_breaks_off_gives_the_place_back(member: Actor) -> None:
    with pytest.raises(RuntimeError), waits.place(member, 20):
        raise RuntimeError
    assert waiting(member) == set()


def test_places_of_requests_that_died_are_free_when_their_time_is_over(member: Actor) -> None:
    now = clock.now()
    over = {f"{clock.timestamp(now - timedelta(seconds=1))} {number}" for number in (1, 2)}
    alive = {f"{clock.timestamp(now + timedelta(seconds=9))} 3"}
    waits.Waiting(f"WAITING#acme#{member.id}", requests=over | alive).save()
    with waits.place(member, 20) as granted:
        assert granted
    assert waiting(member) == alive


def test_of_many_at_once_three_have_a_place(member: Actor) -> None:
    with ExitStack() as held, ThreadPoolExecutor(8) as threads:
        places = [waits.place(member, 20) for _ in range(8)]
        granted = list(threads.map(lambda place: held.enter_context(place), places))
        assert sum(granted) == waits.PLACES
