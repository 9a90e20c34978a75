"""Devices as admins make, change and remove them, and pairing."""

from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.devices import pairing
from chalicelib.devices.models import Device
from tests.devices.wall import Wall
from tests.shared import audit, items


def test_a_device_is_made_shown_changed_and_removed(wall: Wall) -> None:
    body = {
        "name": "Lobby",
        "board": "pi4-64",
        "memory_bytes": 2**31,
        "time_zone": "Europe/Berlin",
        "groups": ["ground", "ground", "all"],
    }
    answer = wall.post("/devices/", body)
    made = answer.json
    assert (answer.status, answer.headers["ETag"]) == (201, '"1"')
    assert made["token"].startswith("rd_")
    assert made["groups"] == ["ground", "all"]
    told = {name: made[name] for name in ("last_seen_at", "playing", "agent_version", "free_bytes")}
    assert set(told.values()) == {None}
    path = f"/devices/{made['id']}/"
    shown = wall.get(path, "viewer")
    assert shown.json == made | {"token": None, "left_out": []}
    for query, count in (("", 1), ("?group=ground", 1), ("?group=roof", 0)):
        assert len(wall.get(f"/devices/{query}").json["items"]) == count
    changed = wall.call("PATCH", path, {"groups": ["roof"], "board": None})
    assert (changed.json["groups"], changed.json["board"]) == (["roof"], None)
    stale = wall.call("PATCH", path, {"name": "x"}, headers={"if-match": '"1"'})
    current = wall.assert_refused(stale, 412, "precondition_failed")["current"]
    assert (current["name"], current["token"]) == ("Lobby", None)
    wall.assert_refused(
        wall.call("DELETE", path, headers={"if-match": '"1"'}), 412, "precondition_failed"
    )
    assert wall.call("DELETE", path).status == 204
    wall.assert_refused(wall.get(path), 404, "not_found")
    deeds = [one["action"] for one in audit(wall.cloud, wall.tenant.email("admin"))]
    assert deeds[:3] == ["device.deleted", "device.changed", "device.created"]
    assert made["token"] not in str(audit(wall.cloud, wall.tenant.email("admin")))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"time_zone": "Berlin"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": "/etc/localtime"}, "time_zone"),
        ({"time_zone": "America"}, "time_zone"),
        ({"time_zone": "UTC\0"}, "time_zone"),
        ({"time_zone": None}, "time_zone"),
        ({"memory_bytes": -1}, "memory_bytes"),
        ({"groups": [""]}, "groups[0]"),
        ({"groups": ["a", " "]}, "groups[1]"),
        ({"token": "rd_mine"}, "token"),
    ],
)
def test_what_cannot_be_is_refused_by_field(wall: Wall, body: dict[str, Any], field: str) -> None:
    whole = {"name": "Lobby", "time_zone": "UTC"} | body
    refused = wall.assert_refused(wall.post("/devices/", whole), 422, "invalid")
    assert [error["field"] for error in refused["errors"]] == [field]
    if "token" not in body:
        path = f"/devices/{wall.device().id}/"
        wall.assert_refused(wall.call("PATCH", path, body), 422, "invalid")


def test_a_retry_gives_the_same_device_and_shows_no_token_again(wall: Wall) -> None:
    key = {"idempotency-key": "lobby"}
    body = {"name": "Lobby", "time_zone": "UTC"}
    first, second = (wall.post("/devices/", body, headers=key) for _ in range(2))
    assert second.json == first.json | {"token": None}
    assert first.json["token"] not in str(items())


def test_the_table_holds_no_token_and_a_new_one_ends_the_old_one(wall: Wall) -> None:
    player = wall.device()
    kept = Device.get(wall.tenant.id, f"DEVICE#{player.id}")
    assert kept.token_hash
    assert player.token not in str(items())
    answer = wall.post(f"/devices/{player.id}/rotate_token/")
    assert answer.status == 200
    assert answer.json["token"] not in (player.token, None)
    assert Device.get(wall.tenant.id, f"DEVICE#{player.id}").token_hash != kept.token_hash
    assert audit(wall.cloud, wall.tenant.email("admin"))[0]["action"] == "device.token_rotated"


def test_a_player_is_paired_by_its_code_and_gets_its_token_once(wall: Wall) -> None:
    begun = wall.cloud.post("/devices/pairing/")
    assert begun.status == 201
    assert set(begun.json) == {"code", "poll_token", "expires_at"}
    ask = {"poll_token": begun.json["poll_token"]}
    waiting = wall.cloud.post("/devices/pairing/", body=ask)
    assert waiting.status == 200
    assert waiting.json == {"status": "waiting", "device_id": None, "token": None}
    code = begun.json["code"]
    typed = f" {code[:4].lower()}-{code[4:]} "
    wanted = {"code": typed, "name": "Lobby", "time_zone": "UTC", "groups": ["all"]}
    taken = wall.made("/devices/pair/", wanted)
    assert (taken["name"], taken["groups"], taken["token"]) == ("Lobby", ["all"], None)
    for email in (wall.tenant.email("admin"), wall.other.email("admin")):
        again = wall.cloud.post("/devices/pair/", email, wanted)
        wall.assert_refused(again, 404, "not_found")
    paired = [wall.cloud.post("/devices/pairing/", body=ask).json for _ in range(2)]
    assert {one["device_id"] for one in paired} == {taken["id"]}
    assert [one["status"] for one in paired] == ["paired"] * 2
    assert paired[0]["token"].startswith("rd_")
    assert paired[1]["token"] is None
    stored = str(items())
    assert not [one for one in (code, ask["poll_token"], paired[0]["token"]) if one in stored]


def test_codes_that_are_unknown_or_over_pair_nothing(
    wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {"name": "Lobby", "time_zone": "UTC"}
    for code in ("", "WRONG234", "x" * 5000, "🐚"):
        answer = wall.post("/devices/pair/", wanted | {"code": code})
        wall.assert_refused(answer, 404, "not_found")
    unknown = wall.cloud.post("/devices/pairing/", body={"poll_token": "nobody's"})
    wall.assert_refused(unknown, 404, "not_found")
    refused = wall.cloud.post("/devices/pairing/", body={"poll_token": None})
    wall.assert_refused(refused, 422, "invalid")
    code, poll_token, _ = pairing.begin(clock.now() - pairing.LIFETIME)
    wall.assert_refused(wall.post("/devices/pair/", wanted | {"code": code}), 404, "not_found")
    over = wall.cloud.post("/devices/pairing/", body={"poll_token": poll_token})
    wall.assert_refused(over, 404, "not_found")
    assert wall.get("/devices/").json["items"] == []


def test_a_device_deleted_before_its_player_asks_gives_no_token(wall: Wall) -> None:
    begun = wall.cloud.post("/devices/pairing/").json
    wanted = {"code": begun["code"], "name": "Lobby", "time_zone": "UTC"}
    taken = wall.made("/devices/pair/", wanted)
    assert wall.call("DELETE", f"/devices/{taken['id']}/").status == 204
    gone = wall.cloud.post("/devices/pairing/", body={"poll_token": begun["poll_token"]})
    wall.assert_refused(gone, 404, "not_found")
