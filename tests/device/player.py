"""A player as the tests see it."""

import json
import shutil
from pathlib import Path
from typing import Any

from device import reef_agent
from tests.device.anthias import FakeAnthias
from tests.device.reef import DEVICE, TOKEN, FakeReef, asset_id
from tests.device.serving import Calls, Json

IDLE = ["GET /api/v2/assets", f"POST /api/v3/devices/{DEVICE}/heartbeat/"]


class Player:
    """The fakes, the agent's settings and its state."""

    def __init__(self, folder: Path) -> None:
        self.calls = Calls()
        self.reef, self.anthias = FakeReef(self.calls), FakeAnthias(self.calls)
        self.folder, self.config = folder / "state", folder / "config.json"
        self.log = folder / "viewer.log"
        self.log.touch()
        self.configure()

    def configure(self, **more: Any) -> None:
        settings = {
            "reef": self.reef.address,
            "device_id": DEVICE,
            "token": TOKEN,
            "anthias": self.anthias.address,
            "state_dir": str(self.folder),
            "board": "pi4-64",
            "wait_seconds": 0.0,
            "viewer_log": ["sh", "-c", f"cat {self.log}"],
        }
        self.config.write_text(json.dumps(settings | more))

    def agent(self) -> reef_agent.Agent:
        """An agent as it starts."""
        return reef_agent.Agent(reef_agent.Settings.read(self.config))

    def round(self) -> list[str]:
        """A round of an agent that has just started; return the errors that it reported."""
        self.agent().round()
        found: list[str] = self.reef.beats[-1]["errors"]
        return found

    def state(self) -> Json:
        found: Json = json.loads((self.folder / "state.json").read_text())
        return found

    def forget(self) -> None:
        """Lose the agent's state."""
        shutil.rmtree(self.folder)

    def names(self) -> list[str]:
        """The names of what is shown, in its order."""
        return [row["name"] for row in self.anthias.shown()]

    def assert_right(self) -> None:
        """The player shows the manifest, whole, in its order, once, and the foreign asset."""
        foreign = [row for row in self.anthias.rows.values() if not row["metadata"].get("headers")]
        assert [row["name"] for row in foreign] in ([], ["Foreign"])
        ours = [row for row in self.anthias.shown() if row not in foreign]
        assert len(ours) == len(self.anthias.rows) - len(foreign)
        refs = [row["metadata"]["headers"]["X-Reef-Ref"] for row in ours]
        wanted = [each["anthias"]["custom_headers"]["X-Reef-Ref"] for each in self.reef.entries]
        assert refs == wanted
        for row, entry in zip(ours, self.reef.entries, strict=True):
            if entry["delivery"] == "file":
                path = entry["content"]["url"].removeprefix(self.reef.address).partition("?")[0]
                assert self.anthias.files[row["uri"]] == self.reef.files[path]
        state = self.state()
        assert sorted(state["assets"]) == sorted(each["asset_id"] for each in self.reef.entries)
        assert not state["retired"]
        assert state["posting"] is None
        assert all("next" not in entry for entry in state["assets"].values())

    def close(self) -> None:
        self.reef.close()
        self.anthias.close()


__all__ = ["IDLE", "Player", "asset_id"]
