"""A whole Reef in processes, whose workers are killed at any moment while people work.

`python -m tests.faults --soak 30 [--seed N]` runs it for so many minutes. Of a seed come the deeds
and the kills in their order; which of them meet, the machine decides.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import requests

from tests.faults.soak_people import People, Sent
from tests.stack import ROOT, Stack, running_stack

SETTINGS = {
    "REEF_CONVERSION_SEGMENT_SECONDS": "2",
    "REEF_RENDITIONS": json.dumps({"banner": {"width": 16, "height": 16, "fit": "crop"}}),
}
"""A film of five seconds is a long one."""

NEVER_KILLED = frozenset({"dynamodb", "moto", "front", "edge", "scanner"})
"""What stands for AWS itself, and what holds state."""

AT_WORK = frozenset(
    {
        *("route_upload", "scan_upload", "make_thumbnails", "read_metadata", "convert_media"),
        *("dispatch_records", "sweep_unfinished"),
    }
)
"""What does the work of a soak, and is killed five times as often as the rest."""

VISIBILITY_SECONDS = 15
_KILL_EVERY = (0.5, 3.0)
_QUIET_SECONDS = 6.0
_ROUNDS = 12
_SETTLING_SECONDS = 240.0


def run(minutes: float, seed: int) -> list[str]:
    """Soak for so many minutes, let everything come to its end, and say what is wrong then."""
    os.environ.update(SETTINGS)
    with running_stack("--visibility-seconds", str(VISIBILITY_SECONDS)) as reef:
        people = soaked(reef, minutes, seed)
        return settle(reef, people) + people.wrong_ends() + audit(reef, people.sent)


def soaked(reef: Stack, minutes: float, seed: int) -> People:
    """Let people work and workers be killed for so many minutes; gives what they did."""
    people, killer = People(reef, random.Random(seed)), _Killer(reef, random.Random(-seed))
    deadline = time.monotonic() + minutes * 60
    killer.start()
    try:
        while time.monotonic() < deadline:
            people.do_something()
    finally:
        killer.stop()
    print(f"sent: {_told(Counter(one.kind for one in people.sent))}", flush=True)
    print(f"asked for: {_told(people.deeds)}", flush=True)
    print(f"killed: {_told(killer.killed)}", flush=True)
    return people


class _Killer(threading.Thread):
    """Kills a worker every now and then, which the run starts again as Lambda would."""

    def __init__(self, reef: Stack, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.killed: Counter[str] = Counter()
        self._reef, self._chance, self._over = reef, chance, threading.Event()

    def run(self) -> None:
        while not self._over.wait(self._chance.uniform(*_KILL_EVERY)):
            with suppress(OSError, ProcessLookupError):
                workers = self._reef.processes()
                names = sorted(workers.keys() - NEVER_KILLED)
                weights = [5 if name in AT_WORK else 1 for name in names]
                (name,) = self._chance.choices(names, weights)
                os.kill(workers[name], signal.SIGKILL)
                self.killed[name] += 1

    def stop(self) -> None:
        """Kill nothing more."""
        self._over.set()
        self.join()


def settle(reef: Stack, people: People) -> list[str]:
    """Let queues run empty, leases end and people try again, until nothing more is to be done."""
    redriven = 0
    for number in range(1, _ROUNDS + 1):
        if not _is_quiet(reef):
            return [f"the queues never ran empty: {_queues(reef)}"]
        again, dead = people.try_again(), sum(one["dead"] for one in _queues(reef).values())
        if dead:
            _command(reef, "chalicelib.processing", "redrive")
            redriven += dead
        due = int(_command(reef, "tests.faults.soak_audit", "hasten"))
        if not again and not dead and not due:
            print(f"settled in {number} rounds, {redriven} dead letters sent back", flush=True)
            return []
    return [f"still to do after {_ROUNDS} rounds: {again} tries, {dead} dead letters, {due} due"]


def _is_quiet(reef: Stack) -> bool:
    """Wait until all queues have been empty for a while, whether or not letters are dead."""
    give_up_at = time.monotonic() + _SETTLING_SECONDS
    quiet_since = time.monotonic()
    while time.monotonic() < give_up_at:
        if any(one["visible"] or one["in_flight"] for one in _queues(reef).values()):
            quiet_since = time.monotonic()
        if time.monotonic() - quiet_since > _QUIET_SECONDS:
            return True
        time.sleep(0.2)
    return False


def _queues(reef: Stack) -> dict[str, dict[str, int]]:
    told: dict[str, dict[str, int]] = requests.get(f"{reef.url}/_local/queues/", timeout=30).json()
    return told


def audit(reef: Stack, sent: list[Sent]) -> list[str]:
    """Look at all tables and buckets; gives what does not hold."""
    expected = {one.asset_id: one.ends for one in sent}
    told = _command(reef, "tests.faults.soak_audit", "audit", given=json.dumps(expected))
    found: list[str] = json.loads(told)
    return found


def _command(reef: Stack, module: str, *arguments: str, given: str = "") -> str:
    """Run a command with the functions' environment, as an admin with AWS credentials does."""
    worker = reef.processes()["sweep_unfinished"]
    told = Path(f"/proc/{worker}/environ").read_bytes().decode().split("\0")
    environment = dict(one.split("=", 1) for one in told if "=" in one)
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, input=given, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stderr[-3000:]}")
    return done.stdout


def _told(numbers: "Counter[str]") -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(numbers.items()))
