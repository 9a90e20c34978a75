"""What a request with a key makes has the same ids whenever it is sent."""

from datetime import UTC, datetime, timedelta

from chalicelib.core import clock
from chalicelib.core.repeatable_ids import Making, as_request, under_way

NOW = datetime(2026, 11, 26, 12, 30, 0, 123_000, tzinfo=UTC)


def test_ids_come_from_the_seed_and_carry_the_time_at_which_it_was_sent_first() -> None:
    first, again = Making(NOW, "acme POST k"), Making(NOW, "acme POST k", is_repeat=True)
    assert first.id("asset") == again.id("asset")
    assert clock.id_time(first.id("asset")) == NOW
    assert first.id("asset")[14] == "7"
    assert first.id("asset")[19] == "8"


def test_each_kind_seed_and_time_has_ids_of_its_own() -> None:
    made = {
        Making(moment, seed).id(kind)
        for moment in (NOW, NOW + timedelta(milliseconds=1))
        for seed in ("a", "b")
        for kind in ("asset", "upload")
    }
    assert len(made) == 8


def test_without_a_key_chance_decides() -> None:
    assert under_way(NOW).id("asset") != under_way(NOW).id("asset")
    assert not under_way(NOW).is_repeat


def test_a_request_is_under_way_until_it_ends() -> None:
    making = Making(NOW, "seed", is_repeat=True)
    with as_request(making):
        assert under_way(NOW + timedelta(hours=1)) is making
    assert under_way(NOW) is not making
