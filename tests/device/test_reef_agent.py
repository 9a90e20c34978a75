"""The agent's round, on a fake Reef and a fake Anthias, over real HTTP."""

import ast
import dataclasses
import json
import os
import random
import sys
import threading
import time
from pathlib import Path

import pytest

from device import reef_agent
from tests.device.player import IDLE, Player, asset_id
from tests.device.reef import DEVICE
from tests.device.serving import Answer, Cut, Request

BIG = random.Random(7).randbytes(9 * 1024 * 1024 + 17)
FOREIGN = {
    "name": "Foreign",
    "uri": "https://example.org",
    "mimetype": "webpage",
    "start_date": "2026-11-01T00:00:00Z",
    "end_date": "2036-11-01T00:00:00Z",
    "duration": 10,
    "is_enabled": True,
}


def foreign(player: Player) -> None:
    """Have somebody make an asset by hand."""
    body = json.dumps(FOREIGN).encode()
    assert player.anthias.answer(Request(0, "POST", "/api/v2/assets", {}, body)).status == 201


def three(player: Player) -> None:
    """Put a picture, a film and a page into the manifest."""
    player.reef.put(2, b"picture", play_time_from="22:00", play_time_to="06:00", play_days=[5, 1])
    player.reef.put(3, BIG, ext=".mp4", mimetype="video", duration=0)
    player.reef.put(1, uri="https://example.com/?a='b'&c=<d>", mimetype="webpage", duration=30)


def settled(player: Player) -> list[str]:
    """Go rounds until nothing is left to do; return the errors of the last."""
    for _ in range(6):
        player.calls.forget()
        errors = player.round()
        if player.calls.names()[1:] == ["GET /api/v2/assets", "GET /api/v2/info", IDLE[1]]:
            return errors
    raise AssertionError(player.calls.names())


def anthias_id(player: Player, number: int) -> str:
    found: str = player.state()["assets"][asset_id(number)]["current"]["id"]
    return found


def test_the_manifest_comes_to_the_screen_once_and_other_assets_stay(player: Player) -> None:
    foreign(player)
    three(player)
    player.anthias.polls = 2
    player.configure(wait_seconds=5.0)
    assert player.round() == []
    player.assert_right()
    chunks = [name for name in player.calls.names() if name == "POST /api/v2/file_asset"]
    assert len(chunks) == 4  # the picture's, and three of the film's
    film = player.anthias.rows[anthias_id(player, 3)]
    assert film["uri"].endswith(".mp4")
    assert film["duration"] == 12
    agent = player.agent()
    player.calls.forget()
    agent.round()
    agent.round()
    manifest = f"GET /api/v3/devices/{DEVICE}/manifest/"
    assert player.calls.names() == [manifest, IDLE[0], "GET /api/v2/info", IDLE[1], manifest, *IDLE]
    beat = player.reef.beats[-1]
    assert beat["agent_version"] == reef_agent.VERSION
    assert beat["board"] == "pi4-64"
    assert beat["anthias_version"] == "2026.08.2"
    assert beat["free_bytes"] > 0
    assert beat["errors"] == beat["played"] == []
    assert beat["playing"] is None


def test_only_what_differs_is_patched_and_a_version_comes_before_the_old_one_goes(
    player: Player,
) -> None:
    three(player)
    settled(player)
    before = anthias_id(player, 2)
    player.reef.put(2, b"picture", version=2, duration=20, name="Renamed & new", play_days=[1])
    player.reef.entries.reverse()
    player.calls.forget()
    assert player.round() == []
    changes = [call for call in player.calls.made if call.method == "PATCH"]
    assert len(changes) == 1
    assert set(changes[0].json) == {
        "name",
        "duration",
        "play_days",
        "play_time_from",
        "play_time_to",
        "custom_headers",
    }
    assert "POST /api/v2/file_asset" not in player.calls.names()  # the same bytes
    assert anthias_id(player, 2) == before
    player.assert_right()

    player.reef.put(3, b"other film", version=2, ext=".mp4", mimetype="video", duration=0)
    player.anthias.polls = 3
    film, shown = anthias_id(player, 3), []
    player.calls.forget()
    player.calls.disturb = lambda when, request: shown.append(player.names())
    player.configure(wait_seconds=5.0)
    player.round()
    player.assert_right()
    assert all(any(name.startswith("Asset 3") for name in names) for names in shown)
    names = player.calls.names()
    assert names.index("POST /api/v2/assets/order") < names.index(f"DELETE /api/v2/assets/{film}")
    assert player.state()["assets"][asset_id(3)]["current"]["version"] == 2
    assert [row["name"] for row in player.anthias.rows.values()].count("Asset 3-1") == 1
    assert settled(player) == []  # and the number behind the name is no difference


def test_what_leaves_goes_at_once_but_for_a_while_not_the_last(player: Player) -> None:
    three(player)
    settled(player)
    gone = player.reef.entries.pop(0)
    player.calls.forget()
    player.round()
    player.assert_right()
    assert gone["asset_id"] not in player.state()["assets"]

    player.reef.entries.clear()
    player.reef.put(7, b"not to be had")
    player.reef.spoil = lambda request, answer: Answer(500) if "/signed" in request.path else answer
    player.round()
    assert player.names() == ["Asset 3", "Asset 1"]  # nothing else could be shown yet
    player.reef.spoil = lambda request, answer: answer
    state = player.state() | {"failed": {}}
    (player.folder / "state.json").write_text(json.dumps(state))
    player.round()
    player.assert_right()

    player.reef.entries.clear()
    player.round()
    assert player.anthias.rows == {}
    assert player.anthias.files == {}


def test_an_empty_screen_waits_no_minute_for_what_should_have_left(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    three(player)
    settled(player)
    monkeypatch.setattr(reef_agent, "_LEAVING_SECONDS", 0.0)
    player.reef.entries.clear()
    player.reef.put(7, b"not to be had")
    player.reef.spoil = lambda request, answer: Answer(404) if "/d/" in request.path else answer
    assert player.round() == [f"asset {asset_id(7)}: the download answers 404"]
    assert player.names() == []


def test_while_reef_is_away_nothing_changes(player: Player) -> None:
    three(player)
    settled(player)
    rows = player.anthias.snapshot()
    player.reef.entries.clear()
    agent = player.agent()
    player.calls.forget()

    def cut(request: Request, answer: Answer) -> Answer:
        raise Cut

    spoilt = [
        lambda request, answer: Answer(500),
        lambda request, answer: Answer(200, answer.body[:-9]),
        lambda request, answer: Answer(200, answer.body, cut_after=20),
        lambda request, answer: Answer(200, b"<html>Sign in to the Wi-Fi</html>"),
        lambda request, answer: Answer(200, {"schema": "reef-manifest/2"}),
        lambda request, answer: Answer(200, player.reef.manifest() | {"order": [asset_id(9)]}),
        lambda request, answer: Answer(200, player.reef.manifest() | {"device_id": asset_id(9)}),
        lambda request, answer: Answer(302, headers={"Location": "https://portal.example"}),
        lambda request, answer: Answer(401),
        lambda request, answer: Answer(304),
        cut,
    ]
    (player.folder / "manifest.json").unlink()  # nor is there a good one to go on with
    agent = player.agent()
    for spoil in spoilt:
        player.reef.spoil = spoil
        with pytest.raises(reef_agent.ReefAway):
            agent.round()
    player.reef.down, player.reef.spoil = True, lambda request, answer: answer
    with pytest.raises(reef_agent.ReefAway) as away:
        agent.round()
    assert away.value.retry_after == 7
    assert {call.path.split("/")[-2] for call in player.calls.made} == {"manifest"}
    assert player.anthias.snapshot() == rows
    player.reef.down = False
    agent.round()
    assert player.anthias.rows == {}


@pytest.mark.parametrize(
    "spoil",
    [
        {"content": {"url": "file:///etc/passwd", "sha256": "0" * 64, "size_bytes": 1}},
        {"content": {"url": "http://x.test/", "sha256": "../../etc", "size_bytes": 1}},
        {"content": {"url": "http://x.test/", "sha256": "0" * 64, "size_bytes": -1}},
        {"anthias": {"name": "x"}},
        {"delivery": "pigeon"},
    ],
)
def test_a_manifest_with_anything_wrong_in_it_is_not_believed(player: Player, spoil: dict) -> None:  # type: ignore[type-arg]
    player.reef.put(1, b"x")
    player.reef.entries[0].update(spoil)
    with pytest.raises(reef_agent.ReefAway):
        player.agent().round()
    assert player.calls.names() == [f"GET /api/v3/devices/{DEVICE}/manifest/"]


def test_a_download_goes_on_where_it_was_cut_and_only_the_right_bytes_play(player: Player) -> None:
    entry = player.reef.put(1, BIG)
    ranges = []

    def cut(request: Request, answer: Answer) -> Answer:
        if "/signed" in request.path:
            ranges.append(request.headers.get("Range"))
            if len(ranges) <= 2:  # each time some megabytes arrive
                headers = answer.headers | {"Content-Length": str(len(answer.body))}
                return Answer(answer.status, answer.body, headers, cut_after=3_000_000)
        return answer

    player.reef.spoil = cut
    assert player.round() == []
    player.assert_right()
    starts = [int(each.removeprefix("bytes=").rstrip("-")) for each in ranges[1:]]
    assert ranges[0] is None
    assert 0 < starts[0] < starts[1] < len(BIG)
    assert not list((player.folder / "cache").glob("*.part"))

    lies = {
        "the download broke off": lambda request, answer: Answer(200, answer.body[:-1]),
        "more bytes came than it has": lambda request, answer: Answer(200, BIG + b"more"),
        "other bytes came than were published": lambda request, answer: Answer(200, b"x" * 99),
        "the download answers 403": lambda request, answer: Answer(403),
    }
    for text, spoil in lies.items():
        entry = player.reef.put(2, b"y" * 99, ext=".png", version=entry["version"] + 1)
        player.reef.spoil = lambda request, answer, spoil=spoil: (
            spoil(request, answer) if "/signed" in request.path else answer
        )
        (player.folder / "cache" / f"{entry['content']['sha256']}.part").unlink(missing_ok=True)
        assert player.round() == [f"asset {asset_id(2)}: {text}"]
        player.calls.forget()
        assert player.round() == [f"asset {asset_id(2)}: {text}"]  # said again, not tried at once
        assert not [name for name in player.calls.names() if "/d/" in name]
        state = player.state() | {"failed": {}}
        (player.folder / "state.json").write_text(json.dumps(state))
    assert player.names() == ["Asset 1"]
    player.reef.spoil = lambda request, answer: (
        Answer(206, b"0" * 5, {"Content-Range": "bytes 3-7/99"})
        if "/signed" in request.path and "Range" in request.headers
        else answer
    )
    part = player.folder / "cache" / f"{entry['content']['sha256']}.part"
    part.write_bytes(b"y" * 50)
    assert player.round() == [f"asset {asset_id(2)}: the download goes on elsewhere"]
    (player.folder / "state.json").write_text(json.dumps(player.state() | {"failed": {}}))
    assert player.round() == []
    player.assert_right()


def test_what_reef_says_meanwhile_ends_a_long_download(player: Player) -> None:
    player.reef.put(1, BIG)
    agent, downloads = player.agent(), []

    def taken_down(request: Request, answer: Answer) -> Answer:
        if "/signed" in request.path:
            downloads.append(request.path)
            player.reef.entries.clear()
            player.reef.put(2, b"instead")
            agent.breathed -= 61  # a minute has passed
        return answer

    player.reef.spoil = taken_down
    agent.round()
    player.assert_right()
    assert player.names() == ["Asset 2"]
    assert len(downloads) == 2
    assert len(player.reef.beats) == 2 + 1  # one from within each download, and the last


def test_requests_that_failed_but_were_obeyed_are_not_obeyed_twice(player: Player) -> None:
    three(player)
    player.anthias.redis = False  # every change is made and answered with 500
    for _ in range(5):
        player.round()
    assert sorted(row["name"] for row in player.anthias.rows.values()) == [
        "Asset 1",
        "Asset 2",
        "Asset 3",
    ]
    player.anthias.redis = True
    settled(player)
    player.assert_right()


def test_a_page_without_our_header_is_found_again_after_an_unanswered_request(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign(player)
    player.reef.put(1, uri="https://example.org", mimetype="webpage", custom_headers={})
    player.reef.entries[0]["anthias"]["name"] = "Foreign"  # as the one made by hand

    def cut(when: str, request: Request) -> None:
        if when == moment and (request.method, request.path) == ("POST", "/api/v2/assets"):
            raise Cut

    moment = "after"
    player.calls.disturb = cut
    player.round()
    assert sorted(row["name"] for row in player.anthias.rows.values()) == ["Foreign", "Foreign-1"]
    assert player.anthias.rows[anthias_id(player, 1)]["name"] == "Foreign-1"

    player.reef.put(1, uri="https://example.com", mimetype="webpage", custom_headers={}, version=2)
    moment = "before"
    for _ in range(3):  # it may still appear, so it is not sent again
        player.round()
    assert player.calls.names().count("POST /api/v2/assets") == 2
    monkeypatch.setattr(reef_agent, "_UNANSWERED_SECONDS", 0)
    monkeypatch.setattr(reef_agent, "_RETRY_SECONDS", (0,))
    player.calls.disturb = lambda when, request: None
    player.round()
    assert player.anthias.rows[anthias_id(player, 1)]["uri"] == "https://example.com"
    assert len(player.anthias.rows) == 2


def test_what_anthias_cannot_play_is_said_and_the_version_before_stays(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    three(player)
    settled(player)
    player.anthias.unplayable = {"broken"}
    new = {"ext": ".mp4", "mimetype": "video", "duration": 0, "name": "broken"}
    player.reef.put(3, b"hevc", version=2, **new)
    player.round()
    assert player.round() == [f"asset {asset_id(3)}: This board cannot play hevc."]
    assert player.names() == ["Asset 2", "Asset 3", "Asset 1"]
    player.calls.forget()
    assert player.round() == [f"asset {asset_id(3)}: This board cannot play hevc."]
    assert "POST /api/v2/file_asset" not in player.calls.names()
    player.reef.put(3, b"h264", version=3, ext=".mp4", mimetype="video", duration=0)
    settled(player)
    player.assert_right()

    player.anthias.polls = 10**6  # one that never ends
    player.reef.put(3, b"h264 again", version=4, ext=".mp4", mimetype="video", duration=0)
    player.round()
    monkeypatch.setattr(reef_agent, "_PROCESSING_SECONDS", 0)
    assert player.round() == [f"asset {asset_id(3)}: Anthias does not finish processing it"]
    assert len(player.anthias.rows) == 3


def test_troubles_of_the_anthias_server_are_said(player: Player) -> None:
    player.reef.put(1, b"picture")
    player.reef.put(2, uri="https://away.example", mimetype="webpage")
    player.anthias.locked = True
    assert player.round() == ["the Anthias server wants a name and a password"]
    player.configure(username="pi", password="raspberry")
    player.anthias.full = True
    assert player.round() == ["the disk of the Anthias server is full"]
    player.anthias.full, player.anthias.unreachable = False, {"https://away.example"}
    (error,) = player.round()
    assert error.startswith(
        f"asset {asset_id(2)}: the Anthias server answers 500 to POST /api/v2/assets: "
    )
    assert player.names() == ["Asset 1"]  # the other one is there all the same
    player.anthias.close()
    (error,) = player.round()
    assert error.startswith("the Anthias server cannot be reached")
    assert player.reef.beats[-1]["anthias_version"] is None


def test_what_was_deleted_or_changed_by_hand_comes_back_from_the_cache(player: Player) -> None:
    foreign(player)
    three(player)
    settled(player)
    player.anthias.clean_up()
    del player.anthias.rows[anthias_id(player, 2)]
    player.anthias.rows[anthias_id(player, 1)]["is_enabled"] = False
    player.calls.forget()
    settled(player)
    player.assert_right()
    assert not [name for name in player.calls.names() if "/d/" in name]


def test_a_lost_state_finds_its_assets_and_a_late_duplicate_goes(player: Player) -> None:
    three(player)
    settled(player)
    rows = set(player.anthias.rows)
    player.forget()
    assert settled(player) == []
    player.assert_right()
    assert set(player.anthias.rows) == rows

    body = json.dumps(player.reef.entries[2]["anthias"]).encode()
    player.anthias.answer(Request(0, "POST", "/api/v2/assets", {}, body))
    settled(player)
    player.assert_right()
    for name in ("state.json", "manifest.json", "played.json"):
        (player.folder / name).write_text('{"assets": {"01')  # cut off by a power failure
    settled(player)
    player.assert_right()
    assert set(player.anthias.rows) == rows


def test_the_cache_stays_within_its_limit_and_the_disk_keeps_room(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        player.reef.put(number, bytes([number]) * 1000)
    player.configure(cache_bytes=2500)
    settled(player)
    player.assert_right()
    cache = player.folder / "cache"
    assert sum(path.stat().st_size for path in cache.iterdir()) <= 2500
    kept = {path.name for path in cache.iterdir()}
    player.reef.entries.pop()
    player.reef.put(6, b"6" * 9000)  # larger than the whole cache
    settled(player)
    player.assert_right()
    assert sum(path.stat().st_size for path in cache.iterdir()) <= 2500
    assert kept != {path.name for path in cache.iterdir()}

    player.reef.put(7, b"7" * 1000)
    usage = os.statvfs(cache)
    free = usage.f_bavail * usage.f_frsize
    monkeypatch.setattr(reef_agent, "_RESERVE", free)
    assert player.round() == [f"asset {asset_id(7)}: too little free space for its 1000 bytes"]
    assert len(player.anthias.rows) == 5


def test_the_file_is_python_3_9_and_needs_requests_alone() -> None:
    path = Path(reef_agent.__file__)
    tree = ast.parse(path.read_text("utf-8"), feature_version=(3, 9))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - set(sys.stdlib_module_names) == {"requests"}


def test_a_slow_download_reports_meanwhile_and_goes_on_after_a_stall(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reef_agent, "_REMOTE", (10, 3))  # seconds without a byte
    monkeypatch.setattr(reef_agent, "_RETRY_SECONDS", (0,))
    entry, ranges, heard = player.reef.put(1, BIG), [], []
    agent, gone = player.agent(), threading.Event()

    def trickle(written: int) -> None:
        """Send no more before the agent has reported, as it does each minute."""
        if written == 50_000:
            agent.breathed -= 61
        deadline = time.monotonic() + 60
        while written > 100_000 and not player.reef.beats and time.monotonic() < deadline:
            time.sleep(0.01)
        heard.append(len(player.reef.beats))

    def stall(written: int) -> None:
        """Send no more, until the agent has given up."""
        if written >= 1_000_000:
            gone.wait(60)

    def slow(request: Request, answer: Answer) -> Answer:
        if "/signed" not in request.path:
            return answer
        ranges.append(request.headers.get("Range"))
        paced = {1: (1000, trickle), 2: (100_000, stall), 3: (100_000, stall)}
        pieces, between = paced.get(len(ranges), (0, lambda written: None))
        cut = 200_000 if len(ranges) == 1 else None
        return dataclasses.replace(
            answer,
            headers=answer.headers | {"Content-Length": str(len(answer.body))},
            pieces=pieces,
            between=between,
            cut_after=cut,
        )

    player.reef.spoil = slow
    agent.round()
    assert heard[-1] == 1  # the heartbeat came while bytes trickled
    assert player.reef.beats[-1]["errors"] == [
        f"asset {entry['asset_id']}: the download broke off: ConnectionError"
    ]
    part = player.folder / "cache" / f"{entry['content']['sha256']}.part"
    kept = part.stat().st_size
    assert kept > 2_000_000
    assert player.names() == []
    gone.set()
    assert player.round() == []
    player.assert_right()
    starts = [int(each.removeprefix("bytes=").rstrip("-")) for each in ranges[1:]]
    assert ranges[0] is None
    assert starts == sorted(starts)
    assert starts[-1] == kept


@pytest.mark.parametrize(
    ("headers", "cut_after", "said"),
    [
        ({"Content-Length": "99999"}, 99, "the download broke off"),
        ({"Content-Length": "50"}, None, ""),
        ({"Content-Length": "banana"}, 99, ""),
        ({"Content-Length": "-7"}, 99, ""),
        ({"Transfer-Encoding": "chunked"}, 99, "the download broke off"),
        ({"Content-Encoding": "gzip"}, None, "the download broke off"),
        ({"Content-Length": "0"}, None, "the download broke off"),
    ],
)
def test_lengths_that_lie_bring_the_right_bytes_or_none(
    player: Player, headers: dict[str, str], cut_after: int | None, said: str
) -> None:
    player.reef.put(1, b"y" * 99)

    def lie(request: Request, answer: Answer) -> Answer:
        if "/signed" not in request.path or "Range" in request.headers:
            return answer
        return dataclasses.replace(answer, headers=headers, cut_after=cut_after)

    player.reef.spoil = lie
    errors = player.round()
    if said:
        assert errors[0].startswith(f"asset {asset_id(1)}: {said}")
        assert player.names() == []
        player.reef.spoil = lambda request, answer: answer
        (player.folder / "state.json").unlink()
        errors = player.round()
    assert errors == []
    player.assert_right()


def test_a_manifest_whose_length_lies_changes_nothing(player: Player) -> None:
    three(player)
    settled(player)
    rows = player.anthias.snapshot()
    player.reef.entries.clear()
    for headers, cut_after in (
        ({"Content-Length": "99999"}, 60),
        ({"Content-Length": "60"}, None),
        ({"Content-Length": "0"}, None),
        ({"Transfer-Encoding": "chunked"}, 60),
        ({"Content-Encoding": "gzip"}, None),
    ):
        player.reef.spoil = lambda request, answer, headers=headers, cut_after=cut_after: (
            dataclasses.replace(answer, headers=answer.headers | headers, cut_after=cut_after)
        )
        with pytest.raises(reef_agent.ReefAway):
            player.agent().round()
    assert player.anthias.snapshot() == rows


def test_what_stands_in_for_the_anthias_server_is_said_and_changes_nothing(player: Player) -> None:
    three(player)
    settled(player)
    rows, answer = player.anthias.snapshot(), player.anthias.answer
    player.reef.entries.pop()
    for content in (
        b"<html>It starts</html>",
        b"",
        b"[1]",
        b'[{"name": "x"}]',
        b"{}",
        b"null",
        b"[{",
    ):
        player.anthias.answer = lambda request, content=content: Answer(200, content)  # type: ignore[method-assign]
        (error,) = player.round()
        assert error.startswith("the Anthias server answers ")
        assert player.reef.beats[-1]["errors"] == [error]
    player.anthias.answer = answer  # type: ignore[method-assign]
    assert player.anthias.snapshot() == rows
    assert player.round() == []
    player.assert_right()


def test_connections_that_servers_close_when_idle_are_no_trouble(player: Player) -> None:
    player.reef.idle_seconds = player.anthias.idle_seconds = 0.05
    three(player)
    player.anthias.polls = 3
    player.configure(wait_seconds=30.0)
    agent = player.agent()
    for _ in range(3):
        agent.round()
        assert player.reef.beats[-1]["errors"] == []
        agent.breathed -= 61
    player.assert_right()
    assert len(player.reef.beats) >= 3


def test_a_connection_closed_just_when_it_is_used_again_is_opened_again(player: Player) -> None:
    three(player)
    settled(player)
    agent, cut = player.agent(), []

    def once(when: str, request: Request) -> None:
        if when == "before" and request.path.endswith("/heartbeat/") and not cut:
            cut.append(request)
            raise Cut

    player.calls.disturb = once
    before = len(player.reef.beats)
    agent.round()
    assert (len(cut), len(player.reef.beats)) == (1, before + 1)
