"""An old player moves into a running Reef, is taken in, and shows what it showed before."""

import io
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from chalicelib.devices.migrate import __main__ as migrate
from device import reef_agent
from local import seeds
from tests.device.anthias import FakeAnthias
from tests.device.serving import Calls
from tests.devices.migrate import generated
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.timeout(600)

NAMES = ["Page", "Picture 2", "Picture 1"]


@pytest.fixture
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture
def anthias() -> Iterator[FakeAnthias]:
    server = FakeAnthias(Calls())
    yield server
    server.close()


def old_player(folder: Path) -> Path:
    """A first-generation player's backup, with two pictures, a page, and a row without a file."""
    rows, files = [], {}
    for number, name in enumerate(NAMES):
        row = generated.rows(False)[2 if name == "Page" else 0]
        path = f"/home/pi/screenly_assets/{generated.asset(number)}"
        if name != "Page":
            picture = io.BytesIO()
            Image.new("RGB", (640, 360), (90 * number, 200, 90)).save(picture, "PNG")
            files[generated.asset(number)] = picture.getvalue()
        uri = "https://example.com/menu" if name == "Page" else path
        rows.append(
            row
            | {"asset_id": generated.asset(number), "name": name, "uri": uri, "play_order": number}
        )
    rows.append(generated.rows(False)[3])
    return generated.archive(folder / "backup.tar.gz", False, held=rows, inside=files)


class Admin:
    """An admin of the running Reef."""

    def __init__(self, stack: Stack) -> None:
        self.base = f"{stack.url}/api/v3"
        self.headers = {"Authorization": f"Bearer {stack.token(seeds.PEOPLE[0].email)}"}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(
            method, self.base + path, json=body, headers=self.headers, timeout=60
        )
        assert answer.ok, answer.text
        return answer.json()


def test_an_old_player_moves_in_is_taken_in_and_shows_the_same(
    stack: Stack, anthias: FakeAnthias, tmp_path: Path
) -> None:
    admin, token, out = Admin(stack), tmp_path / "token", io.StringIO()
    token.write_text(stack.token(seeds.PEOPLE[1].email))
    command = [str(old_player(tmp_path)), "--reef", stack.url, "--token-file", str(token)]
    command += ["--device", "Lobby", "--state", str(tmp_path / "state")]
    for counted in ("3 moved, 1 skipped", "1 skipped, 3 there already"):
        out.truncate(0)
        assert migrate.main(command, out) == 0, out.getvalue()
        assert out.getvalue().endswith(f"{counted}\n")
        (playlist,) = admin.call("GET", "/playlists/")["items"]
        assert (playlist["name"], len(playlist["items"])) == ("Lobby", 3)

    config = tmp_path / "config.json"
    agent = [sys.executable, reef_agent.__file__, "--config", str(config)]
    with subprocess.Popen(
        [*agent, "pair", "--reef", stack.url, "--state-dir", str(tmp_path / "agent")],
        stdout=subprocess.PIPE,
        text=True,
    ) as pairing:
        assert pairing.stdout
        code = next(
            found[1] for line in pairing.stdout if (found := re.search(r"Code: (\w+)", line))
        )
        wanted = {"code": code, "name": "Lobby", "time_zone": "UTC", "board": "pi4-64"}
        device = admin.call("POST", "/devices/pair/", wanted)
        assert pairing.wait(60) == 0
    base = f"/devices/{device['id']}/"
    admin.call("PUT", f"{base}playlists/", {"playlist_ids": [playlist["id"]]})
    given = {"anthias": anthias.address, "board": "pi4-64", "viewer_log": ["true"]}
    config.write_text(json.dumps(json.loads(config.read_text()) | given))

    give_up_at = time.monotonic() + 120  # what plays on a board may still be being made
    while [row["name"] for row in anthias.shown()] != NAMES:
        subprocess.run([*agent, "once"], check=True, capture_output=True, timeout=60)
        assert time.monotonic() < give_up_at, admin.call("GET", base)
    shown = admin.call("GET", base)
    assert shown["agent_version"] == reef_agent.VERSION
    assert shown["errors"] == shown["left_out"] == []
    told = {"version": "9.0.0", "url": f"{stack.url}/nothing.py"}
    admin.call("PATCH", base, {"agent_update": told})
    failed = subprocess.run([*agent, "once"], check=False, capture_output=True, timeout=60)
    assert failed.returncode == 1
    assert admin.call("GET", base)["errors"] == [f"agent: {told['url']} answers 404"]
    assert [row["name"] for row in anthias.shown()] == NAMES
