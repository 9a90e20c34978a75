"""What the agent reports, and how it is taken in."""

import json
import stat
import time
from pathlib import Path

import pytest

from device import reef_agent
from tests.device.player import Player, asset_id
from tests.device.reef import DEVICE

BOOT = Path("/proc/sys/kernel/random/boot_id")


def entry(number: int, message: object, ago: float, boot: str | None = None) -> str:
    """A line of the journal."""
    uptime = time.clock_gettime(time.CLOCK_MONOTONIC) - ago
    return json.dumps(
        {
            "__CURSOR": f"s={number}",
            "__REALTIME_TIMESTAMP": str(int((time.time() - ago) * 1e6)),
            "__MONOTONIC_TIMESTAMP": str(int(uptime * 1e6)),
            "_BOOT_ID": boot or BOOT.read_text().strip().replace("-", ""),
            "MESSAGE": message,
        }
    )


def seconds_ago(text: str) -> float:
    return time.time() - reef_agent.moment(text).timestamp()


def test_what_was_played_is_told_once_and_kept_while_reef_is_away(player: Player) -> None:
    player.reef.put(1, b"one")
    player.reef.put(2, b"two", name="Two (2) + ünï")
    agent = player.agent()
    agent.round()
    other = "b" * 32
    lines = [
        entry(1, "Showing asset Asset 1 (image)", 500, other),
        entry(2, "Showing asset Two (2) + ünï (image)", 100),
        "no JSON",
        entry(3, "Sleeping for 10", 99),
        entry(4, list(b"Showing asset Foreign (webpage)"), 90),
        entry(5, "Showing asset Asset 1 (image)", 80),
        entry(6, "Playlist is empty. Sleeping for 5 seconds between checks", 50),
        entry(7, "Showing asset Two (2) + ünï (image)", 40),
    ]
    player.log.write_text("\n".join(lines) + "\n")
    player.reef.down = True
    with pytest.raises(reef_agent.ReefAway):
        agent.round()
    player.log.write_text("")
    player.reef.down = False
    player.agent().round()  # as after a restart
    beat = player.reef.beats[-1]
    assert [(each["asset_id"], each["version"]) for each in beat["played"]] == [
        (asset_id(2), 1),
        (asset_id(1), 1),
    ]
    assert [each["seconds"] for each in beat["played"]] == pytest.approx([10, 30], abs=0.1)
    assert [seconds_ago(each["started_at"]) for each in beat["played"]] == pytest.approx(
        [100, 80], abs=20
    )
    assert beat["playing"] == asset_id(2)
    player.agent().round()
    assert player.reef.beats[-1]["played"] == []
    assert player.state()["names"]["Asset 1"] == [asset_id(1), 1]


def test_a_wrong_clock_dates_no_play_and_is_said(player: Player) -> None:
    player.reef.put(1, b"one")
    player.reef.date = "Thu, 01 Jan 2099 12:00:00 GMT"
    agent = player.agent()
    agent.round()
    assert player.reef.beats[-1]["errors"] == ["the clock of this player is wrong"]
    lines = [entry(n, "Showing asset Asset 1 (image)", 20 - n * 10) for n in (0, 1)]
    player.log.write_text("\n".join(lines) + "\n")
    agent.round()
    (play,) = player.reef.beats[-1]["played"]
    assert play["started_at"].startswith("2099-01-01T11:59:")


def test_many_plays_go_in_several_heartbeats(player: Player) -> None:
    player.reef.put(1, b"one")
    agent = player.agent()
    agent.round()
    lines = [entry(n, "Showing asset Asset 1 (image)", 9000 - 10 * n) for n in range(402)]
    player.log.write_text("\n".join(lines) + "\n")
    agent.round()
    beats = player.reef.beats[1:]
    assert [len(beat["played"]) for beat in beats] == [200, 200, 1]
    starts = [each["started_at"] for beat in beats for each in beat["played"]]
    assert starts == sorted(set(starts))


def test_a_player_is_taken_in_by_its_code(
    player: Player, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reef_agent, "_POLL_SECONDS", 0.01)
    player.reef.pairings = [
        {"status": "waiting", "device_id": None, "token": None},
        {"status": "paired", "device_id": DEVICE, "token": None},  # it went astray
        {"status": "paired", "device_id": DEVICE, "token": "dk_new"},
    ]
    arguments = ["--config", str(player.config), "pair", "--reef", player.reef.address]
    assert reef_agent.main(arguments) == 0
    assert capsys.readouterr().out.count("Code: ABCD2345") == 2
    settings = reef_agent.Settings.read(player.config)
    assert (settings.device_id, settings.token) == (DEVICE, "dk_new")
    assert settings.anthias == player.anthias.address  # what stood there stays
    assert stat.S_IMODE(player.config.stat().st_mode) == 0o640
    player.reef.close()
    assert reef_agent.main(arguments) == 1


def test_settings_that_cannot_be_meant_are_refused(
    player: Player, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in ("{", '{"reef": "https://r.test", "tokn": "x"}', '{"reef": "reef.test"}', "[]"):
        player.config.write_text(text)
        assert reef_agent.main(["--config", str(player.config), "once"]) == 1
        assert "cannot be read" in (said := capsys.readouterr().err) or "no address" in said
    player.configure()
    with reef_agent.alone(reef_agent.Settings.read(player.config)):
        assert reef_agent.main(["--config", str(player.config), "once"]) == 1
    assert "another agent runs" in capsys.readouterr().err
