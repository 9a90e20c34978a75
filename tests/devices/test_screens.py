"""Which screens have which version of an asset, since when, and what a change of it would touch."""

from chalicelib.core import clock
from tests.devices.test_heartbeats import beat, fetched, play
from tests.devices.test_manifests import publish_second
from tests.devices.wall import Json, Wall


def concerned(wall: Wall, asset_id: str, role: str = "viewer") -> Json:
    answer = wall.get(f"/assets/{asset_id}/concerned_screens/", role)
    assert answer.status == 200, answer.content
    found: Json = answer.json
    return found


def test_a_versions_way_is_told_from_approval_to_screen(wall: Wall) -> None:
    asset_id = wall.asset("one")
    players = [wall.device(name="Lobby"), wall.device(name="Roof")]
    for player in players:
        wall.give(player, wall.playlist(asset_id))
        fetched(wall, player)
        beat(wall, player, played=[play(asset_id, clock.now())])
    publish_second(wall, asset_id)
    wall.cloud.run()
    fetched(wall, players[0])
    assert wall.call("DELETE", f"/devices/{players[1].id}/").status == 204
    page = wall.get(f"/assets/{asset_id}/screens/", "editor").json
    assert page["next_cursor"] is None
    told = [(one["device_name"], one["version"], one["is_published"]) for one in page["items"]]
    assert sorted(told, key=str) == [("Lobby", 1, False), ("Lobby", 2, True), (None, 1, False)]
    for one in page["items"]:
        assert one["approved_at"] < one["fetched_at"]
        assert (one["first_played_at"] is None) == one["is_published"]
    newest = page["items"][0]
    assert newest["version"] == 2
    assert newest["approved_at"] > page["items"][1]["approved_at"]
    first = wall.get(f"/assets/{asset_id}/screens/?limit=1", "editor").json
    assert first["items"] == [newest]
    assert first["next_cursor"] is not None


def test_what_a_change_would_touch_is_told_before_it(wall: Wall) -> None:
    asset_id, other = wall.asset("one", tags=["menu"]), wall.asset("two")
    alone, lobby = wall.device(name="Alone"), wall.device(name="Lobby", groups=["ground"])
    wall.device(name="Elsewhere")
    assert concerned(wall, asset_id) == {
        "published_version": 1,
        "playlist_count": 0,
        "playlists": [],
        "device_count": 0,
        "devices": [],
    }
    named, ruled = wall.playlist(asset_id, name="Named"), wall.playlist(name="By rule")
    wall.playlist(asset_id, name="Nobody's")
    wall.cloud.run()
    rule = {"name": "By rule", "items": [{"rule": {"tag": "menu"}}]}
    assert wall.call("PUT", f"/playlists/{ruled}/", rule, "editor").status == 200
    wall.give(alone, ruled)
    wall.give("ground", named)
    beat(wall, lobby, playing=asset_id)
    told = concerned(wall, asset_id)
    assert [one["name"] for one in told["playlists"]] == ["By rule", "Named", "Nobody's"]
    assert told["devices"] == [
        {"id": alone.id, "name": "Alone", "is_playing": False},
        {"id": lobby.id, "name": "Lobby", "is_playing": True},
    ]
    assert (told["playlist_count"], told["device_count"]) == (3, 2)
    assert concerned(wall, other)["devices"] == []
    assert wall.post(f"/assets/{asset_id}/versions/1/unpublish/").status == 200
    assert concerned(wall, asset_id, "editor")["published_version"] is None
    hidden = wall.get(f"/assets/{asset_id}/concerned_screens/", "viewer")
    wall.assert_refused(hidden, 404, "not_found")
    theirs = wall.cloud.get(f"/assets/{other}/concerned_screens/", wall.other.email("admin"))
    wall.assert_refused(theirs, 404, "not_found")


def test_of_many_screens_some_are_named_and_all_are_counted(wall: Wall) -> None:
    asset_id = wall.asset("one")
    for number in range(101):
        wall.device(name=f"Screen {number:03}", groups=["all"])
    wall.give("all", wall.playlist(asset_id))
    told = concerned(wall, asset_id)
    assert (told["device_count"], len(told["devices"])) == (101, 100)
    assert told["devices"][99]["name"] == "Screen 099"
