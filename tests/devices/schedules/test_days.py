"""Whole days of devices: from when to when they show what."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from chalicelib.devices.schedules import days
from chalicelib.devices.schedules.planning import Machine
from tests.devices.schedules.test_planning import SHIFTS, ZONES, contents, item, model, some_item
from tests.devices.wall import Wall

EXAMPLES = 25
SOON = timedelta(microseconds=1)
"""Anthias shows nothing at the very time of its beginning yet."""


@pytest.mark.parametrize("name", ZONES)
def test_a_day_by_chance_is_told_as_it_is_shown(name: str) -> None:
    zone = ZoneInfo(name)
    for seed in range(EXAMPLES):
        chance, middle = random.Random(f"day of {name} {seed}"), SHIFTS[name]
        entries = [(chance.choice("abc"), some_item(chance, middle)) for _ in range(4)]
        programmes = [
            contents("one", entries[:2], 0),
            contents("two", entries[2:], chance.choice((0, 5))),
        ]
        found = days.of(programmes, Machine(None, zone), middle.astimezone(zone).date())
        assert found.told_until == found.ends
        assert (found.spans[0].begins, found.spans[-1].ends) == (found.begins, found.ends)
        for one, other in pairwise(found.spans):
            assert one.ends == other.begins
            assert one.slots != other.slots
        for begins, ends, slots in found.spans:
            shown = {slot.facts.asset_id for slot in slots}
            for moment in (begins + SOON, begins + SOON + (ends - begins - SOON) * chance.random()):
                assert shown == model(programmes, zone, moment), f"{moment}: {programmes}"
            assert shown == model(programmes, zone, ends - SOON)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Africa/Cairo", date(2026, 4, 24), 23),  # its midnight does not exist
        ("Pacific/Kiritimati", date(2026, 1, 1), 24),
    ],
)
def test_a_day_is_as_long_as_its_zone_says(zone: str, day: date, hours: int) -> None:
    found = days.of([], Machine(None, ZoneInfo(zone)), day)
    assert found.ends - found.begins == timedelta(hours=hours)
    assert [one.slots for one in found.spans] == [[]]


def test_a_day_of_more_changes_than_can_be_told_says_until_when_it_is() -> None:
    start = datetime(2026, 11, 26, tzinfo=UTC)
    entries = [
        ("a", item(start_at=start + timedelta(minutes=n), end_at=start + timedelta(minutes=n + 1)))
        for n in range(0, 900, 2)
    ]
    found = days.of([contents("one", entries, 0)], Machine(None, ZoneInfo("UTC")), start.date())
    assert found.told_until == start + timedelta(minutes=days.MOST_LOOKS)
    assert len(found.spans) == days.MOST_LOOKS
    assert found.spans[-1].ends == found.told_until


def test_a_devices_day_names_each_item_once(wall: Wall) -> None:
    player = wall.device(time_zone="Asia/Tokyo")
    night, day = wall.asset("night"), wall.asset("day")
    late = {"asset_id": night, "play_time_from": "22:00", "play_time_to": "06:00"}
    playlist = wall.playlist(late, {"asset_id": day, "duration_seconds": 7})
    wall.give(player, playlist)
    path = f"/devices/{player.id}/schedule/day/"
    told = wall.get(f"{path}?date=2026-11-27", "viewer").json
    assert told == {
        "date": "2026-11-27",
        "time_zone": "Asia/Tokyo",
        "from_at": "2026-11-26T15:00:00.000Z",
        "until_at": "2026-11-27T15:00:00.000Z",
        "told_until_at": "2026-11-27T15:00:00.000Z",
        "items": [
            {
                "asset_id": asset_id,
                "version": 1,
                "playlist_id": playlist,
                "rule": None,
                "duration_seconds": seconds,
            }
            for asset_id, seconds in ((night, 10), (day, 7))
        ],
        "spans": [
            {
                "from_at": "2026-11-26T15:00:00.000Z",
                "until_at": "2026-11-26T21:00:00.000Z",
                "items": [0, 1],
            },
            {
                "from_at": "2026-11-26T21:00:00.000Z",
                "until_at": "2026-11-27T13:00:00.000Z",
                "items": [1],
            },
            {
                "from_at": "2026-11-27T13:00:00.000Z",
                "until_at": "2026-11-27T15:00:00.000Z",
                "items": [0, 1],
            },
        ],
    }
    assert wall.get(path).json["time_zone"] == "Asia/Tokyo"
    for bad in ("9999-12-31", "0001-01-01", "2026-13-01", "today", ""):
        wall.assert_refused(wall.get(f"{path}?date={bad}"), 422, "invalid")
