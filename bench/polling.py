"""What a round of the agent beside a player takes when there is nothing to do."""

import os
import sys
import tempfile
from functools import partial
from pathlib import Path

from bench.measuring import median, take_turns
from bench.report import Goal, Section, Table, milliseconds
from bench.spawning import Run, Spawner
from tests.device.player import Player

TITLE = "An agent's round with nothing to do"
_ASSETS = (10, 100, 1000)
_USUAL = 100
_MOST_CPU_SECONDS, _MOST_BYTES = 0.5, 40_000_000
_MORE_ROUNDS = 20

_ROOT = Path(__file__).resolve().parent.parent
_AGENT = _ROOT / "device" / "reef_agent.py"
_SERVICE = """
import sys
from device import reef_agent
agent = reef_agent.Agent(reef_agent.Settings.read(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    agent.round()
"""


def measure(quick: bool) -> Section:
    """Go rounds on players that show the manifest already."""
    sizes = (_USUAL,) if quick else _ASSETS
    spawner = Spawner({"PATH": os.environ["PATH"], "PYTHONPATH": str(_ROOT)})
    try:
        floor = _start(spawner, quick)
        found = {size: _player(spawner, size, quick) for size in sizes}
    finally:
        spawner.close()
    usual, _ = found[_USUAL]
    rows = [["a start that imports requests", milliseconds(floor.cpu), "", _megabytes(floor)]]
    rows += [
        [f"{size} assets", milliseconds(once.cpu), milliseconds(more), _megabytes(once)]
        for size, (once, more) in found.items()
    ]
    return Section(
        TITLE,
        "`reef_agent.py once` in a fresh process, on a fake Reef and a fake Anthias in another, "
        "by the processor's clock; the start of Python, which compiles the agent each time, and "
        "the reader of the player's log are included. The service starts once; each further round "
        "costs what the column says.",
        [
            Goal(
                f"under {_MOST_CPU_SECONDS} s of CPU with {_USUAL} assets",
                f"{usual.cpu:.2f} s",
                usual.cpu < _MOST_CPU_SECONDS,
            ),
            Goal(
                f"under {_MOST_BYTES / 1e6:.0f} MB with {_USUAL} assets",
                f"{_megabytes(usual)} MB",
                usual.peak_bytes < _MOST_BYTES,
            ),
        ],
        [Table(["", "CPU ms", "CPU ms a further round", "peak MB"], rows)],
    )


def _start(spawner: Spawner, quick: bool) -> Run:
    command = [sys.executable, "-c", "import requests"]
    taken = take_turns({"floor": partial(spawner.run, command)}, _rounds(quick))
    return _middle(taken["floor"])


def _player(spawner: Spawner, assets: int, quick: bool) -> tuple[Run, float]:
    """Return what one round takes, and the CPU seconds of each further one."""
    with tempfile.TemporaryDirectory() as folder:
        player = Player(Path(folder))
        try:
            for number in range(assets):
                address = f"https://example.com/{number}"
                player.reef.put(number, uri=address, mimetype="webpage")
            agent = player.agent()
            agent.round()
            if agent.errors or len(player.anthias.rows) != assets:
                raise RuntimeError(f"the player does not show the manifest: {agent.errors}")
            player.calls.forget()
            config = str(player.config)
            once = [sys.executable, str(_AGENT), "--config", config, "once"]
            standing = [sys.executable, "-c", _SERVICE, config]
            contenders = {
                "once": partial(spawner.run, once),
                "one": partial(spawner.run, [*standing, "1"]),
                "more": partial(spawner.run, [*standing, str(1 + _MORE_ROUNDS)]),
            }
            taken = take_turns(contenders, _rounds(quick))
            changed = {call.method for call in player.calls.made if "/api/v2/" in call.path}
            if changed != {"GET"}:
                raise RuntimeError(f"there was something to do: {changed}")
        finally:
            player.close()
    more = _middle(taken["more"]).cpu - _middle(taken["one"]).cpu
    return _middle(taken["once"]), more / _MORE_ROUNDS


def _rounds(quick: bool) -> int:
    return 3 if quick else 15


def _middle(runs: list[Run]) -> Run:
    return Run(
        median(run.seconds for run in runs),
        median(run.cpu for run in runs),
        int(median(run.peak_bytes for run in runs)),
    )


def _megabytes(run: Run) -> str:
    return f"{run.peak_bytes / 1e6:.0f}"
