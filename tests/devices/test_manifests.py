"""What players fetch: manifests that stand still while nothing changes, and files."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.assets.faces import Scan
from chalicelib.assets.versions import moves
from chalicelib.assets.versions.life import Transition
from chalicelib.assets.versions.moves import Move, VersionRef
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM, Subject
from chalicelib.core.records import Record
from chalicelib.devices.playlists import contents, following
from chalicelib.devices.playlists.definition import MOST_FOUND
from chalicelib.devices.playlists.models import NAMED, Named
from tests.cloud import INDEX, Answer
from tests.devices.wall import Player, Wall
from tests.house import calls
from tests.shared import items


def etag(wall: Wall, player: Player) -> str:
    return wall.as_player(player, "GET", "manifest").headers["ETag"]


def fetch(wall: Wall, url: str, method: str = "GET") -> Answer:
    parts = urlsplit(url)
    return wall.cloud.fetch(method, f"{parts.path}?{parts.query}")


def test_a_manifest_has_the_form_that_players_live_on(wall: Wall) -> None:
    player, asset_id = wall.device(), wall.asset("Autumn promo")
    assert wall.manifest(player)["assets"] == []
    wall.give(player, wall.playlist({"asset_id": asset_id, "duration_seconds": 7}))
    manifest = wall.manifest(player)
    (shown,) = manifest.pop("assets")
    moment = manifest.pop("generated_at")
    assert moment.endswith("Z")
    assert manifest == {
        "schema": "reef-manifest/1",
        "device_id": player.id,
        "refresh_seconds": 60,
        "order": [asset_id],
    }
    content = shown.pop("content")
    assert content.pop("url").startswith(f"http://127.0.0.1:8000/d/{player.id}/{asset_id}/1.jpg?k=")
    assert content.pop("sha256") == wall.get(f"/assets/{asset_id}/").json["sha256"]
    assert content == {"size_bytes": 40, "content_type": "image/jpeg"}
    assert shown == {
        "asset_id": asset_id,
        "version": 1,
        "delivery": "file",
        "anthias": {
            "name": "Autumn promo",
            "uri": None,
            "ext": ".jpg",
            "mimetype": "image",
            "start_date": "2000-01-01T00:00:00Z",
            "end_date": "2099-12-31T00:00:00Z",
            "duration": 7,
            "is_enabled": True,
            "nocache": False,
            "skip_asset_check": False,
            "skip_ssl_verify": False,
            "play_days": [1, 2, 3, 4, 5, 6, 7],
            "play_time_from": None,
            "play_time_to": None,
            "refresh_interval_s": 0,
            "custom_headers": {"X-Reef-Ref": f"{wall.tenant.id}/{asset_id}@1"},
        },
    }


def test_a_manifest_stands_still_until_something_changes(wall: Wall) -> None:
    player, one, two = wall.device(groups=["all"]), wall.asset("one"), wall.asset("two")
    first = etag(wall, player)
    same = wall.as_player(player, "GET", "manifest", **{"if-none-match": first})
    assert (same.status, same.content, same.headers["ETag"]) == (304, b"", first)
    playlist = wall.playlist(one)
    seen = [first]

    def assert_other() -> None:
        seen.append(etag(wall, player))
        assert len({*seen[-2:]}) == 2
        again = wall.as_player(player, "GET", "manifest", **{"if-none-match": seen[-1]})
        assert again.status == 304

    wall.give(player, playlist)
    assert_other()
    body = {"name": "Loop", "items": [{"asset_id": one}, {"asset_id": two}]}
    assert wall.call("PUT", f"/playlists/{playlist}/", body).status == 200
    assert_other()
    assert wall.order(player) == [one, two]
    title = {"title": "One, but better"}
    assert wall.call("PATCH", f"/assets/{one}/", title).status == 200
    wall.cloud.run()
    assert_other()
    assert wall.post(f"/assets/{two}/versions/1/unpublish/").status == 200
    wall.cloud.run()
    assert_other()
    assert wall.order(player) == [one]
    other = wall.playlist(two, one)
    wall.give("all", other)
    wall.give(player)
    assert wall.order(player) == [one]
    assert wall.post(f"/assets/{two}/versions/1/publish/").status == 200
    wall.cloud.run()
    assert wall.order(player) == [two, one]
    assert wall.call("DELETE", f"/playlists/{other}/").status == 204
    assert wall.order(player) == []
    seen.append(etag(wall, player))
    unconcerned = wall.asset("three")
    assert wall.call("PATCH", f"/assets/{unconcerned}/", title).status == 200
    wall.cloud.run()
    assert etag(wall, player) == seen[-1]


def test_only_its_own_present_token_lets_a_player_in(wall: Wall) -> None:
    player, neighbour = wall.device(), wall.device()
    stranger = wall.cloud.post(
        "/devices/", wall.other.email("admin"), {"name": "x", "time_zone": "UTC"}
    ).json
    path = f"/devices/{player.id}/manifest/"
    bad = ("", "rd_", "rd_x", player.token[:-2], f"{player.token}A", "rd_" + "A" * 86, "🐚")
    for token in bad:
        answer = wall.cloud.get(path, headers={"authorization": f"Bearer {token}"})
        wall.assert_refused(answer, 401, "unauthenticated")
    wall.assert_refused(wall.cloud.get(path), 401, "unauthenticated")
    wall.assert_refused(wall.get(path), 401, "unauthenticated")
    for token in (neighbour.token, stranger["token"]):
        answer = wall.as_player(Player(player.id, token), "GET", "manifest")
        wall.assert_refused(answer, 404, "not_found")
    own = {"authorization": f"Bearer {player.token}"}
    wall.assert_refused(wall.cloud.get("/devices/", headers=own), 401, "unauthenticated")
    renewed = Player(player.id, wall.post(f"/devices/{player.id}/rotate_token/").json["token"])
    assert wall.as_player(renewed, "GET", "manifest").status == 200
    dead = wall.as_player(player, "GET", "manifest")
    wall.assert_refused(dead, 401, "unauthenticated")
    assert wall.call("DELETE", f"/devices/{player.id}/").status == 204
    gone = wall.as_player(renewed, "GET", "manifest")
    wall.assert_refused(gone, 401, "unauthenticated")


def test_a_file_is_led_on_to_while_it_is_published_and_no_longer(wall: Wall) -> None:
    player, asset_id = wall.device(), wall.asset("one")
    wall.give(player, wall.playlist(asset_id))
    url = wall.manifest(player)["assets"][0]["content"]["url"]
    led = fetch(wall, url)
    assert led.status == 302
    assert f"/originals/{wall.tenant.id}/" in led.headers["Location"]
    assert "Signature=" in led.headers["Location"]
    there = fetch(wall, url, "HEAD")
    assert (there.status, there.content) == (200, b"")
    assert there.headers["Content-Type"] == "image/jpeg"
    key = parse_qs(urlsplit(url).query)["k"][0]
    neighbour = wall.device()
    for bad in (
        url.replace(key, ""),
        url.replace(key, "x" * 64),
        url.replace(key, key[:-1] + ("0" if key[-1] != "0" else "1")),
        url.replace(key, wall.other.id.replace("-", "") + key[32:]),
        url.replace("1.jpg", "2.jpg"),
        url.replace("1.jpg", "1.png"),
        url.replace(player.id, neighbour.id),
        url.replace(asset_id, wall.asset("two")),
        url.replace(key, "🐚" * 40),
        url.partition("?")[0] + "?",
    ):
        for method in ("GET", "HEAD"):
            assert fetch(wall, bad, method).status == 404, bad
    assert wall.post(f"/assets/{asset_id}/versions/1/unpublish/").status == 200
    assert fetch(wall, url).status == fetch(wall, url, "HEAD").status == 404
    assert wall.post(f"/assets/{asset_id}/versions/1/publish/").status == 200
    assert fetch(wall, url).status == 302
    ended = {"rights": {"expires_at": clock.timestamp(clock.now() - timedelta(days=1))}}
    assert wall.call("PATCH", f"/assets/{asset_id}/", ended).status == 200
    assert fetch(wall, url).status == 404
    assert (
        wall.call("PATCH", f"/assets/{asset_id}/", {"rights": {"expires_at": None}}).status == 200
    )
    assert fetch(wall, url).status == 302
    assert wall.post(f"/devices/{player.id}/rotate_token/").status == 200
    assert fetch(wall, url).status == 404
    assert wall.call("DELETE", f"/assets/{asset_id}/").status == 204


def test_what_may_not_be_shown_reaches_no_manifest(wall: Wall) -> None:
    player = wall.device()
    past, soon = clock.now() - timedelta(hours=1), clock.now() + timedelta(minutes=5)
    ids = [wall.asset(name) for name in ("over", "unborn", "trashed", "rejected", "soon", "fine")]
    wall.give(player, wall.playlist(*ids))
    assert wall.order(player) == ids
    over, unborn, trashed, rejected, ending, fine = ids
    for asset_id, field, moment in (
        (over, "expires_at", past),
        (unborn, "valid_from", soon),
        (ending, "expires_at", soon),
    ):
        body = {"rights": {field: clock.timestamp(moment)}}
        assert wall.call("PATCH", f"/assets/{asset_id}/", body).status == 200
    assert wall.call("DELETE", f"/assets/{trashed}/").status == 204
    flag = wall.made(f"/assets/{rejected}/flag/", {"reason": "quality"})
    body = {"resolution": "reject_asset"}
    assert wall.post(f"/moderation/flags/{flag['id']}/resolve/", body).status == 200
    wall.cloud.run()
    manifest = wall.manifest(player)
    assert manifest["order"] == [ending, fine]
    ends = manifest["assets"][0]["anthias"]["end_date"]
    assert clock.timestamp(soon)[:19] == ends[:19]
    assert wall.playing(player) == [ending, fine]
    assert wall.playing(player, clock.timestamp(soon)) == [unborn, fine]


def publish_second(wall: Wall, asset_id: str) -> None:
    """Give an asset a second version, and publish it."""
    described = {"filename": "two.png", "size_bytes": 50, "content_type": "image/png"}
    made = wall.made(f"/assets/{asset_id}/upload_version/", described)
    assert made["version"]["number"] == 2
    ref = VersionRef(wall.tenant.id, asset_id, 2)
    found: dict[str, Any] = {"sha256": "2" * 64, "scan": Scan(status="clean")}
    transition = Transition("version.approved", ("uploading",), "approved", publishes=True)
    assert moves.move(ref, Move(transition, clock.now(), found=found, publish=True))


def test_the_newest_published_version_is_what_a_screen_gets(wall: Wall) -> None:
    player, asset_id = wall.device(), wall.asset("one")
    wall.give(player, wall.playlist(asset_id))
    old = wall.manifest(player)["assets"][0]
    publish_second(wall, asset_id)
    assert wall.manifest(player)["assets"][0] == old
    wall.cloud.run()
    (new,) = wall.manifest(player)["assets"]
    assert (new["version"], new["content"]["sha256"]) == (2, "2" * 64)
    assert new["content"]["url"].partition("?")[0].endswith(f"/{asset_id}/2.png")
    assert new["anthias"]["custom_headers"]["X-Reef-Ref"].endswith("@2")
    assert fetch(wall, old["content"]["url"]).status == 404


def test_rules_find_what_is_published_anew(wall: Wall) -> None:
    player, summer = wall.device(), {"tags": ["Summer"], "category": "menus/summer"}
    first = wall.asset("first", **summer)
    body = {"name": "Picks", "asset_ids": [first]}
    collection = wall.made("/collections/", body)["id"]
    rules = [
        {"tag": "sUMMER"},
        {"category": "menus", "newest": 2},
        {"collection_id": collection},
        {"tag": "winter", "newest": 1},
    ]
    for rule, grows in zip(rules, (True, True, False, False), strict=True):
        playlist = wall.playlist({"rule": rule})
        wall.give(player, playlist)
        found = wall.order(player)
        assert found[-1:] == ([] if rule.get("tag") == "winter" else [first])
        other = wall.asset(f"other {rule}", **summer)
        wall.cloud.run()
        assert wall.order(player) == ([other] if grows else []) + found
        assert wall.call("PATCH", f"/assets/{other}/", {"tags": [], "category": None}).status == 200
        wall.cloud.run()
        assert wall.order(player) == found
    wall.give(player, wall.playlist({"rule": rules[2]}))
    second = wall.asset("second")
    path = f"/collections/{collection}/"
    assert wall.call("PATCH", path, {"asset_ids": [second, first]}).status == 200
    wall.cloud.run()
    assert wall.order(player) == [second, first]
    (shown, _) = wall.get(f"/devices/{player.id}/schedule/").json["items"]
    assert shown["rule"] == {"collection_id": collection}
    assert wall.call("DELETE", path).status == 204
    wall.cloud.run()
    assert wall.order(player) == []
    wall.give(player, wall.playlist({"rule": {"category": "menus"}}))
    assert wall.order(player) == [first]
    wall.cloud.run(INDEX)
    move = {"from": "menus", "to": "cards"}
    assert wall.post("/categories/move/", move, "editor").status in (200, 202)
    wall.cloud.run()
    assert wall.order(player) == [first]
    usage = wall.get(f"/assets/{second}/usage/").json
    assert (usage["playlists"], usage["devices"]) == (0, 0)
    assert wall.get(f"/assets/{first}/usage/").json["playlists"] >= 1


def test_a_device_says_what_it_is_not_given(wall: Wall) -> None:
    player = wall.device(board="pi3")
    film = {"filename": "a.mp4", "content_type": "video/mp4"}
    fine, waiting = wall.asset("one"), wall.asset("film", **film)
    paper = wall.asset("paper", filename="a.txt", content_type="text/plain")
    wall.give(player, wall.playlist(fine, waiting, paper))
    assert wall.order(player) == [fine]
    told = wall.get(f"/devices/{player.id}/").json["left_out"]
    assert told == [
        {"asset_id": waiting, "reason": "pending"},
        {"asset_id": paper, "reason": "unplayable"},
    ]


def test_news_of_what_is_gone_harm_nothing(wall: Wall) -> None:
    asset_id = wall.asset("one")
    playlist = wall.playlist(asset_id)
    told = Record("1", wall.tenant.id, "", SYSTEM, "asset.edited", Subject("asset", asset_id))
    before = items()
    following.follow([told, told], clock.now())
    assert {k: v for k, v in items().items() if not k.endswith("-devices")} == {
        k: v for k, v in before.items() if not k.endswith("-devices")
    }
    wall.cloud.call("DELETE", f"/playlists/{playlist}/", wall.tenant.email("admin"))
    # Somebody deleted it, and died before what is kept of it was gone, too.
    left = contents.mark_of(asset_id)
    Named(wall.tenant.id, f"{NAMED}{playlist}", marks=left).save()
    assert wall.get(f"/assets/{asset_id}/usage/").json["playlists"] == 1
    following.follow([told], clock.now())
    assert wall.get(f"/assets/{asset_id}/usage/").json["playlists"] == 0


@pytest.fixture
def requests() -> Iterator[list[str]]:
    """What the API asks of DynamoDB."""
    made: list[str] = []

    def note(call: calls.Call) -> None:
        if (call.function, call.service) == (calls.API, "dynamodb"):
            made.append(call.operation)

    calls.listeners.append(note)
    yield made
    calls.listeners.remove(note)


def test_a_manifest_of_500_asks_little_and_an_unchanged_one_is_one_read(
    wall: Wall, requests: list[str]
) -> None:
    player, ids = wall.device(groups=["all"]), wall.many(500)
    wall.give("all", wall.playlist(*ids))
    requests.clear()
    first = wall.as_player(player, "GET", "manifest")
    assert requests == ["BatchGetItem"] * 3 + ["UpdateItem"]
    assert first.json["order"] == ids
    assert len(first.content) < 500_000
    requests.clear()
    tag = {"if-none-match": first.headers["ETag"]}
    assert wall.as_player(player, "GET", "manifest", **tag).status == 304
    assert requests == ["BatchGetItem"]
    url = first.json["assets"][0]["content"]["url"]
    requests.clear()
    assert fetch(wall, url, "HEAD").status == 200
    assert requests == ["BatchGetItem"]
    requests.clear()
    assert fetch(wall, url).status == 302
    assert requests == ["BatchGetItem", "PutItem"]


def test_a_rule_that_matches_more_than_it_may_show_shows_the_newest(
    wall: Wall, requests: list[str]
) -> None:
    player, ids = wall.device(), wall.many(MOST_FOUND + 300)
    requests.clear()
    wall.give(player, wall.playlist({"rule": {"category": "many"}}))
    assert len(requests) < 20  # however many it matches
    assert wall.order(player) == ids[: -MOST_FOUND - 1 : -1]


def test_of_what_is_all_over_nothing_is_given_and_what_it_hid_is_shown(wall: Wall) -> None:
    player, over, below = wall.device(), wall.asset("over"), wall.asset("below")
    past = clock.timestamp(clock.now() - timedelta(seconds=1))
    ended = [
        {"asset_id": over, "end_at": past},
        {"rule": {"newest": 9}, "start_at": "2026-01-01T00:00:00Z", "end_at": past},
    ]
    wall.give(player, wall.playlist(*ended, priority=9))
    manifest = wall.manifest(player)
    assert (manifest["assets"], manifest["order"]) == ([], [])
    assert wall.playing(player) == []
    assert wall.get(f"/devices/{player.id}/schedule/day/?date=2099-01-01").json["items"] == []
    wall.give(player, wall.playlist(*ended, priority=9), wall.playlist(below))
    assert wall.order(player) == [below]


def test_links_are_given_to_players_as_they_are(wall: Wall) -> None:
    player = wall.device()
    ids = []
    for link_type, url in (
        ("webpage", "https://menu.test/?a=1&b=2"),
        ("stream", "rtsp://camera.test/live"),
        ("youtube", "https://youtu.be/x"),
    ):
        body = {"url": url, "link_type": link_type, "title": link_type}
        ids.append(wall.made("/assets/link/", body)["id"])
    wall.give(player, wall.playlist(*ids))
    manifest = wall.manifest(player)
    assert manifest["order"] == ids
    shown = [one["anthias"] for one in manifest["assets"]]
    assert [one["delivery"] for one in manifest["assets"]] == ["url"] * 3
    assert not [one for one in manifest["assets"] if "content" in one]
    assert not [one for one in shown if "ext" in one or one["custom_headers"]]
    assert [(one["uri"], one["mimetype"], one["duration"]) for one in shown] == [
        ("https://menu.test/?a=1&b=2", "webpage", 10),
        ("rtsp://camera.test/live", "streaming", 10),
        ("https://youtu.be/x", "youtube_asset", 0),
    ]
    moment = clock.now() - timedelta(minutes=1)
    played = {
        "asset_id": ids[0],
        "version": 1,
        "started_at": clock.timestamp(moment),
        "seconds": 10,
    }
    assert wall.as_player(player, "POST", "heartbeat", {"played": [played]}).status == 204
    (counted,) = wall.get("/plays/").json["items"]
    assert (counted["asset_id"], counted["plays"]) == (ids[0], 1)


def test_an_admin_tells_a_device_which_agent_to_run(wall: Wall) -> None:
    player, other = wall.device(), wall.device()
    path, told = f"/devices/{player.id}/", {"version": "1.10.0", "url": "https://files.test/a.py"}
    first = etag(wall, player)
    assert wall.get(path).json["agent_update"] is None
    assert "agent" not in wall.manifest(player)
    changed = wall.call("PATCH", path, {"agent_update": told})
    assert (changed.status, changed.json["agent_update"]) == (200, told)
    assert wall.manifest(player)["agent"] == told
    assert etag(wall, player) != first
    assert "agent" not in wall.manifest(other)
    assert wall.call("PATCH", path, {"name": "Hall"}).json["agent_update"] == told
    refused = wall.call("PATCH", path, {"agent_update": None}, "editor")
    wall.assert_refused(refused, 403, "forbidden")
    for bad in (
        {"version": "1.10", "url": told["url"]},
        {"version": "1.10.0 ", "url": told["url"]},
        {"version": "1.10.0", "url": "file:///a.py"},
        {"version": "1.10.0", "url": "https://files.test/a b.py"},
        {"version": "1.10.0"},
        "1.10.0",
    ):
        answer = wall.call("PATCH", path, {"agent_update": bad})
        wall.assert_refused(answer, 422, "invalid")
    assert wall.manifest(player)["agent"] == told
    assert wall.call("PATCH", path, {"agent_update": None}).json["agent_update"] is None
    assert "agent" not in wall.manifest(player)
    assert etag(wall, player) == first
