"""The agent is killed at each HTTP call in turn, before it is obeyed and after."""

import json
import os
import queue
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.device import forking
from tests.device.player import Player
from tests.device.serving import Cut, Request

FILM = random.Random(3).randbytes(4 * 1024 * 1024 + 3)  # two chunks


class Rounds:
    """A process that forks one for each round."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(forking.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.children: queue.Queue[int] = queue.Queue()

    def go(self, player: Player) -> int:
        """Go one round; return how its process ended, as `os.wait` says."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{player.config}\n")
        self.process.stdin.flush()
        self.children.put(int(self.process.stdout.readline()))
        status, _, _ = json.loads(self.process.stdout.readline())
        while not self.children.empty():
            self.children.get()
        return int(status)

    def close(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def rounds() -> Iterator[Rounds]:
    made = Rounds()
    yield made
    made.close()


def changed_in_every_way(player: Player) -> None:
    """A new version, a new asset, one that leaves, a change of text, another order."""
    player.reef.put(1, FILM, version=2, ext=".mp4", mimetype="video", duration=0)
    player.reef.put(2, b"two", duration=77)
    del player.reef.entries[2]
    player.reef.put(4, b"four")
    player.reef.put(5, uri="https://example.com/5", mimetype="webpage")
    player.reef.entries.reverse()


def test_the_agent_converges_whichever_call_was_its_last(player: Player, rounds: Rounds) -> None:
    player.anthias.polls = 1
    player.reef.put(1, b"film", ext=".mp4", mimetype="video", duration=0)
    player.reef.put(2, b"two")
    player.reef.put(3, b"three")
    for _ in range(3):
        assert rounds.go(player) == 0
    player.assert_right()
    changed_in_every_way(player)
    kept, folder = player.anthias.snapshot(), player.folder.with_name("kept")
    shutil.copytree(player.folder, folder)

    def run(number: int, when: str) -> bool:
        """Kill it there; return whether it came so far."""
        player.anthias.restore(kept)
        shutil.rmtree(player.folder)
        shutil.copytree(folder, player.folder)
        player.calls.forget()

        def kill(at: str, request: Request) -> None:
            if at == when and request.number == number:
                os.kill(rounds.children.get(), signal.SIGKILL)
                if when == "before":
                    raise Cut

        player.calls.disturb = kill
        ended = rounds.go(player)
        player.calls.disturb = lambda at, request: None
        assert ended in (0, signal.SIGKILL)
        for _ in range(4):
            player.calls.forget()
            assert rounds.go(player) == 0
            if len(player.calls.made) == 4:
                break  # nothing was left to do
        player.assert_right()
        return ended != 0

    for when in ("before", "after"):
        number = 0
        while run(number, when):
            number += 1
        assert number > 15
