"""Rows are read whoever wrote them, and become items of a playlist."""

import pytest

from chalicelib.devices.migrate.rows import read

PLAIN = {
    "asset_id": "a" * 32,
    "uri": "https://example.com",
    "mimetype": "webpage",
    "start_date": "2026-01-01 00:00:00",
    "end_date": "2036-01-01T01:00:00+01:00",
}


@pytest.mark.parametrize(
    ("given", "item"),
    [
        ({"duration": "10"}, {"duration_seconds": 10}),
        ({"duration": "12.7"}, {"duration_seconds": 12}),
        ({"duration": 10**12}, {"duration_seconds": 31_536_000}),
        ({"duration": 0}, {}),
        ({"duration": "soon"}, {}),
        ({"duration": "1e999"}, {}),
        ({"mimetype": "video", "duration": 9}, {}),
        ({"play_days": "[7,1,1]"}, {"play_days": [1, 7]}),
        ({"play_days": [3]}, {"play_days": [3]}),
        ({"play_days": "[9]"}, {}),
        ({"play_days": "[]"}, {}),
        ({"play_days": "{"}, {}),
        (
            {"play_time_from": "22:00:00", "play_time_to": "06:30"},
            {"play_time_from": "22:00", "play_time_to": "06:30"},
        ),
        ({"play_time_from": "22:00:00"}, {}),
        ({"play_time_from": "22:00", "play_time_to": "22:00:00"}, {}),
        ({"play_time_from": "25:00", "play_time_to": "06:30"}, {}),
    ],
)
def test_schedules_become_items(given: dict[str, object], item: dict[str, object]) -> None:
    row = read(PLAIN | given)
    assert row is not None
    dates = {"start_at": "2026-01-01T00:00:00Z", "end_at": "2036-01-01T00:00:00Z"}
    assert row.item("r") == {"asset_id": "r"} | dates | item


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"is_enabled": 1}, ""),
        ({"is_enabled": True}, ""),
        ({"is_enabled": 0}, "disabled on the player"),
        ({"is_enabled": None}, "disabled on the player"),
        ({"is_enabled": 1, "start_date": None}, "without dates"),
        ({"is_enabled": 1, "end_date": "never"}, "without dates"),
        ({"is_enabled": 1, "end_date": "2020-01-01"}, "ends before it begins"),
    ],
)
def test_what_the_player_did_not_show_no_playlist_has(given: dict[str, object], why: str) -> None:
    row = read(PLAIN | given)
    assert row is not None
    assert row.why_not_played.startswith(why)
    assert bool(row.why_not_played) == bool(why)


def test_addresses_have_a_kind_and_names_become_titles() -> None:
    kinds = {
        ("https://www.youtube.com/watch?v=1", "video"): "youtube",
        ("https://youtu.be/1", "webpage"): "youtube",
        ("https://youtube.com.evil.test/", "webpage"): "webpage",
        ("rtsp://camera.test/1", "streaming"): "stream",
        ("https://x.test/a.m3u8", "video"): "stream",
        ("https://x.test/a.png", "image"): "webpage",
    }
    for (uri, mimetype), kind in kinds.items():
        row = read(PLAIN | {"uri": uri, "mimetype": mimetype})
        assert row is not None
        assert row.link_type == kind
    titles = {" a\n\tb\x00 ": "a b", None: "x.png", "\u202e": "x.png", "n" * 900: "n" * 500}
    for name, title in titles.items():
        row = read(PLAIN | {"name": name, "uri": "/data/anthias_assets/x.png"})
        assert row is not None
        assert row.title == title
    assert read(PLAIN | {"asset_id": None}) is None
    assert read({}) is None


def test_addresses_are_what_somebody_typed() -> None:
    addresses = {
        "https://x.test/?a=&apos;b&apos;&c=&lt;d&gt;&e=&quot;": "https://x.test/?a='b'&c=<d>&e=\"",
        "https://x.test/?a=1&amp;b=2": "https://x.test/?a=1&b=2",
        "https://x.test/?a=1&copy=2&lt=3": "https://x.test/?a=1&copy=2&lt=3",
    }
    for kept, typed in addresses.items():
        row = read(PLAIN | {"uri": kept})
        assert row is not None
        assert row.address == typed
