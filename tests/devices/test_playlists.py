"""Playlists as editors make and change them, and what plays when."""

from typing import Any

import pytest

from tests.devices.wall import Wall
from tests.shared import audit


def test_a_playlist_is_made_shown_replaced_and_removed(wall: Wall) -> None:
    one, two = wall.asset("one"), wall.asset("two")
    items = [
        {"asset_id": one, "duration_seconds": 5, "play_days": [5, 1, 5]},
        {"rule": {"tag": "menu", "newest": 3}, "start_at": "2026-01-01T01:00:00+01:00"},
        {"asset_id": two, "play_time_from": "22:00", "play_time_to": "06:00"},
    ]
    made = wall.made("/playlists/", {"name": "Loop", "items": items, "priority": 3}, "editor")
    assert made["items"] == [
        {"asset_id": one, "duration_seconds": 5, "play_days": [1, 5]},
        {"rule": {"tag": "menu", "newest": 3}, "start_at": "2026-01-01T00:00:00Z"},
        items[2],
    ]
    assert (made["name"], made["priority"]) == ("Loop", 3)
    path = f"/playlists/{made['id']}/"
    shown = wall.get(path, "viewer")
    assert (shown.json, shown.headers["ETag"]) == (made, '"1"')
    assert wall.get("/playlists/", "viewer").json["items"] == [made]
    stale = {"if-match": '"9"'}
    refused = wall.call("PUT", path, {"name": "x"}, headers=stale)
    assert wall.assert_refused(refused, 412, "precondition_failed")["current"]["name"] == "Loop"
    refused = wall.call("DELETE", path, headers=stale)
    wall.assert_refused(refused, 412, "precondition_failed")
    changed = wall.call("PUT", path, {"name": "Other"}, "editor").json
    assert (changed["items"], changed["priority"]) == ([], 0)
    assert wall.call("DELETE", path, None, "editor").status == 204
    wall.assert_refused(wall.get(path), 404, "not_found")
    deeds = [one["action"] for one in audit(wall.cloud, wall.tenant.email("admin"))]
    assert deeds[:3] == ["playlist.deleted", "playlist.changed", "playlist.created"]


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({}, "items[0].asset_id"),
        ({"asset_id": "x", "rule": {"tag": "a"}}, "items[0].asset_id"),
        ({"rule": {}}, "items[0].rule"),
        ({"rule": {"tag": " "}}, "items[0].rule.tag"),
        ({"rule": {"newest": 501}}, "items[0].rule.newest"),
        ({"rule": {"tags": "a"}}, "items[0].rule"),
        ({"rule": {"tag": "a"}, "play_time_from": "22:00"}, "items[0].play_time_to"),
        ({"rule": {"tag": "a"}, "play_time_to": "22:00"}, "items[0].play_time_from"),
        (
            {"rule": {"tag": "a"}, "play_time_from": "22:00", "play_time_to": "22:00"},
            "items[0].play_time_to",
        ),
        ({"rule": {"tag": "a"}, "play_time_from": "24:00", "play_time_to": "1:00"}, "items"),
        ({"rule": {"tag": "a"}, "play_days": []}, "items[0].play_days"),
        ({"rule": {"tag": "a"}, "play_days": [0]}, "items[0].play_days"),
        ({"rule": {"tag": "a"}, "duration_seconds": 0}, "items[0].duration_seconds"),
        ({"rule": {"tag": "a"}, "duration_seconds": 31_536_001}, "items[0].duration_seconds"),
        ({"rule": {"tag": "a"}, "start_at": "2026-01-01"}, "items[0].start_at"),
        ({"rule": {"tag": "a"}, "start_at": "0001-01-01T00:00:00+14:00"}, "items[0].start_at"),
        (
            {
                "rule": {"tag": "a"},
                "start_at": "2026-01-02T00:00:00Z",
                "end_at": "2026-01-02T00:00:00Z",
            },
            "items[0].end_at",
        ),
        ({"rule": {"tag": "a"}, "plays": 1}, "items[0]"),
    ],
)
def test_items_that_cannot_be_are_refused_by_field(
    wall: Wall, item: dict[str, Any], field: str
) -> None:
    refused = wall.post("/playlists/", {"name": "Loop", "items": [item]})
    errors = wall.assert_refused(refused, 422, "invalid")["errors"]
    assert errors[0]["field"].startswith(field)
    assert wall.get("/playlists/").json["items"] == []


def test_what_another_tenant_has_is_not_there(wall: Wall) -> None:
    admin = wall.other.email("admin")
    foreign = wall.cloud.post("/collections/", admin, {"name": "Theirs"}).json["id"]
    theirs = wall.cloud.post("/playlists/", admin, {"name": "Theirs"}).json["id"]
    player = wall.device(groups=["all"])
    for items in (
        [{"asset_id": wall.tenant.id}],
        [{"rule": {"collection_id": foreign}}],
        [{"asset_id": "x" * 2000}],
    ):
        refused = wall.post("/playlists/", {"name": "Loop", "items": items})
        wall.assert_refused(refused, 404, "not_found")
    for path in (f"/devices/{player.id}/playlists/", "/device_groups/all/playlists/"):
        refused = wall.call("PUT", path, {"playlist_ids": [theirs]})
        wall.assert_refused(refused, 404, "not_found")
    mine = wall.asset("one")
    for body in (
        {"asset_id": mine, "with_asset_id": wall.tenant.id},
        {"asset_id": wall.tenant.id, "with_asset_id": mine},
    ):
        wall.assert_refused(wall.post("/playlists/replace/", body), 404, "not_found")
    assert wall.call("DELETE", f"/assets/{mine}/").status == 204
    refused = wall.post("/playlists/", {"name": "Loop", "items": [{"asset_id": mine}]})
    wall.assert_refused(refused, 409, "asset_trashed")


def test_what_plays_when_is_said_in_the_devices_time(wall: Wall) -> None:
    player = wall.device(time_zone="Asia/Tokyo", groups=["all", "ground"])
    night, day, alarm = (wall.asset(name) for name in ("night", "day", "alarm"))
    always = wall.playlist(day, {"asset_id": day, "duration_seconds": 99})
    late = wall.playlist(
        {"asset_id": night, "play_days": [5], "play_time_from": "22:00", "play_time_to": "06:00"},
        priority=1,
    )
    once = wall.playlist(
        {
            "asset_id": alarm,
            "start_at": "2027-01-01T00:00:00Z",
            "end_at": "2027-01-01T00:01:00Z",
            "duration_seconds": 3,
        },
        priority=2,
    )
    wall.give(player, always)
    wall.give("all", late)
    wall.give("ground", once, always)
    for at, shown in (
        ("2026-11-27T12:59:59Z", [day]),  # Friday, 21:59:59
        ("2026-11-27T13:00:00Z", [night]),
        ("2026-11-28T05:59:59+09:00", [night]),
        ("2026-11-28T06:00:00+09:00", [day]),
        ("2026-11-28T22:30:00+09:00", [day]),  # Saturday
        ("2026-12-31T23:59:59.999Z", [day]),
        ("2027-01-01T00:00:00Z", [alarm]),
        ("2027-01-01T00:01:00Z", [day]),
    ):
        assert wall.playing(player, at) == shown, at
    answer = wall.get(f"/devices/{player.id}/schedule/?at=2027-01-01T00%3A00%3A00Z").json
    assert answer == {
        "at": "2027-01-01T00:00:00.000Z",
        "time_zone": "Asia/Tokyo",
        "items": [
            {
                "asset_id": alarm,
                "version": 1,
                "playlist_id": once,
                "rule": None,
                "duration_seconds": 3,
            }
        ],
    }
    for bad in ("at=noon", "at=2026-11-27", "at="):
        refused = wall.get(f"/devices/{player.id}/schedule/?{bad}")
        wall.assert_refused(refused, 422, "invalid")


def test_an_asset_is_put_in_every_place_of_another(wall: Wall) -> None:
    old, new, player = wall.asset("old"), wall.asset("new"), wall.device(groups=["all"])
    lists = [wall.playlist(old, new), wall.playlist(new), wall.playlist(old, old)]
    wall.give("all", lists[0])
    usage = wall.get(f"/assets/{old}/usage/").json
    assert (usage["playlists"], usage["devices"]) == (2, 1)
    body = {"asset_id": old, "with_asset_id": new}
    answer = wall.post("/playlists/replace/", body, "editor")
    assert (answer.status, set(answer.json["playlist_ids"])) == (200, {lists[0], lists[2]})
    assert wall.post("/playlists/replace/", body, "editor").json["playlist_ids"] == []
    assert wall.order(player) == [new]
    for playlist in lists:
        shown = wall.get(f"/playlists/{playlist}/").json["items"]
        assert {one["asset_id"] for one in shown} == {new}
    usage = wall.get(f"/assets/{old}/usage/").json
    assert (usage["playlists"], usage["devices"]) == (0, 0)
    groups = wall.get("/device_groups/", "viewer").json["items"]
    assert groups == [
        {
            "name": "all",
            "playlist_ids": [lists[0]],
            "rollout_id": None,
            "last_rollout_id": None,
        }
    ]


def test_a_group_keeps_its_playlists_for_the_devices_to_come(wall: Wall) -> None:
    asset_id = wall.asset("one")
    playlist = wall.playlist(asset_id)
    path = "/device_groups/Roof%20%E2%98%80/playlists/"
    canary = {"playlist_ids": [playlist], "canary": {"devices": 1, "minutes": 1}}
    wall.assert_refused(wall.call("PUT", path, canary, "editor"), 409, "no_live_device")
    assert wall.get("/device_groups/").json["items"] == []
    wall.give("Roof%20%E2%98%80", playlist)
    (group,) = wall.get("/device_groups/").json["items"]
    assert (group["name"], group["playlist_ids"]) == ("Roof ☀", [playlist])
    assert wall.order(wall.device(groups=["Roof ☀"])) == [asset_id]
    assert wall.cloud.get("/device_groups/", wall.other.email("admin")).json["items"] == []
    for name in ("%20", "%00", "a%0Ab", "x" * 101, "x" * 3000):
        nowhere = wall.call("PUT", f"/device_groups/{name}/playlists/", {"playlist_ids": []})
        wall.assert_refused(nowhere, 404, "not_found")
