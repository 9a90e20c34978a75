"""A whole Reef in processes of its own, as `make run` starts it, for journeys and browser tests."""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO

from local import seeds
from tests.house import logbook

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 90
_TIED = ("setpriv", "--pdeathsig", "TERM")


class Stack:
    """A running Reef.

    Args:
        options: more options of `python -m local run`.
    """

    def __init__(self, *options: str) -> None:
        self.port = free_pair()
        self.url = f"http://127.0.0.1:{self.port}"
        self.edge_url = f"http://127.0.0.1:{self.port + 1}"
        self._folder = tempfile.TemporaryDirectory(prefix="stack-", ignore_cleanup_errors=True)
        self._output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in stop()
        self.process = subprocess.Popen(
            [*_TIED, sys.executable, "-m", "local", "run", "--port", str(self.port), *options],
            cwd=ROOT,
            # A run that is killed cannot remove its own folder.
            env={**os.environ, "TMPDIR": self._folder.name},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
        )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def output(self) -> str:
        """Give what the run has printed so far."""
        end = os.fstat(self._output.fileno()).st_size
        return os.pread(self._output.fileno(), end, 0).decode()

    @lru_cache(maxsize=32)  # noqa: B019 - a token lasts for an hour, a stack for a test session
    def token(self, email: str) -> str:
        """Give an ID token of a member."""
        command = [sys.executable, "-m", "local", "token", email, "--port", str(self.port)]
        return subprocess.check_output(command, cwd=ROOT, text=True, timeout=60).strip()

    def password(self, email: str) -> str:
        """Give the password of a member that the run began with."""
        return seeds.password(email)

    def processes(self) -> dict[str, int]:
        """Give the process ids of the run's children by name, a worker's being its function's."""
        found = {}
        for pid in _children(self.process.pid):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            if "local.worker" in words:
                found[words[words.index("local.worker") + 1]] = pid
            elif "-m" in words:
                module = words[words.index("-m") + 1]
                found[module.removeprefix("local.").removesuffix("_server")] = pid
            else:
                found["dynamodb"] = pid
        return found

    def environment(self) -> dict[str, str]:
        """Return the environment variables of the run's processes."""
        variables = Path(f"/proc/{self.processes()['edge']}/environ").read_bytes().decode()
        return dict(one.split("=", 1) for one in variables.split("\0") if "=" in one)

    def stop(self) -> int:
        """End it as Ctrl+C does; gives its exit status."""
        logbook.read_files(Path(self._folder.name))
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(120)
        finally:
            self.process.kill()
            self._output.close()
            self._folder.cleanup()

    def _wait_until_ready(self) -> None:
        give_up_at = time.monotonic() + READY_SECONDS
        # The table of passwords is printed last, when everything answers.
        while "password" not in self.output():
            if self.process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"the stack did not start:\n{self.output()}")
            time.sleep(0.1)
        with urllib.request.urlopen(f"{self.url}/api/v3/health/", timeout=10):
            pass


@contextmanager
def running_stack(*options: str) -> Iterator[Stack]:
    """Give a running Reef, and end it."""
    stack = Stack(*options)
    try:
        yield stack
    finally:
        stack.stop()


def _children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children]


def free_pair() -> int:
    """Find a port that is free together with the next one."""
    # Random, since other test processes look for ports at the same time.
    for port in random.sample(range(18_400, 32_000, 2), 100):
        try:
            with socket.socket() as first, socket.socket() as second:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
        except OSError:
            continue
        return port
    raise RuntimeError("no two free ports beside each other")
