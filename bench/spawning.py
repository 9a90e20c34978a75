"""Programs that are started and measured by `spawner.py`."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_SPAWNER = Path(__file__).parent / "spawner.py"


class Run(NamedTuple):
    """What a program took from its start to its end, its children included."""

    seconds: float
    cpu: float
    peak_bytes: int


class Spawner:
    """Starts programs one after the other, in an environment of their own."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_SPAWNER)],
            env=dict(environment),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(self, command: Sequence[str], statuses: Sequence[int] = (0,)) -> Run:
        """Run a program to its end.

        Raises:
            RuntimeError: it ended with another status.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(command), file=self._process.stdin, flush=True)
        status, *run = json.loads(self._process.stdout.readline())
        if status not in [each << 8 for each in statuses]:
            raise RuntimeError(f"{command[0]} ended with status {status}")
        return Run(*run)

    def close(self) -> None:
        """End the helper."""
        self._process.kill()
        self._process.wait()
