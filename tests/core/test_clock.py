"""Time and ids."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import clock

MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)
)


def test_an_id_is_a_uuid_of_version_7_in_lower_case() -> None:
    import uuid

    ids = [clock.new_id() for _ in range(200)]
    for text in ids:
        parsed = uuid.UUID(text)
        assert str(parsed) == text
        assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
    assert len(set(ids)) == 200


@given(MOMENTS)
def test_an_id_carries_its_time(moment: datetime) -> None:
    assert timedelta() <= moment - clock.id_time(clock.new_id(moment)) < timedelta(seconds=0.0011)


@given(MOMENTS, MOMENTS)
def test_ids_sort_as_their_times_do(one: datetime, other: datetime) -> None:
    if abs(one - other) >= timedelta(milliseconds=1):
        assert (clock.new_id(one) < clock.new_id(other)) == (one < other)


@given(MOMENTS, MOMENTS)
def test_timestamps_sort_as_their_times_do(one: datetime, other: datetime) -> None:
    if abs(one - other) >= timedelta(milliseconds=1):
        assert (clock.timestamp(one) < clock.timestamp(other)) == (one < other)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 678901, UTC), "2026-01-02T03:04:05.678Z"),
        (datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2))), "2025-12-31T22:00:00.000Z"),
        (datetime(7, 1, 1, tzinfo=UTC), "0007-01-01T00:00:00.000Z"),
    ],
)
def test_a_time_is_written_in_utc_with_z(moment: datetime, text: str) -> None:
    assert clock.timestamp(moment) == text
