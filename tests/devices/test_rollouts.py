"""Changes that some devices try first, and devices that fall silent."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.core.outbox import AuditRecord
from chalicelib.devices import watching
from chalicelib.devices.models import Device
from tests.devices.test_heartbeats import beat
from tests.devices.wall import Json, Player, Wall

GROUP = "/device_groups/lobby/playlists/"


def told(wall: Wall, identifier: str) -> list[AuditRecord]:
    """Give what was recorded of a thing, in the order of its times."""
    return list(AuditRecord.by_subject.query(f"{wall.tenant.id}#{identifier}"))


class Stage:
    """A group of three devices with an old playlist, and a new one."""

    def __init__(self, wall: Wall) -> None:
        self.wall = wall
        self.old, self.new = wall.asset("old"), wall.asset("new")
        self.players = [wall.device(groups=["lobby"]) for _ in range(3)]
        wall.give("lobby", wall.playlist(self.old))
        self.playlist = wall.playlist(self.new)

    def begin(self, devices: int = 1, minutes: float = 10) -> Json:
        canary = {"devices": devices, "minutes": minutes}
        body = {"playlist_ids": [self.playlist], "canary": canary}
        answer = self.wall.call("PUT", GROUP, body, "editor")
        assert answer.status == 202, answer.content
        found: Json = self.rollout(answer.json["rollout_id"])
        return found

    def rollout(self, rollout_id: str) -> Json:
        answer = self.wall.get(f"/rollouts/{rollout_id}/", "viewer")
        assert answer.status == 200, answer.content
        found: Json = answer.json
        return found

    def shown(self) -> list[str]:
        names = {self.old: "old", self.new: "new"}
        return [names[one] for player in self.players for one in self.wall.order(player)]

    def deeds(self, rollout_id: str) -> list[str]:
        return [one.action for one in told(self.wall, rollout_id)]


@pytest.fixture
def stage(wall: Wall) -> Stage:
    return Stage(wall)


def test_without_a_live_device_nothing_is_tried(wall: Wall, stage: Stage) -> None:
    body = {"playlist_ids": [stage.playlist], "canary": {"devices": 1, "minutes": 1}}
    wall.assert_refused(wall.call("PUT", GROUP, body), 409, "no_live_device")
    assert stage.shown() == ["old"] * 3


@pytest.mark.parametrize(
    "canary",
    [{}, None, {"devices": 0, "minutes": 1}, {"devices": 1, "minutes": 0}, {"devices": 1}],
)
def test_a_trial_that_cannot_be_is_refused(wall: Wall, canary: Any) -> None:
    wall.device(groups=["lobby"])
    body = {"playlist_ids": [], "canary": canary}
    wall.assert_refused(wall.call("PUT", GROUP, body), 422, "invalid")


def test_what_goes_well_comes_to_the_others(wall: Wall, stage: Stage) -> None:
    first, second, third = stage.players
    beat(wall, second, errors=["always so"])
    begun = stage.begin()
    assert (begun["status"], begun["devices"]) == ("canary", [second.id])
    assert (begun["reason"], begun["ended_at"], begun["group"]) == (None, None, "lobby")
    assert stage.shown() == ["old", "new", "old"]
    for body in (
        {"playlist_ids": []},
        {"playlist_ids": [], "canary": {"devices": 1, "minutes": 1}},
    ):
        wall.assert_refused(wall.call("PUT", GROUP, body), 409, "rollout_running")
    beat(wall, second, errors=["always so"])
    beat(wall, first, errors=["new, but not one of those that try"])
    watching.watch(clock.now() + timedelta(minutes=9))
    assert stage.rollout(begun["id"])["status"] == "canary"
    for _ in range(2):
        watching.watch(clock.now() + timedelta(minutes=11))
    ended = stage.rollout(begun["id"])
    assert (ended["status"], ended["reason"]) == ("complete", None)
    assert stage.shown() == ["new"] * 3
    assert stage.deeds(begun["id"]) == ["rollout.begun", "rollout.completed"]
    (group,) = wall.get("/device_groups/").json["items"]
    assert (group["rollout_id"], group["last_rollout_id"]) == (None, begun["id"])
    del third


def test_a_new_error_takes_the_change_back_at_once(wall: Wall, stage: Stage) -> None:
    first, second, _ = stage.players
    for player in (first, second):
        beat(wall, player, errors=["always so"])
    begun = stage.begin(devices=2)
    assert stage.shown() == ["new", "new", "old"]
    for _ in range(2):
        beat(wall, first, errors=["always so", {"message": "no picture"}])
    ended = stage.rollout(begun["id"])
    assert (ended["status"], ended["reason"]) == ("rolled_back", "errors")
    assert (ended["failed_device_id"], ended["error"]) == (first.id, "no picture")
    assert stage.shown() == ["old"] * 3
    watching.watch(clock.now() + timedelta(minutes=11))
    assert stage.rollout(begun["id"]) == ended
    assert stage.deeds(begun["id"]) == ["rollout.begun", "rollout.rolled_back"]
    assert stage.begin()["status"] == "canary"


def test_silence_takes_the_change_back_at_its_end(wall: Wall, stage: Stage) -> None:
    for player in stage.players:
        beat(wall, player)
    begun = stage.begin(devices=5, minutes=0.0001)
    assert len(begun["devices"]) == 3
    ended = stage.rollout(begun["id"])
    assert (ended["status"], ended["reason"], ended["error"]) == ("rolled_back", "silence", None)
    assert stage.shown() == ["old"] * 3
    begun = stage.begin(devices=3)
    for player in stage.players[:2]:
        beat(wall, player)
    watching.watch(clock.now() + timedelta(minutes=11))
    ended = stage.rollout(begun["id"])
    assert (ended["status"], ended["failed_device_id"]) == ("rolled_back", stage.players[2].id)


def test_a_trial_goes_on_without_devices_that_were_deleted(wall: Wall, stage: Stage) -> None:
    for player in stage.players[:2]:
        beat(wall, player)
    begun = stage.begin(devices=2)
    assert wall.call("DELETE", f"/devices/{stage.players[0].id}/").status == 204
    beat(wall, stage.players[1])
    watching.watch(clock.now() + timedelta(minutes=11))
    assert stage.rollout(begun["id"])["status"] == "complete"


def test_another_tenants_roll_out_is_not_there(wall: Wall, stage: Stage) -> None:
    beat(wall, stage.players[0])
    rollout_id = stage.begin()["id"]
    foreign = wall.cloud.get(f"/rollouts/{rollout_id}/", wall.other.email("admin"))
    wall.assert_refused(foreign, 404, "not_found")


def silent(wall: Wall, player: Player) -> str | None:
    return wall.get(f"/devices/{player.id}/").json["silent_since"]  # type: ignore[no-any-return]


def test_a_device_that_is_not_heard_of_is_noticed_once_until_it_is(wall: Wall) -> None:
    player = wall.device()
    made = wall.get(f"/devices/{player.id}/").json["created_at"]
    watching.watch(clock.now() + timedelta(minutes=14))
    assert silent(wall, player) is None
    for _ in range(2):
        watching.watch(clock.now() + timedelta(minutes=16))
    assert silent(wall, player) == made
    said = [one.new for one in told(wall, player.id) if one.action == "device.silent"]
    assert said == [{"name": "Lobby", "last_seen_at": None}]
    beat(wall, player)
    assert silent(wall, player) is None
    heard = wall.get(f"/devices/{player.id}/").json["last_seen_at"]
    settings = {"settings": {"DEVICE_SILENT_MINUTES": 0.5}}
    assert wall.call("PATCH", "/tenant/", settings).status == 200
    later = clock.now() + timedelta(minutes=16)
    watching.watch(later)
    assert silent(wall, player) == heard
    watching.watch(later)
    assert [one.action for one in told(wall, player.id)].count("device.silent") == 2


def test_a_device_that_was_heard_of_is_looked_at_again_later(wall: Wall) -> None:
    player = wall.device()
    beat(wall, player)
    device = Device.get(wall.tenant.id, f"DEVICE#{player.id}")
    device.update(actions=Device.due_actions(clock.now() - timedelta(minutes=1), player.id))
    assert watching.watch(clock.now()) == 1
    device.refresh()
    assert device.due_at is not None
    assert device.due_at > clock.timestamp(clock.now() + timedelta(minutes=14))
    assert wall.call("DELETE", f"/devices/{player.id}/").status == 204
    assert watching.watch(clock.now() + timedelta(minutes=30)) == 0
