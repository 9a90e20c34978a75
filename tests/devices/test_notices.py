"""What people are told of screens: admins of silent ones, editors of what was taken back."""

from collections.abc import Iterator

import pytest

from chalicelib.core import clock
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.devices.models import Device
from chalicelib.devices.reports import silence
from tests.devices.test_heartbeats import beat
from tests.devices.wall import Wall
from tests.notifications.post import EVENT, Post


@pytest.fixture
def post(wall: Wall) -> Iterator[Post]:
    """The mails to the tenant's people."""
    watching, events = Post(wall.tenant), client("ses").meta.events
    events.register(EVENT, watching)
    yield watching
    events.unregister(EVENT, watching)


def test_admins_are_told_of_a_device_that_fell_silent(wall: Wall, post: Post) -> None:
    player = wall.device(name="Lobby <left>", groups=["lobby"])
    beat(wall, player)
    device = Device.get(wall.tenant.id, f"DEVICE#{player.id}")
    device.update(actions=[Device.heard_at.set("2026-11-26T08:00:00.000Z")])
    silence.check(device, clock.now())
    wall.cloud.run()
    (letter,) = post.sent
    assert letter["to"] == [wall.tenant.email("admin")]
    assert letter["subject"] == "Silent: “Lobby <left>”"
    assert "Thursday, 26 November 2026, 08:00 UTC" in letter["text"]
    assert f"Look at the screen: {settings().public_url}/?device={player.id}\n" in letter["text"]
    assert f'href="{settings().public_url}/?device={player.id}"' in letter["html"]
    assert "<left>" not in letter["html"]
    (entry,) = wall.get("/inbox/").json["items"]
    assert (entry["kind"], entry["asset_id"], entry["is_open"]) == ("screens", "", False)
    assert wall.get("/inbox/", "editor").json["items"] == []
    beat(wall, player)
    preferences = wall.get("/notification_preferences/").json
    assert preferences["screens"] == "mail"


def test_the_editor_is_told_why_a_change_was_taken_back(wall: Wall, post: Post) -> None:
    player = wall.device(name="Lobby", groups=["lobby"])
    beat(wall, player)
    body = {"playlist_ids": [wall.playlist()], "canary": {"devices": 1, "minutes": 9}}
    path = "/device_groups/lobby/playlists/"
    begun = wall.call("PUT", path, body, "editor")
    assert begun.status == 202
    beat(wall, player, errors=["no picture"])
    wall.cloud.run()
    (letter,) = post.sent
    link = f"{settings().public_url}/?rollout={begun.json['rollout_id']}"
    assert f"See how it went: {link}\n" in letter["text"]
    assert f'href="{link}"' in letter["html"]
    assert letter["to"] == [wall.tenant.email("editor")]
    assert letter["subject"] == "Taken back: new playlists for “lobby”"
    assert "“Lobby” complained of something new: “no picture”." in letter["text"]
    off = {"screens": "off"}
    assert wall.call("PUT", "/notification_preferences/", off, "editor").status == 200
    body["canary"] = {"devices": 1, "minutes": 0.0001}
    rollout = wall.call("PUT", path, body, "editor").json["rollout_id"]
    assert wall.get(f"/rollouts/{rollout}/").json["reason"] == "silence"
    wall.cloud.run()
    assert len(post.sent) == 1
    told = wall.get("/inbox/", "editor").json["items"][0]["text"]
    assert told.endswith("“Lobby” was not heard of any more once it played them.")
