"""What a device shows, tried by chance against Anthias's own rule and a model of the playlists."""

import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from chalicelib.assets.faces import Face, Rendition
from chalicelib.devices.manifests import rows as anthias
from chalicelib.devices.playlists.contents import AssetFacts, Contents
from chalicelib.devices.playlists.definition import PlaylistItem
from chalicelib.devices.schedules import boards, planning, windows
from chalicelib.devices.schedules.boards import File
from chalicelib.devices.schedules.planning import Machine, Row
from chalicelib.devices.schedules.windows import Run, Window
from tests.devices.schedules.anthias import is_active

ZONES = ("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
"""Five: with daylight saving of an hour and of half an hour, and without."""

SHIFTS = {
    "Europe/Berlin": datetime(2026, 3, 29, 1, tzinfo=UTC),
    "America/St_Johns": datetime(2026, 11, 1, 4, 30, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    "Asia/Kathmandu": datetime(2026, 6, 1, tzinfo=UTC),
    "UTC": datetime(2026, 12, 31, 12, tzinfo=UTC),
}
"""In the middle of the days that are tried; of zones that have some a change of the clock."""

MOST = timedelta(minutes=10)
EXAMPLES = int(os.environ.get("REEF_EXAMPLES", "5"))


def facts(asset_id: str, **more: Any) -> AssetFacts:
    file = File(None, "image/png", 9, "5e" * 32, ".png")
    return AssetFacts(asset_id, 1, asset_id, "image", {"h264": file}, **more)


def written(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(anthias.written("tenant", row))
    return found


def item(**terms: Any) -> PlaylistItem:
    return PlaylistItem(asset_id="x", **terms)


def contents(name: str, items: list[tuple[str, PlaylistItem]], priority: int = 0) -> Contents:
    ids = list(dict.fromkeys(asset_id for asset_id, _ in items))
    return Contents(
        name,
        priority,
        [one for _, one in items],
        [facts(one) for one in ids],
        [(number, ids.index(one)) for number, (one, _) in enumerate(items)],
    )


def some_item(chance: random.Random, middle: datetime) -> PlaylistItem:
    """Make an item as people do: most of it whole, now and then with odd times."""
    terms: dict[str, Any] = {}
    if chance.random() < 0.6:
        first, last = chance.sample(range(0, 1440, chance.choice((1, 15, 30))), 2)
        terms["play_time_from"] = f"{first // 60:02}:{first % 60:02}"
        terms["play_time_to"] = f"{last // 60:02}:{last % 60:02}"
    if chance.random() < 0.4:
        terms["play_days"] = sorted(chance.sample(range(1, 8), chance.randint(1, 6)))
    for name, sign in (("start_at", -1), ("end_at", 1)):
        if chance.random() < 0.3:
            minutes = chance.randint(-900, 2000)
            terms[name] = middle + sign * timedelta(minutes=minutes)
    if "start_at" in terms and "end_at" in terms and terms["end_at"] <= terms["start_at"]:
        del terms["end_at"]
    return item(**terms)


def model(programmes: list[Contents], zone: ZoneInfo, now: datetime) -> set[str]:
    """Say what is shown by the playlists, each item asked by Anthias's rule, without any plan."""
    for priority in sorted({one.priority for one in programmes}, reverse=True):
        shown = set()
        for one in (one for one in programmes if one.priority == priority):
            for item_index, asset_index in one.entries:
                terms = one.items[item_index]
                row = {
                    "is_enabled": True,
                    "start_date": (terms.start_at or planning.EARLIEST).isoformat(),
                    "end_date": (terms.end_at or planning.LATEST).isoformat(),
                    "play_days": terms.play_days or [1, 2, 3, 4, 5, 6, 7],
                    "play_time_from": terms.play_time_from,
                    "play_time_to": terms.play_time_to,
                }
                if is_active(row, now, zone):
                    shown.add(one.assets[asset_index].asset_id)
        if shown:
            return shown
    return set()


@pytest.mark.parametrize("name", ZONES)
def test_a_day_by_chance_is_what_anthias_shows(name: str) -> None:
    zone = ZoneInfo(name)
    for seed in range(EXAMPLES):
        chance = random.Random(f"{name} {seed}")
        middle = SHIFTS[name]
        names = "abcde"[: chance.randint(2, 5)]
        programmes = [
            contents(
                f"playlist {number}",
                [
                    (chance.choice(names), some_item(chance, middle))
                    for _ in range(chance.randint(1, 4))
                ],
                chance.choice((0, 0, 5)),
            )
            for number in range(chance.randint(1, 3))
        ]
        _check_day(programmes, Machine(None, zone), middle, chance)


def _check_day(
    programmes: list[Contents], machine: Machine, middle: datetime, chance: random.Random
) -> None:
    now = middle - timedelta(hours=13)
    while now < middle + timedelta(hours=13):
        plan = planning.plan(programmes, machine, now, MOST)
        rows = {row.slot.facts.asset_id: written(row) for row in plan.rows}
        moments = {now, *(now + (plan.until - now) * chance.random() for _ in range(3))}
        for moment in sorted(moments):
            wanted = model(programmes, machine.zone, moment)
            playing = planning.playing(programmes, machine, moment)
            context = f"at {moment} of the plan of {now}: {programmes}, {rows}"
            assert {slot.facts.asset_id for slot in playing} == wanted, context
            shown = {one for one, row in rows.items() if is_active(row, moment, machine.zone)}
            assert shown == wanted, context
            again = planning.plan(programmes, machine, moment, MOST)
            if moment < plan.until:
                assert again.rows == plan.rows, context
        # The next poll after what the plan is good for; never on a second that somebody named.
        now = plan.until + timedelta(seconds=chance.uniform(1, 59))


def test_one_item_is_the_row_that_it_says() -> None:
    night = item(play_days=[5], play_time_from="22:00", play_time_to="06:00", duration_seconds=7)
    machine, now = Machine(None, ZoneInfo("UTC")), datetime(2026, 11, 26, 12, tzinfo=UTC)
    (row,) = planning.plan([contents("p", [("a", night)])], machine, now, MOST).rows
    said = written(row)
    assert (said["play_days"], said["play_time_from"], said["play_time_to"]) == (
        [5],
        "22:00:00",
        "06:00:00",
    )
    assert (said["start_date"], said["end_date"]) == (
        "2000-01-01T00:00:00Z",
        "2099-12-31T00:00:00Z",
    )
    assert (said["duration"], said["mimetype"], said["is_enabled"]) == (7, "image", True)


def test_a_playlist_that_is_hidden_at_night_is_a_row_of_the_day_by_itself() -> None:
    night = contents("n", [("moon", item(play_time_from="22:00", play_time_to="06:00"))], 9)
    always = contents("d", [("sun", item())])
    machine, now = Machine(None, ZoneInfo("UTC")), datetime(2026, 11, 26, 12, tzinfo=UTC)
    rows = planning.plan([always, night], machine, now, MOST).rows
    found = {row.slot.facts.asset_id: row.window for row in rows}
    assert found["sun"] == Window(windows.EVERY_DAY, "06:00", "22:00")
    assert found["moon"] == Window(windows.EVERY_DAY, "22:00", "06:00")
    hiding = contents("h", [("all", item())], 1)
    rows = planning.plan([always, hiding], machine, now, MOST).rows
    assert [row.slot.facts.asset_id for row in rows] == ["all"]


def test_rights_that_end_end_a_row_and_the_plan() -> None:
    now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    soon, machine = now + timedelta(minutes=3), Machine(None, ZoneInfo("UTC"))
    one = contents("p", [("a", item())])
    one.assets[0].expires_at = soon.isoformat()
    plan = planning.plan([one], machine, now, MOST)
    assert (plan.rows[0].ends, plan.until) == (soon, soon)
    assert planning.plan([one], machine, soon, MOST).rows == []
    assert planning.playing([one], machine, soon) == []
    one.assets[0].expires_at, one.assets[0].valid_from = None, soon.isoformat()
    assert planning.plan([one], machine, now, MOST)[::2] == ([], soon)


def test_films_go_to_boards_that_decode_them_and_what_nothing_plays_is_told_of() -> None:
    sha = {name: name * 32 for name in ("0a", "1b", "2c")}
    film = Face(number=1, filename="f", kind="video", content_type="video/mp4", size_bytes=9)
    film.sha256 = sha["0a"]
    waiting = boards.files_of(film)
    for name, digest, codec in (("master", "1b", "h264"), ("hevc", "2c", "hevc")):
        made = Rendition(name, "video/mp4", 8, 8, 9, sha256=sha[digest], video_codec=codec)
        film.renditions.append(made)
    paper = Face(number=1, filename="p", kind="document", content_type="text/plain", size_bytes=9)
    paper.sha256 = sha["0a"]
    shown = Contents(
        *("p", 0, [item()]),
        [
            AssetFacts("film", 1, "Film", "video", boards.files_of(film), seconds=12.4),
            AssetFacts("paper", 1, "Paper", "document", boards.files_of(paper)),
            AssetFacts("page", 1, "Page", "link", {}, url="https://example.test/"),
            AssetFacts("late", 1, "Late", "video", waiting),
        ],
        [(0, 0), (0, 1), (0, 2), (0, 3)],
    )
    now, utc = datetime(2026, 11, 26, 12, tzinfo=UTC), ZoneInfo("UTC")
    for board, played in ((None, "1b"), ("pi3-64", "1b"), ("pi5", "2c"), ("pi1", None)):
        plan = planning.plan([shown], Machine(board, utc), now, MOST)
        found = {row.slot.facts.asset_id: row.slot.file for row in plan.rows}
        assert list(found) == (["film", "page"] if played else ["page"])
        assert found["page"] is None
        if played:
            assert found["film"] is not None
            assert found["film"].sha256 == sha[played]
        reasons = {one.asset_id: one.reason for one in plan.left_out}
        assert reasons["paper"] == "unplayable"
        assert reasons["late"] == ("pending" if played else "unplayable")
    playing = planning.playing([shown], Machine("pi5", utc), now)
    assert [slot.duration_seconds for slot in playing] == [12, 10]


def test_minutes_of_a_week_go_round() -> None:
    sunday = windows.minutes(Window((7,), "23:00", "01:00"))
    assert windows.holds(sunday, 0)
    assert windows.holds(sunday, windows.WEEK - 1)
    assert not windows.holds(sunday, 60)
    assert windows.fitting(sunday) == Window((7,), "23:00", "01:00")
    assert windows.next_run(sunday, 30) == Run(-90, 120)
    assert windows.next_run(sunday, 60) == Run(windows.WEEK - 120, 120)
    assert windows.fitting(windows.ALWAYS) == Window()
    assert windows.fitting(windows.minutes(Window((2, 3)))) == Window((2, 3))
    mixed = sunday | windows.minutes(Window((2,), "10:00", "11:00"))
    assert windows.fitting(mixed) is None
    assert windows.next_run(windows.ALWAYS, 5) is None
