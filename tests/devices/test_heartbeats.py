"""Heartbeats: what players say of themselves, and proof of what they played."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.core import clock
from tests.devices.wall import Json, Player, Wall


def play(asset_id: str, at: datetime, version: int = 1, seconds: float = 10) -> Json:
    started_at = clock.timestamp(at)
    return {
        "asset_id": asset_id,
        "version": version,
        "started_at": started_at,
        "seconds": seconds,
    }


def beat(wall: Wall, player: Player, **said: Any) -> None:
    answer = wall.as_player(player, "POST", "heartbeat", said)
    assert (answer.status, answer.content) == (204, b""), answer.content


def fetched(wall: Wall, player: Player) -> None:
    """Let a player fetch all files of its manifest."""
    for one in wall.manifest(player)["assets"]:
        parts = urlsplit(one["content"]["url"])
        assert wall.cloud.fetch("GET", f"{parts.path}?{parts.query}").status == 302


def report(wall: Wall, query: str = "") -> list[Json]:
    answer = wall.get(f"/plays/?limit=200{query}", "editor")
    assert answer.status == 200, answer.content
    found: list[Json] = answer.json["items"]
    return found


def test_a_device_shows_what_its_heartbeat_said(wall: Wall) -> None:
    player = wall.device(board="pi3")
    said = {
        "agent_version": "1.2.0",
        "anthias_version": "2026.08.2",
        "board": "pi5",
        "memory_bytes": 2**33,
        "free_bytes": 5,
        "playing": wall.asset("one"),
        "errors": [],
        "played": [],
    }
    before = clock.timestamp(clock.now())
    beat(wall, player, **said)
    shown = wall.get(f"/devices/{player.id}/").json
    del said["played"]
    assert {name: shown[name] for name in said} == said
    assert before <= shown["last_seen_at"] <= clock.timestamp(clock.now())
    many = [*(f"error {number}" for number in range(999)), {"code": 7}, {"message": "a\n" * 900}]
    beat(wall, player, errors=many)
    errors = wall.get(f"/devices/{player.id}/").json["errors"]
    assert (len(errors), errors[0], errors[-2]) == (20, "error 981", '{"code":7}')
    assert errors[-1].startswith("a a a")
    assert len(errors[-1]) == 300
    assert wall.get(f"/devices/{player.id}/").json["board"] == "pi3"


@pytest.mark.parametrize(
    "said",
    [
        {"free_bytes": -1},
        {"playing": 1},
        {"uptime": 3},
        {"played": [{"asset_id": "x"}]},
        {"played": [{"asset_id": "x", "version": 1, "started_at": "now", "seconds": 1}]},
        {"errors": "many"},
    ],
)
def test_a_heartbeat_that_says_nothing_of_the_kind_is_refused(wall: Wall, said: Json) -> None:
    player = wall.device()
    wall.assert_refused(wall.as_player(player, "POST", "heartbeat", said), 422, "invalid")
    assert wall.get(f"/devices/{player.id}/").json["last_seen_at"] is None


def test_plays_are_counted_once_by_day_device_and_version(wall: Wall) -> None:
    player, ids = wall.device(), [wall.asset(name) for name in ("one", "two")]
    wall.give(player, wall.playlist(*ids))
    fetched(wall, player)
    noon = clock.now().replace(hour=12) - timedelta(days=1)
    first = [play(ids[0], noon), play(ids[1], noon + timedelta(seconds=10), seconds=4.6)]
    beat(wall, player, played=first)
    beat(wall, player, played=first)  # the answer was lost
    midnight = noon.replace(hour=0, minute=0, second=0, microsecond=0)
    second = [play(ids[0], noon + timedelta(seconds=20 + number)) for number in range(90)]
    beat(wall, player, played=[*first, *second])
    beat(wall, player, played=[play(ids[0], midnight)])  # long over
    rows = {(row["asset_id"], row["version"]): row for row in report(wall)}
    assert {key: (row["plays"], row["seconds"]) for key, row in rows.items()} == {
        (ids[0], 1): (91, 910),
        (ids[1], 1): (1, 5),
    }
    row = rows[ids[0], 1]
    assert (row["date"], row["device_id"]) == (clock.timestamp(noon)[:10], player.id)
    assert (row["first_at"], row["last_at"]) == (
        clock.timestamp(noon),
        clock.timestamp(noon + timedelta(seconds=109)),
    )
    screens = wall.get(f"/assets/{ids[1]}/screens/").json["items"]
    assert len(screens) == 1
    assert screens[0]["device_id"] == player.id
    assert screens[0]["fetches"] == 1
    assert screens[0]["fetched_at"] > screens[0]["first_played_at"] == rows[ids[1], 1]["first_at"]


def test_plays_over_midnight_are_of_two_days(wall: Wall) -> None:
    player, asset_id = wall.device(), wall.asset("one")
    wall.give(player, wall.playlist(asset_id))
    fetched(wall, player)
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    around = [play(asset_id, midnight + timedelta(seconds=offset)) for offset in (-10, 0, 10)]
    beat(wall, player, played=around)
    assert [(row["date"], row["plays"]) for row in report(wall)] == [
        (clock.timestamp(midnight)[:10], 2),
        (clock.timestamp(midnight - timedelta(days=1))[:10], 1),
    ]


def test_plays_of_what_a_device_never_had_or_by_a_wrong_clock_are_not_counted(wall: Wall) -> None:
    player, mine, unfetched = wall.device(), wall.asset("one"), wall.asset("two")
    wall.give(player, wall.playlist(mine))
    fetched(wall, player)
    other = wall.cloud.post("/collections/", wall.other.email("admin"), {"name": "x"}).json["id"]
    now = clock.now()
    wrong = [
        play(mine, now - timedelta(days=365)),
        play(mine, now + timedelta(days=365)),
        play(mine, now - timedelta(seconds=9), version=2),
        play(unfetched, now - timedelta(seconds=8)),
        play(other, now - timedelta(seconds=7)),
        play("x" * 5000, now - timedelta(seconds=6)),
        play("a#b", now - timedelta(seconds=6)),
    ]
    beat(wall, player, played=wrong)
    assert report(wall) == []
    beat(wall, player, played=[*wrong, play(mine, now - timedelta(seconds=5))])
    assert [row["plays"] for row in report(wall)] == [1]


def test_two_players_with_one_token_harm_nobody_else(wall: Wall) -> None:
    player, neighbour, asset_id = wall.device(), wall.device(), wall.asset("one")
    for one in (player, neighbour):
        wall.give(one, wall.playlist(asset_id))
        fetched(wall, one)
    now = clock.now() - timedelta(minutes=1)
    for offset in range(4):  # both tell of the same seconds
        for board in ("pi4-64", "x86"):
            beat(
                wall, player, board=board, played=[play(asset_id, now + timedelta(seconds=offset))]
            )
    beat(wall, neighbour, played=[play(asset_id, now)])
    counted = {row["device_id"]: row["plays"] for row in report(wall)}
    assert counted == {player.id: 4, neighbour.id: 1}


def test_the_report_is_filtered_paged_and_written_as_csv(wall: Wall) -> None:
    players, ids = [wall.device(), wall.device()], [wall.asset(name) for name in ("one", "two")]
    now = clock.now() - timedelta(days=2)
    for player in players:
        wall.give(player, wall.playlist(*ids))
        fetched(wall, player)
        played = [
            play(asset_id, now + timedelta(days=day, seconds=number))
            for day in (0, 1)
            for number, asset_id in enumerate(ids)
        ]
        beat(wall, player, played=played)
    rows = report(wall)
    assert len(rows) == 8
    assert rows == sorted(rows, key=lambda row: row["date"], reverse=True)
    assert len(report(wall, f"&device_id={players[0].id}")) == 4
    assert len(report(wall, f"&asset_id={ids[0]}")) == 4
    assert len(report(wall, f"&asset_id={ids[0]}&device_id={players[0].id}")) == 2
    day = clock.timestamp(now)[:10]
    assert len(report(wall, f"&since={day}&until={day}")) == 4
    paged: list[Json] = []
    cursor = ""
    while True:
        page = wall.get(f"/plays/?limit=3{cursor}", "editor").json
        paged += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert paged == rows
    answer = wall.get("/plays/", "editor", headers={"accept": "text/csv"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["asset_id"] for row in table] == [row["asset_id"] for row in rows]
    assert table[0]["plays"] == "1"
    for query in ("since=2026-01-01&until=2026-12-31", "since=2026-02-01&until=2026-01-01"):
        wall.assert_refused(wall.get(f"/plays/?{query}", "editor"), 422, "invalid")
    wall.assert_refused(wall.get("/plays/", "viewer"), 403, "forbidden")
    theirs = wall.cloud.get(f"/plays/?device_id={players[0].id}", wall.other.email("admin"))
    assert theirs.json["items"] == []
