"""Child processes that end with their parent, whatever ends it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

STOP_SECONDS = 5.0


class Ended(Exception):
    """A process ended that should not have; the message says which, and how its log ends."""


class Process(NamedTuple):
    """A child process and where it writes to."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path

    def is_running(self) -> bool:
        """Return whether it is alive."""
        return self.popen.poll() is None

    def ending(self) -> str:
        """Return how it ended, with the last lines of its log."""
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        return "\n".join([f"{self.name} ended with status {self.popen.returncode}", *lines])


class Processes:
    """The children of one run.

    Args:
        folder: where they keep temporary files.
        logs: where they write logs, one file for each name.
        working_folder: their current folder.
    """

    def __init__(self, folder: Path, logs: Path, working_folder: Path) -> None:
        self._logs = logs
        self._scratch = folder / "scratch"
        self._working_folder = working_folder
        self._running: list[Process] = []
        for path in (self._logs, self._scratch):
            path.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Process:
        """Start a child in a session of its own, so that Ctrl+C reaches this process alone.

        `setpriv` has the kernel send it SIGTERM when this process is gone. Call this from the
        main thread: to the kernel, the thread that started a child is its parent.
        """
        log = self._logs / f"{name}.log"
        with log.open("ab") as output:
            popen = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command],
                env={**environment, "TMPDIR": str(self._scratch)},
                cwd=self._working_folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        process = Process(name, popen, log)
        self._running.append(process)
        return process

    def ended(self) -> list[Process]:
        """Return, and forget, those that ended."""
        ended = [process for process in self._running if not process.is_running()]
        self._running = [process for process in self._running if process not in ended]
        return ended

    def wait_until(self, ready: Callable[[], bool], what: str, seconds: float) -> None:
        """Wait until something is so.

        Raises:
            Ended: a process ended meanwhile.
            TimeoutError: it took too long.
        """
        give_up_at = time.monotonic() + seconds
        while not ready():
            for process in self._running:
                if not process.is_running():
                    raise Ended(process.ending())
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"{what} did not come up in {seconds:g} s")
            time.sleep(0.05)

    def stop(self) -> None:
        """End all children and everything that they started."""
        for process in reversed(self._running):
            if process.is_running():
                process.popen.terminate()
        give_up_at = time.monotonic() + STOP_SECONDS
        for process in self._running:
            with suppress(subprocess.TimeoutExpired):
                process.popen.wait(max(0.0, give_up_at - time.monotonic()))
            _kill_session(process)
            process.popen.wait()
        self._running.clear()


def _kill_session(process: Process) -> None:
    try:
        os.killpg(process.popen.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
