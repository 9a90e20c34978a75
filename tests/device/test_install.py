"""The install script, run below a folder; the service's unit is one that systemd takes."""

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from device import reef_agent
from tests.device.player import Player
from tests.device.reef import DEVICE

FOLDER = Path(reef_agent.__file__).parent
SCRIPT = FOLDER / "install.sh"
WANTED = "etc/systemd/system/multi-user.target.wants/reef-agent.service"


class Machine:
    """A folder that the script takes for the root of a machine."""

    def __init__(self, root: Path) -> None:
        self.root, self.python = root, Path(sys.executable)

    def install(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {"DESTDIR": str(self.root), "PYTHON": str(self.python)}
        environment |= {"PATH": os.environ["PATH"], "TMPDIR": str(self.root)}
        command = ["sh", str(SCRIPT), *arguments]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    def interpreter(self, text: str) -> None:
        """Have the machine another Python: a shell script of this text."""
        self.python = self.root / "python3"
        self.python.write_text(f"#!/bin/sh\n{text}\n")
        self.python.chmod(0o755)

    def files(self) -> dict[str, tuple[int, bytes]]:
        """What lies there: mode and content by path."""
        return {
            str(path.relative_to(self.root)): (
                stat.S_IMODE(path.lstat().st_mode),
                path.read_bytes() if path.is_file() and not path.is_symlink() else b"",
            )
            for path in sorted(self.root.rglob("*"))
            if path.is_symlink() or not path.is_dir()
        }


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path / "root")
    made.root.mkdir()
    return made


def taken_in(player: Player) -> None:
    player.reef.pairings = [{"status": "paired", "device_id": DEVICE, "token": "dk_of_this_device"}]


def test_it_installs_once_and_a_second_time_keeps_the_settings(
    player: Player, machine: Machine
) -> None:
    taken_in(player)
    key = machine.root.parent / "my key.pem"
    key.write_text("-----BEGIN PUBLIC KEY-----\n")
    first = machine.install(player.reef.address, str(key))
    assert (first.returncode, first.stderr) == (0, "")
    assert "Code: ABCD2345" in first.stdout
    found = machine.files()
    assert {path: mode for path, (mode, _) in found.items() if path != WANTED} == {
        "etc/reef-agent/config.json": 0o640,
        "etc/reef-agent/update.pem": 0o644,
        "etc/systemd/system/reef-agent.service": 0o644,
        "opt/reef-agent/reef_agent.py": 0o755,
    }
    assert os.readlink(machine.root / WANTED) == "/etc/systemd/system/reef-agent.service"
    settings = reef_agent.Settings.read(machine.root / "etc/reef-agent/config.json")
    assert (settings.reef, settings.device_id) == (player.reef.address, DEVICE)
    for folder in ("etc/reef-agent", "var/lib/reef-agent"):
        assert stat.S_IMODE((machine.root / folder).stat().st_mode) == 0o750

    player.calls.forget()
    (machine.root / "opt/reef-agent/reef_agent.py").write_text("an older one")
    second = machine.install(player.reef.address)
    assert (second.returncode, second.stderr) == (0, "")
    assert machine.files() == found
    assert player.calls.made == []  # it is taken in already

    assert machine.install("--uninstall").returncode == 0
    assert machine.files() == {}
    assert machine.install("--uninstall").returncode == 0


def test_what_was_installed_goes_its_rounds(player: Player, machine: Machine) -> None:
    taken_in(player)
    assert machine.install(player.reef.address).returncode == 0
    config = machine.root / "etc/reef-agent/config.json"
    kept = reef_agent.read_json(config)
    player.configure(**kept)
    player.reef.put(1, b"picture")
    agent = machine.root / "opt/reef-agent/reef_agent.py"
    command = [sys.executable, agent, "--config", player.config, "once"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    player.assert_right()


def test_a_pairing_that_was_broken_off_is_begun_again(player: Player, machine: Machine) -> None:
    player.reef.down = True
    broken = machine.install(player.reef.address)
    assert broken.returncode != 0
    assert "reef-agent: " in broken.stderr
    assert not (machine.root / "etc/reef-agent/config.json").exists()
    player.reef.down = False
    taken_in(player)
    assert machine.install(player.reef.address).returncode == 0
    assert (machine.root / "etc/reef-agent/config.json").exists()


def test_what_is_missing_is_said_and_nothing_is_changed(machine: Machine) -> None:
    real, address = sys.executable, "https://reef.example"

    def refused(said: str, *arguments: str) -> None:
        answer = machine.install(*arguments)
        assert answer.returncode == 1
        assert answer.stderr.startswith("install.sh: ")
        assert said in answer.stderr
        assert answer.stderr.count("\n") == 1
        assert set(machine.files()) <= {"python3"}

    refused("usage: sudo ./install.sh https://reef.example")
    refused("usage: ", "reef.example")
    refused("nowhere.pem cannot be read", address, "nowhere.pem")
    machine.python = machine.root / "none"
    refused("there is no ", address)
    machine.interpreter(f'exec {real} -I -S "$@"')  # which finds no package
    refused("lacks the package requests (Debian's python3-requests)", address)
    machine.interpreter('[ "$1" = --version ] && echo "Python 3.7.3" || exit 1')
    refused("needs Python 3.9 or later; this is Python 3.7.3", address)


def test_without_a_folder_it_wants_root() -> None:
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    answer = subprocess.run(
        [*(nobody if os.getuid() == 0 else []), "sh", "-s", "https://reef.example"],
        input=SCRIPT.read_text(),
        env={"PATH": os.environ["PATH"]},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (answer.returncode, answer.stderr) == (1, "install.sh: run this with sudo\n")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="without systemd")
def test_systemd_takes_the_unit(machine: Machine) -> None:
    text = (FOLDER / "reef-agent.service").read_text()
    unit = machine.root / "reef-agent.service"
    for wrong in (False, True):
        unit.write_text(text + ("[Service]\nRestart=perhaps\n" if wrong else ""))
        answer = subprocess.run(
            ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
        )
        said = [line for line in answer.stderr.splitlines() if "reef-agent.service" in line]
        assert bool(said) == wrong, answer.stderr


def test_the_unit_and_the_script_name_the_same_places() -> None:
    unit, script = (FOLDER / "reef-agent.service").read_text(), SCRIPT.read_text()
    started = re.search(r"^ExecStart=(\S+) (\S+) run$", unit, re.MULTILINE)
    assert started
    assert f"python=${{PYTHON:-{started[1]}}}" in script
    assert f"$root{started[2]}" in script
    assert reef_agent.CONFIG.removeprefix("/") in script
    assert reef_agent.Settings("https://r.test").public_key.removeprefix("/") in script
    assert "StateDirectory=reef-agent" in unit  # below /var/lib
    assert "Restart=always" in unit  # by which a newer agent is started
