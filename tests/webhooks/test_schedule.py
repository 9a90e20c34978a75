"""The pauses grow, and all attempts lie within a day."""

from datetime import timedelta
from itertools import pairwise

from chalicelib.webhooks import schedule


def test_the_first_attempts_follow_within_seconds_and_the_last_within_a_day() -> None:
    pauses = []
    while (pause := schedule.pause_after(len(pauses) + 1)) is not None:
        pauses.append(pause)
    assert pauses[0] == timedelta(seconds=5)
    assert all(earlier <= later for earlier, later in pairwise(pauses))
    assert timedelta(hours=20) < sum(pauses, timedelta()) < schedule.PATIENCE
    assert len(pauses) == 10


def test_a_slow_receiver_rests_longer_each_time_and_an_hour_at_most() -> None:
    rests = [schedule.rest_after(number) for number in range(1, 30)]
    assert rests[0] == timedelta(seconds=5)
    assert all(earlier <= later for earlier, later in pairwise(rests))
    assert rests[-1] == timedelta(hours=1)
