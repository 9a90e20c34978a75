"""The agent is replaced by a newer one: by hand, and where Reef says so; never by anything else."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from device import reef_agent
from tests.device import dying
from tests.device.player import Player
from tests.device.serving import Answer, Json

SOURCE = Path(reef_agent.__file__).read_text("utf-8")
PATIENCE_SECONDS = 300


def version(number: str) -> str:
    """The agent's source with another version."""
    text, count = re.subn(r'^VERSION = "[\d.]+"$', f'VERSION = "{number}"', SOURCE, flags=re.M)
    assert count == 1
    return text


def run(*command: object) -> None:
    subprocess.run([str(each) for each in command], check=True, capture_output=True, timeout=30)


class Updating:
    """A player whose agent is a file of its own, with the key that updates are signed by."""

    def __init__(self, player: Player) -> None:
        self.player, self.folder = player, player.config.parent
        self.agent, self.new = self.folder / "reef_agent.py", self.folder / "new.py"
        self.agent.write_text(SOURCE)
        self.public = self.folder / "update.pem"
        for name in ("ours", "other"):
            key = self.folder / f"{name}.key"
            run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-out", key)
        run("openssl", "ec", "-in", self.folder / "ours.key", "-pubout", "-out", self.public)
        player.configure(public_key=str(self.public))

    def publish(self, text: str, key: str = "ours") -> str:
        """Put an agent and its signature where they are fetched from; return the address."""
        self.new.write_text(text)
        signature = Path(f"{self.new}.sig")
        own = self.folder / f"{key}.key"
        run("openssl", "dgst", "-sha256", "-sign", own, "-out", signature, self.new)
        others = self.player.reef.others
        others["/new.py"], others["/new.py.sig"] = text.encode(), signature.read_bytes()
        return f"{self.player.reef.address}/new.py"

    def tell(self, text: str, number: str = "1.10.0", key: str = "ours") -> None:
        """Have Reef say that this agent shall run here."""
        self.player.reef.told = {"version": number, "url": self.publish(text, key)}

    def start(
        self, last: int = -1, agent: Path | None = None, command: str = "run"
    ) -> "subprocess.Popen[bytes]":
        """Start the service, or another command, which dies before the step of a number."""
        driver = [sys.executable, dying.__file__, str(last), str(self.folder / "died")]
        arguments = [str(agent or self.agent), "--config", str(self.player.config), command]
        errors = (self.folder / "log").open("ab")
        with errors:
            return subprocess.Popen([*driver, *arguments], stderr=errors)

    def serve(self, until: str, error: str = "") -> list[str]:
        """Start the service whenever it ends, as systemd does, until this version said so.

        Return the versions that its heartbeats told, each once.
        """
        beats, first = self.player.reef.beats, len(self.player.reef.beats)
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        process = self.start()
        try:
            while time.monotonic() < give_up_at:
                told = beats[first:]
                if told and self._is_there(told[-1], until, error):
                    return list(dict.fromkeys(beat["agent_version"] for beat in told))
                if process.poll() is not None:
                    process = self.start()
                time.sleep(0.02)
        finally:
            process.kill()
            process.wait()
        raise AssertionError((self.folder / "log").read_text()[-2000:])

    def _is_there(self, beat: Json, until: str, error: str) -> bool:
        said = not error or any(error in each for each in beat["errors"])
        return said and beat["agent_version"] == until and self.is_confirmed(until)

    def is_confirmed(self, number: str) -> bool:
        """Whether the agent of this version has gone a round and nothing is on trial."""
        kept = self.kept()
        good = kept.get("good", {"version": reef_agent.VERSION})
        return "trial" not in kept and good["version"] == number

    def chosen(self) -> Path:
        """The newer agent that the installed one starts now."""
        _, path = reef_agent.Releases(reef_agent.Settings.read(self.player.config)).choose()
        signal.alarm(0)
        return Path(path)

    def kept(self) -> dict[str, dict[str, str]]:
        return reef_agent.read_json(self.player.folder / "agent.json")

    def held(self) -> int:
        """How many newer agents are kept."""
        folder = self.player.folder / "agents"
        return len(list(folder.iterdir())) if folder.exists() else 0


@pytest.fixture
def updating(player: Player) -> Updating:
    return Updating(player)


@pytest.mark.timeout(900)
def test_the_service_goes_on_with_the_agent_that_reef_tells(updating: Updating) -> None:
    updating.player.reef.put(1, b"picture")
    assert updating.serve(until="1.0.0") == ["1.0.0"]
    updating.tell(version("1.10.0"))
    assert updating.serve(until="1.10.0") == ["1.0.0", "1.10.0"]
    assert updating.serve(until="1.10.0") == ["1.10.0"]  # after a restart of the machine too
    assert updating.agent.read_text() == SOURCE
    updating.tell(version("1.11.0"), "1.11.0")
    assert updating.serve(until="1.11.0") == ["1.10.0", "1.11.0"]
    assert updating.held() == 1
    updating.tell(version("1.10.0"))
    assert updating.serve(until="1.11.0") == ["1.11.0"]  # never an older one
    updating.player.assert_right()

    (found,) = (updating.player.folder / "agents").glob("*/reef_agent.py")
    found.write_text(version("9.9.9"))  # which nobody has signed
    updating.player.reef.told = None
    assert updating.serve(until="1.0.0") == ["1.0.0"]


def test_no_agent_without_the_known_signature_is_started(updating: Updating) -> None:
    player, newer = updating.player, version("1.10.0")
    player.reef.put(1, b"picture")
    marked = newer.replace(
        "import argparse", f"open({str(updating.folder / 'ran')!r}, 'w')\nimport argparse"
    )
    cases = {
        "is not signed by the key": lambda: updating.tell(marked, key="other"),
        "new.py.sig answers 404": lambda: (
            updating.tell(marked),
            player.reef.others.pop("/new.py.sig"),
        ),
        "new agent is not signed": lambda: (
            updating.tell(newer),
            player.reef.others.update({"/new.py": marked.encode()}),
        ),
        "new.py answers 404": lambda: (updating.tell(marked), player.reef.others.clear()),
        "is version 1.10.0, not 1.12.0": lambda: updating.tell(newer, "1.12.0"),
        "does not run": lambda: updating.tell("import nowhere", "1.13.0"),
        "version 0.9.9 is not newer": lambda: updating.tell(version("0.9.9"), "1.14.0"),
        "too large": lambda: (
            updating.tell(marked),
            player.reef.others.update({"/new.py": b"#" * 5_000_001}),
        ),
    }  # fmt: skip
    for said, make in cases.items():
        (player.folder / "agent.json").unlink(missing_ok=True)
        make()
        agent = player.agent()
        agent.round()
        assert not agent.outdated
        (error,) = player.reef.beats[-1]["errors"]
        assert error.startswith("agent: ")
        assert said in error
        player.assert_right()  # and the screen is as it should be
        player.calls.forget()
        assert player.round() == [error]  # said again, not fetched again
        assert not [name for name in player.calls.names() if "new.py" in name]
        assert reef_agent.Releases(agent.settings).choose() == []
    assert not (updating.folder / "ran").exists()
    updating.public.unlink()
    (player.folder / "agent.json").unlink()
    updating.tell(newer)
    assert "updates need the key" in player.round()[0]
    for told in (
        {"version": "2", "url": "https://x"},
        {"version": "2.0.0"},
        [],
        {"version": "2.0.0", "url": "file:///x"},
    ):
        player.reef.told = told  # type: ignore[assignment]
        assert player.round() == []


@pytest.mark.timeout(900)
def test_an_agent_that_does_not_come_to_a_round_is_given_up(updating: Updating) -> None:
    updating.player.reef.put(1, b"picture")
    updating.tell(version("1.10.0"))
    updating.serve(until="1.10.0")
    broken = version("1.11.0").replace("def run(settings", "def run(*_): raise ValueError\ndef _(s")
    updating.tell(broken, "1.11.0")
    said = "agent: version 1.11.0 does not work on this player"
    assert updating.serve(until="1.10.0", error=said) == ["1.10.0"]
    assert updating.kept()["failed"]["text"] in said
    updating.agent.write_text(SOURCE.replace("_TRIAL_SECONDS = 3, 900", "_TRIAL_SECONDS = 3, 1"))
    hanging = version("1.12.0").replace("def run(settings", "def run(*_): time.sleep(9e9)\ndef _(s")
    updating.tell(hanging, "1.12.0")
    said = "agent: version 1.12.0 does not work on this player"
    assert updating.serve(until="1.10.0", error=said) == ["1.10.0"]
    updating.agent.write_text(SOURCE)
    updating.tell(version("1.13.0"), "1.13.0")
    assert updating.serve(until="1.13.0") == ["1.10.0", "1.13.0"]
    assert updating.held() == 1


@pytest.mark.timeout(900)
@pytest.mark.parametrize("phase", ["fetching", "choosing", "confirming"])
def test_killed_at_each_step_the_update_comes_to_its_end(updating: Updating, phase: str) -> None:
    player, died, steps = updating.player, updating.folder / "died", 0
    player.reef.put(1, b"picture")
    updating.tell(version("1.10.0"))
    while True:
        (player.folder / "agent.json").unlink(missing_ok=True)
        newer = updating.agent
        if phase != "fetching":
            player.agent().round()
        if phase == "confirming":
            newer = updating.chosen()
        process = updating.start(steps, newer, "once" if phase == "fetching" else "run")
        while process.poll() is None and not updating.is_confirmed("1.10.0"):
            time.sleep(0.02)
        process.kill()
        process.wait()
        if not updating.is_confirmed("1.10.0"):
            assert player.round() == []
            process = updating.start(-1, updating.chosen())
            while not updating.is_confirmed("1.10.0"):
                assert process.poll() is None
                time.sleep(0.02)
            process.kill()
            process.wait()
        assert updating.held() == 1
        player.assert_right()
        if not died.exists():
            break
        died.unlink()
        steps += 1
    assert steps >= {"fetching": 10, "choosing": 4, "confirming": 2}[phase]


def test_by_hand_only_a_newer_agent_with_the_known_signature_takes_its_place(
    updating: Updating,
) -> None:
    folder, target, public = updating.folder, updating.agent, str(updating.public)
    reef = updating.player.reef

    def update(text: str, key: str = "ours", spoil: bool = False, fetched: bool = False) -> str:
        address = updating.publish(text, key)
        if spoil:
            updating.new.write_text(text + "\n# more\n")
        return reef_agent.update(address if fetched else str(updating.new), public, target)

    newer = version("1.10.0")
    for text, key, spoil, said in (
        (newer, "other", False, "not signed by the key"),
        (newer, "ours", True, "not signed by the key"),
        (version("0.9.9"), "ours", False, "is not newer"),
        (SOURCE, "ours", False, "is not newer"),
        ("import nowhere", "ours", False, "does not run"),
    ):
        with pytest.raises(reef_agent.Trouble, match=said):
            update(text, key, spoil)
        assert target.read_text() == SOURCE
    with pytest.raises(reef_agent.Trouble, match="cannot be read"):
        reef_agent.update(str(folder / "missing.py"), public, target)
    with pytest.raises(reef_agent.Trouble, match="need the key"):
        reef_agent.update(str(updating.new), str(folder / "no.pem"), target)
    reef.spoil = lambda request, answer: Answer(500)
    with pytest.raises(reef_agent.Trouble, match="answers 500"):
        update(newer, fetched=True)
    reef.spoil = lambda request, answer: answer
    assert update(newer, fetched=True) == "1.10.0"
    assert target.read_text() == newer
    assert target.with_suffix(".previous").read_text() == SOURCE
    shown = subprocess.run([sys.executable, target, "--version"], capture_output=True, check=True)
    assert shown.stdout == b"1.10.0\n"
