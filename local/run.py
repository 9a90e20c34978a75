"""Starts all of Reef on one machine, and keeps it running until told to stop."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local import cloud, dynamodb, seeds
from local.functions import ROOT, functions
from local.processes import Ended, Process, Processes
from local.serving import HOST
from local.token import member_token

SCANNERS_OWN = "refresh_signatures"
"""The scanner refreshes the signatures itself, from the shipped file instead of the mirrors."""

READY_SECONDS = 60.0
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class PortTaken(Exception):
    """One of the two ports is in use."""


class Run:
    """One run: its folder, its processes, its addresses.

    Args:
        folder: takes everything that the run writes.
        port: where the front listens; the edge takes the next one.
        visibility_seconds: when messages that a worker did not finish come back, instead of the
            queues' own times.
    """

    def __init__(self, folder: Path, port: int, visibility_seconds: int | None = None) -> None:
        self.folder, self.port = folder, port
        self.public_url, self.edge_url = f"http://{HOST}:{port}", f"http://{HOST}:{port + 1}"
        self._visibility_seconds = visibility_seconds
        self._processes = Processes(folder, ROOT)
        self._environment: dict[str, str] = {}
        self._replaceable: dict[str, list[str]] = {}

    def start(self) -> None:
        """Start everything, and come back when it is ready.

        Raises:
            PortTaken: the port, or the next one, is in use.
            Ended: a process ended at once.
            TimeoutError: something did not come up.
        """
        _check_port(self.port)
        _check_port(self.port + 1)
        moto_port, dynamodb_port = _free_ports(2)
        self._environment = _environment(moto_port, dynamodb_port) | {
            "REEF_CLAMD_SOCKET": str(self.folder / "clamav" / "clamd.sock"),
            "REEF_SIGNATURES_FOLDER": str(self.folder / "clamav" / "signatures"),
        }
        self._start("dynamodb", dynamodb.command(dynamodb_port))
        self._start("moto", _python("local.moto_server", str(moto_port)))
        self._start_replaceable("scanner", _python("local.scanner", str(self.folder / "clamav")))
        self._processes.wait_until(lambda: _answers(moto_port), "moto", READY_SECONDS)
        self._processes.wait_until(lambda: _answers(dynamodb_port), "DynamoDB Local", READY_SECONDS)
        self._create(moto_port)
        self._start("front", _python("local.front", str(self.port)))
        self._start("edge", _python("local.edge", str(self.port + 1)))
        self._processes.wait_until(lambda: _answers(self.port + 1), "the edge", READY_SECONDS)
        self._processes.wait_until(self._is_healthy, "the API", READY_SECONDS)
        # Queues can wait for their workers, people at the page cannot.
        for name in functions():
            if name != SCANNERS_OWN:
                self._start_replaceable(name, _python("local.worker", name))

    def keep(self) -> None:
        """Keep the processes running: a worker that ended is replaced, as Lambda would.

        Raises:
            Ended: one ended that holds state, without which the run makes no sense.
        """
        while True:
            for process in self._processes.ended():
                if process.name not in self._replaceable:
                    raise Ended(process.ending())
                print(f"{process.name} ended and is started again", file=sys.stderr, flush=True)
                self._start(process.name, self._replaceable[process.name])
            time.sleep(0.5)

    def stop(self) -> None:
        """End every process."""
        self._processes.stop()

    def _create(self, moto_port: int) -> None:
        jwks_url = f"http://{HOST}:{moto_port}/${{UserPool}}/.well-known/jwks.json"
        os.environ.update(self._environment)
        created = cloud.create(self.public_url, self.edge_url, jwks_url)
        self._environment |= created
        # Seeding is Reef's own code, which reads its settings from this process's environment.
        os.environ.update(created)
        seeds.seed(datetime.now(UTC))
        if self._visibility_seconds is not None:
            cloud.set_visibility(self._visibility_seconds)

    def _start(self, name: str, command: list[str]) -> Process:
        return self._processes.start(name, command, self._environment)

    def _start_replaceable(self, name: str, command: list[str]) -> None:
        self._replaceable[name] = command
        self._start(name, command)

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.public_url}/api/v3/health/", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def run(port: int, *, demo: bool, visibility_seconds: int | None = None) -> int:
    """Run in the foreground until Ctrl+C or SIGTERM; gives the exit status."""
    for number in _STOPPING:
        # Ctrl+C too: a shell that starts this in the background has it ignored.
        signal.signal(number, _interrupt)
    with tempfile.TemporaryDirectory(prefix="reef-", ignore_cleanup_errors=True) as folder:
        reef = Run(Path(folder), port, visibility_seconds)
        try:
            reef.start()
            _tell(reef)
            if demo:
                _demonstrate(reef)
            reef.keep()
        except KeyboardInterrupt:
            print("\nstopping", file=sys.stderr)
        except (PortTaken, Ended, TimeoutError, FileNotFoundError) as failure:
            print(f"reef: {failure}", file=sys.stderr)
            return 1
        finally:
            for number in _STOPPING:
                signal.signal(number, signal.SIG_IGN)
            reef.stop()
    return 0


def _tell(reef: Run) -> None:
    print(f"\nReef is ready at {reef.public_url}/ (uploads and media: {reef.edge_url})")
    print(f"API {reef.public_url}/api/v3/ · mail {reef.public_url}/_local/mail/", end="")
    print(f" · queues {reef.public_url}/_local/queues/ · logs {reef.folder}/logs")
    print("Everything is gone when you stop it with Ctrl+C.\n")
    print(f"{'address':26}{'roles':34}password")
    for person in seeds.PEOPLE:
        roles, secret = ", ".join(person.roles), seeds.password(person.email)
        print(f"{person.email:26}{roles:34}{secret}")
    print(flush=True)


def _demonstrate(reef: Run) -> None:
    from local.demo.show import show  # needs Pillow and ffmpeg, which only the demo does

    token = member_token(seeds.PEOPLE[1].email, reef.port)
    try:
        show(reef.public_url, token, reef.folder / "demo")
    except (OSError, subprocess.CalledProcessError) as failure:
        print(f"reef: the demo broke off: {failure}", file=sys.stderr)


def _environment(moto_port: int, dynamodb_port: int) -> dict[str, str]:
    """Give the children's environment: the user's own, but with the emulated AWS alone."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    tables = f"http://{HOST}:{dynamodb_port}"
    return {
        **own,
        **cloud.AWS_ENVIRONMENT,
        "AWS_ENDPOINT_URL": f"http://{HOST}:{moto_port}",
        "AWS_ENDPOINT_URL_DYNAMODB": tables,
        "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": tables,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "PYTHONUNBUFFERED": "1",
    }


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise PortTaken(
                f"port {port} is in use; choose another with `make run PORT=9000`,"
                " which takes that port and the next"
            ) from None


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


def _interrupt(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt
