"""Requests about screens, cut at each call to AWS and sent again: they end as if they had not been.

What is cut dies, loses an answer, or is refused from there on; whoever asked asks again.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest

from chalicelib.core import clock
from tests.cloud import Answer
from tests.devices.test_heartbeats import fetched, play, report
from tests.devices.test_rollouts import told
from tests.devices.wall import Json, Player, Wall
from tests.faults import state
from tests.faults.wire import Call, Died, Fault, Plan, Wire, nothing

PATIENCE = timedelta(seconds=41)
"""After this a request is repeated; its first run is no longer in progress then."""

_READS = ("Get", "BatchGet", "Query", "Scan")
GROUP = "/device_groups/all/playlists/"


class Scene(NamedTuple):
    """Screens before a request."""

    wall: Wall
    player: Player
    assets: list[str]
    playlist: str
    shown: Json
    """What a new player shows, once it does."""


class Flow(NamedTuple):
    """A request, and what is there once it was answered; `first` is what comes before it."""

    name: str
    ask: Callable[[Scene], Answer]
    check: Callable[[Scene, Answer], None]
    first: Callable[[Scene], None] = lambda scene: None


class Clock:
    """The present time, which can be moved on."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.ahead, real = timedelta(), clock.now
        patch.setattr(clock, "now", lambda: real() + self.ahead)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with pytest.MonkeyPatch.context() as patch:
        yield Wire(patch)


def named(name: str) -> Json:
    return {"idempotency-key": name}


def make_playlist(scene: Scene) -> Answer:
    items = [{"asset_id": one} for one in scene.assets]
    body = {"name": "Made", "items": items}
    return scene.wall.post("/playlists/", body, "editor", headers=named("made"))


def one_playlist_was_made(scene: Scene, answer: Answer) -> None:
    wall, made = scene.wall, answer.json["id"]
    listed = [one["id"] for one in wall.get("/playlists/").json["items"]]
    assert sorted(listed) == sorted([made, scene.playlist])
    assert [one.action for one in told(wall, made)] == ["playlist.created"]
    wall.give(scene.player, made)
    assert wall.order(scene.player) == scene.assets


def replace_playlist(scene: Scene) -> Answer:
    body = {"name": "Loop", "items": [{"asset_id": scene.assets[1]}]}
    return scene.wall.call("PUT", f"/playlists/{scene.playlist}/", body, "editor")


def its_screens_have_the_new_one(scene: Scene, answer: Answer) -> None:
    assert answer.status == 200
    assert scene.wall.order(scene.player) == [scene.assets[1]]
    actions = [one.action for one in told(scene.wall, scene.playlist)]
    assert actions == ["playlist.created", "playlist.changed"]


def give_group(scene: Scene) -> Answer:
    return scene.wall.call("PUT", GROUP, {"playlist_ids": []}, "editor")


def the_group_plays_nothing(scene: Scene, answer: Answer) -> None:
    assert answer.json["playlist_ids"] == []
    assert scene.wall.order(scene.player) == []
    actions = [one.action for one in told(scene.wall, "all")]
    assert actions == ["device_group.changed", "device_group.changed"]


def put_in_place(scene: Scene) -> Answer:
    body = {"asset_id": scene.assets[0], "with_asset_id": scene.assets[1]}
    return scene.wall.post("/playlists/replace/", body, "editor")


def take_in(scene: Scene) -> Answer:
    code = scene.shown["code"]
    body = {"code": code, "name": "New", "time_zone": "UTC", "groups": ["all"]}
    return scene.wall.post("/devices/pair/", body, headers=named("pair"))


def show_code(scene: Scene) -> None:
    scene.shown.update(scene.wall.cloud.post("/devices/pairing/").json)


def the_player_is_let_in(scene: Scene, answer: Answer) -> None:
    wall = scene.wall
    ask = {"poll_token": scene.shown["poll_token"]}
    paired = wall.cloud.post("/devices/pairing/", body=ask).json
    assert paired["device_id"] == answer.json["id"]
    assert wall.order(Player(paired["device_id"], paired["token"])) == [scene.assets[0]]
    names = sorted(one["name"] for one in wall.get("/devices/").json["items"])
    assert names == ["Lobby", "New"]


def say_what_played(scene: Scene) -> Answer:
    at = clock.now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    played = [play(scene.assets[0], at + timedelta(seconds=10 * number)) for number in range(3)]
    return scene.wall.as_player(scene.player, "POST", "heartbeat", {"played": played})


def plays_are_counted_once(scene: Scene, answer: Answer) -> None:
    assert answer.status == 204
    assert [row["plays"] for row in report(scene.wall)] == [3]


def begin_trial(scene: Scene) -> Answer:
    body = {"playlist_ids": [], "canary": {"devices": 1, "minutes": 30}}
    answer = scene.wall.call("PUT", GROUP, body, "editor")
    if answer.status == 409:  # the one before got through, and its answer was lost
        assert answer.code == "rollout_running"
        (group,) = scene.wall.get("/device_groups/").json["items"]
        return scene.wall.get(f"/rollouts/{group['rollout_id']}/")
    return answer


def be_heard(scene: Scene) -> None:
    answer = scene.wall.as_player(scene.player, "POST", "heartbeat", {})
    assert answer.status == 204


def one_trial_is_under_way(scene: Scene, answer: Answer) -> None:
    wall = scene.wall
    (group,) = wall.get("/device_groups/").json["items"]
    assert group["rollout_id"] is not None
    assert group["rollout_id"] in (answer.json.get("rollout_id"), answer.json.get("id"))
    assert wall.order(scene.player) == []
    assert [one.action for one in told(wall, group["rollout_id"])] == ["rollout.begun"]


def complain(scene: Scene) -> Answer:
    return scene.wall.as_player(scene.player, "POST", "heartbeat", {"errors": ["no picture"]})


def on_trial(scene: Scene) -> None:
    be_heard(scene)
    assert begin_trial(scene).status == 202


def the_trial_is_taken_back(scene: Scene, answer: Answer) -> None:
    del answer
    wall = scene.wall
    (group,) = wall.get("/device_groups/").json["items"]
    assert group["rollout_id"] is None
    assert wall.order(scene.player) == [scene.assets[0]]
    trail = [one.action for one in told(wall, group["last_rollout_id"])]
    assert trail == ["rollout.begun", "rollout.rolled_back"]


FLOWS = (
    Flow("make a playlist", make_playlist, one_playlist_was_made),
    Flow("replace a playlist", replace_playlist, its_screens_have_the_new_one),
    Flow("put an asset in place", put_in_place, its_screens_have_the_new_one),
    Flow("give a group playlists", give_group, the_group_plays_nothing),
    Flow("take in a player", take_in, the_player_is_let_in, show_code),
    Flow("count plays", say_what_played, plays_are_counted_once),
    Flow("begin a trial", begin_trial, one_trial_is_under_way, be_heard),
    Flow("take a trial back", complain, the_trial_is_taken_back, on_trial),
)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_a_request_cut_anywhere_ends_as_it_should(
    wall: Wall, wire: Wire, monkeypatch: pytest.MonkeyPatch, flow: Flow
) -> None:
    assets = [wall.asset(name) for name in ("one", "two")]
    scene = Scene(wall, wall.device(groups=["all"]), assets, wall.playlist(assets[0]), {})
    wall.give("all", scene.playlist)
    fetched(wall, scene.player)
    wall.cloud.run()
    flow.first(scene)
    time, kept = Clock(monkeypatch), state.save()
    calls = _of_the_request(wire, flow, scene)
    cuts = [(call, way) for call in calls for way in _ways(call)]
    assert len(cuts) > len(calls) > 0
    for call, way in cuts:
        state.restore(kept)
        time.ahead = timedelta()
        try:
            _ask(wire, flow, scene, _cut(call.number, way))
            time.ahead = PATIENCE
            answer = _ask(wire, flow, scene, nothing)
            assert answer is not None
            flow.check(scene, answer)
        except BaseException as error:
            error.add_note(f"{flow.name}: {way} at call {call.number}, {call.operation}")
            raise


def _of_the_request(wire: Wire, flow: Flow, scene: Scene) -> list[Call]:
    calls: list[Call] = []

    def note(call: Call) -> None:
        calls.append(call)

    _ask(wire, flow, scene, note)
    return calls


def _ask(wire: Wire, flow: Flow, scene: Scene, plan: Plan) -> Answer | None:
    """Send the request; None where the process died before it answered."""
    try:
        with wire.watched(plan):
            return flow.ask(scene)
    except Died:
        return None


def _ways(call: Call) -> Iterator[Fault]:
    yield "refused"
    if call.number == 1:
        yield "dies before"
    if not call.operation.startswith(_READS):
        yield from ("dies after", "answer lost")


def _cut(number: int, way: Fault) -> Plan:
    """Let one call suffer; a service that refuses goes on to refuse."""

    def plan(call: Call) -> Fault | None:
        refused = way == "refused" and call.number > number
        return way if call.number == number or refused else None

    return plan
