"""Players move in once, however often it is run and wherever it was interrupted."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from urllib3.exceptions import ProtocolError

from chalicelib.devices.migrate import __main__ as command
from chalicelib.devices.migrate import moving
from tests.device.serving import Calls, Cut, Request
from tests.devices.migrate import generated
from tests.devices.migrate.generated import asset
from tests.devices.migrate.library import TOKEN, Library


class Mover:
    """The command, with a fake Reef and a player of either generation."""

    def __init__(self, folder: Path) -> None:
        self.calls = Calls()
        self.reef = Library(self.calls)
        self.folder, self.token = folder, folder / "token"
        self.token.write_text(TOKEN)
        self.report = folder / "report.csv"

    def source(self, is_new: bool, packed: bool) -> list[str]:
        if packed:
            return [str(generated.archive(self.folder / "a.tar.gz", is_new))]
        held = generated.folder(self.folder / "assets", is_new)
        return [str(generated.database(self.folder / "a.db", is_new)), "--assets", str(held)]

    def run(self, source: list[str], *more: str) -> tuple[int, dict[str, dict[str, str]], str]:
        """Return the exit status, the report by the player's ids, and what was printed."""
        out = io.StringIO()
        self.report.unlink(missing_ok=True)
        given = [*source, "--reef", self.reef.address, "--token-file", str(self.token)]
        given += ["--device", "Lobby", "--state", str(self.folder / "state"), *more]
        status = command.main([*given, "--report", str(self.report)], out)
        if not self.report.exists():
            return status, {}, out.getvalue()
        with self.report.open(newline="") as file:
            return (
                status,
                {row["player_asset"]: row for row in csv.DictReader(file)},
                out.getvalue(),
            )

    def written(self) -> list[str]:
        return [name for name in self.calls.names() if not name.startswith("GET")]


@pytest.fixture
def mover(tmp_path: Path) -> Iterator[Mover]:
    made = Mover(tmp_path)
    yield made
    made.reef.close()


@pytest.mark.parametrize(
    ("is_new", "packed"), [(True, False), (False, False), (True, True), (False, True)]
)
def test_a_player_moves_in_once_with_its_schedule(mover: Mover, is_new: bool, packed: bool) -> None:
    source = mover.source(is_new, packed)
    status, rows, _ = mover.run(source, "--dry-run")
    assert (status, mover.written()) == (0, [])
    assert rows[asset(0)]["became"] == "would be moved"
    assert rows[asset(0)]["reason"] == "image/png, 15 bytes"

    status, rows, printed = mover.run(source)
    assert status == 1  # one of them is no picture, and one no media
    became = {number: rows[asset(number)]["became"] for number in range(9)}
    assert became == {
        0: "moved", 1: "moved", 2: "moved", 3: "skipped", 4: "skipped",
        5: "moved", 6: "skipped", 7: "failed", 8: "failed",
    }  # fmt: skip
    reasons = [rows[asset(number)]["reason"] for number in (3, 4, 5, 6, 7, 8)]
    assert reasons[0] == "its file is missing"
    assert ("no hevc" if is_new else "is_processing") in reasons[1]
    assert reasons[2] == "not in the playlist: disabled on the player"
    assert reasons[3] == "it has neither a file nor an address"
    assert reasons[4] == "text/plain is not taken."
    assert reasons[5] == "failed: unreadable"
    assert "4 moved" in printed
    titles = {each["title"] for each in mover.reef.assets.values()}
    assert {"Picture", "Film &", "Page", "Off"} <= titles
    film = mover.reef.assets[rows[asset(1)]["reef_asset"]]
    assert film["content_type"] == "video/mp4"
    assert film["filename"].endswith(".mp4")
    assert mover.reef.bytes[film["id"]] == generated.MP4 + b"film"
    link = mover.reef.assets[rows[asset(2)]["reef_asset"]]
    assert (link["url"], link["link_type"]) == ("https://example.com/?a=1&b=2", "webpage")
    (playlist,) = mover.reef.playlists.values()
    dates = {"start_at": "2026-01-01T00:00:00Z", "end_at": "2036-01-01T00:00:00Z"}
    hours = {"play_days": [6, 7], "play_time_from": "22:00", "play_time_to": "06:00"}
    assert playlist["name"] == "Lobby"
    assert playlist["items"] == [
        {"asset_id": link["id"], "duration_seconds": 10} | dates,
        {"asset_id": film["id"]} | dates,
        {"asset_id": rows[asset(0)]["reef_asset"], "duration_seconds": 10}
        | dates
        | (hours if is_new else {}),
    ]

    kept, lists = dict(mover.reef.assets), dict(mover.reef.playlists)
    for lost in (False, True):  # with what was kept here, and without
        if lost:
            (mover.folder / "state").unlink()
        mover.calls.forget()
        _, rows, _ = mover.run(source)
        assert [rows[asset(n)]["became"] for n in (0, 1, 2, 5)] == ["there already"] * 4
        fresh = [each for key, each in mover.reef.assets.items() if key not in kept]
        assert {each["title"] for each in fresh} == {"Bad"}  # what failed is tried again
        assert mover.reef.playlists == lists
        assert not [name for name in mover.written() if "playlists" in name or "link" in name]


def test_it_goes_on_wherever_it_was_cut(mover: Mover, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "_PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(moving, "_POLL_SECONDS", 0.01)
    source = mover.source(True, False)
    whole = 0
    while True:
        whole += 1
        mover.reef.assets.clear()
        mover.reef.playlists.clear()
        mover.reef.answers.clear()
        (mover.folder / "state").unlink(missing_ok=True)
        mover.calls.forget()

        def cut(when: str, request: Request, last: int = whole) -> None:
            if request.number >= last and when == ("after" if last % 2 else "before"):
                raise Cut

        monkeypatch.setattr("urllib3.util.retry.Retry.increment", _give_up)
        mover.calls.disturb = cut
        status, _, _ = mover.run(source)
        done = status != 2
        mover.calls.disturb = lambda when, request: None
        mover.run(source)
        mover.run(source)
        titles = sorted(
            each["title"] for each in mover.reef.assets.values() if each["status"] == "approved"
        )
        assert titles == ["Film &", "Off", "Page", "Picture"], whole
        assert len(mover.reef.playlists) == 1
        if done:
            break
    assert whole > 15


def _give_up(self: object, *arguments: object, **more: object) -> None:
    """Try nothing again, as if all tries had been in vain."""
    raise ProtocolError("cut")


def test_large_files_go_in_parts_and_long_lists_in_several_playlists(
    mover: Mover, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "_ITEMS_EACH", 2)
    mover.reef.multipart_over = 6
    source = mover.source(True, False)
    _, rows, _ = mover.run(source)
    assert mover.reef.bytes[rows[asset(1)]["reef_asset"]] == generated.MP4 + b"film"
    assert [(each["name"], len(each["items"])) for each in mover.reef.playlists.values()] == [
        ("Lobby", 2),
        ("Lobby (2)", 1),
    ]


def test_nothing_is_done_with_a_wrong_token_or_source(
    mover: Mover, capsys: pytest.CaptureFixture[str]
) -> None:
    source = mover.source(True, False)
    assert mover.run(["/nowhere/anthias.db"])[0] == 2
    assert "neither an address" in capsys.readouterr().err
    mover.token.write_text("wrong")
    assert mover.run(source)[0] == 2
    assert "token" in capsys.readouterr().err
    mover.token.unlink()
    assert mover.run(source)[0] == 2
    assert mover.reef.assets == {}
