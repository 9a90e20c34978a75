"""Starts all of Reef on one machine, and keeps it running until told to stop."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local import cloud, dynamodb, ports, seeds
from local.functions import ROOT, functions
from local.log_folder import log_folder
from local.processes import Ended, Process, Processes
from local.room import Room
from local.serving import HOST, RETURN_MEMORY
from local.token import member_token

SCANNERS_OWN = "refresh_signatures"
"""The scanner refreshes the signatures itself, from the shipped file instead of the mirrors."""

RECEIVER = f"{HOST}:9199"
"""Where webhooks may be received on this machine; else they never lead to it."""

READY_SECONDS = 60.0
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Run:
    """One run: its folder, its processes, its addresses.

    Args:
        folder: takes everything that the run writes but its logs.
        logs: takes the logs, one file for each process.
        port: where the front listens; the edge takes the next one.
        visibility_seconds: when messages that a worker did not finish come back, instead of the
            queues' own times.
        workers: start the functions' workers; without them whoever asked runs the functions.
    """

    def __init__(
        self,
        folder: Path,
        logs: Path,
        port: int,
        visibility_seconds: int | None = None,
        *,
        workers: bool = True,
    ) -> None:
        self.folder, self.port, self.logs = folder, port, logs
        self._workers = workers
        self.public_url, self.edge_url = f"http://{HOST}:{port}", f"http://{HOST}:{port + 1}"
        self._visibility_seconds = visibility_seconds
        self._processes = Processes(folder, logs, ROOT)
        self._environment: dict[str, str] = {}
        self._replaceable: dict[str, list[str]] = {}

    def start(self) -> None:
        """Start everything, and come back when it is ready.

        Raises:
            Ended: a process ended at once.
            TimeoutError: something did not come up.
        """
        moto_port, dynamodb_port = ports.free(2)
        self._environment = _environment(moto_port, dynamodb_port) | {
            "REEF_CLAMD_SOCKET": str(self.folder / "clamav" / "clamd.sock"),
            "REEF_SIGNATURES_FOLDER": str(self.folder / "clamav" / "signatures"),
            "REEF_WEBHOOK_ALLOWED_HOSTS": json.dumps([RECEIVER]),
        }
        self._start("dynamodb", dynamodb.command(dynamodb_port))
        moto = _python("local.moto_server", str(moto_port))
        self._processes.start("moto", moto, self._environment | RETURN_MEMORY)
        self._start_replaceable("scanner", _python("local.scanner", str(self.folder / "clamav")))
        self._processes.wait_until(lambda: ports.answers(moto_port), "moto", READY_SECONDS)
        self._processes.wait_until(
            lambda: ports.answers(dynamodb_port), "DynamoDB Local", READY_SECONDS
        )
        self._create(moto_port)
        self._start("front", _python("local.front", str(self.port)))
        self._start("edge", _python("local.edge", str(self.port + 1)))
        self._processes.wait_until(lambda: ports.answers(self.port + 1), "the edge", READY_SECONDS)
        self._processes.wait_until(self._is_healthy, "the API", READY_SECONDS)
        # Queues can wait for their workers, people at the page cannot.
        for name in functions() if self._workers else ():
            if name != SCANNERS_OWN:
                self._start_replaceable(name, _python("local.worker", name))

    def keep(self) -> None:
        """Keep the processes running: a worker that ended is replaced, as Lambda would.

        Raises:
            Ended: one ended that holds state, without which the run makes no sense.
        """
        room = Room(self.folder)
        while True:
            if said := room.change():
                _say(said)
            for process in self._processes.ended():
                if process.name not in self._replaceable:
                    raise Ended(process.ending())
                _say(f"{process.name} ended and is started again")
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


def run(
    port: int, *, demo: bool, visibility_seconds: int | None = None, workers: bool = True
) -> int:
    """Run in the foreground until Ctrl+C or SIGTERM; gives the exit status."""
    stop_when_told()
    try:
        ports.check(port)
        ports.check(port + 1)
        logs = log_folder(port)  # not before: it empties the folder of whoever has the port
    except (ports.PortUnusable, OSError) as failure:
        _say(str(failure))
        return 1
    with tempfile.TemporaryDirectory(prefix="reef-", ignore_cleanup_errors=True) as folder:
        reef = Run(Path(folder), logs, port, visibility_seconds, workers=workers)
        try:
            reef.start()
            _tell(reef)
            if demo:
                _demonstrate(reef)
            reef.keep()
        except KeyboardInterrupt:
            _say("stopping")
        except (Ended, OSError) as failure:
            _say(str(failure))
            return 1
        finally:
            for number in _STOPPING:
                signal.signal(number, signal.SIG_IGN)
            reef.stop()
            _say(f"the logs stay in {logs} until the next run at port {port}")
    return 0


def _tell(reef: Run) -> None:
    print(f"\nReef is ready at {reef.public_url}/ (uploads and media: {reef.edge_url})")
    print(f"API {reef.public_url}/api/v3/ · mail {reef.public_url}/_local/mail/", end="")
    print(f" · queues {reef.public_url}/_local/queues/ · logs {reef.logs}")
    print("Everything but the logs is gone when you stop it with Ctrl+C.\n")
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
        _say(f"the demo broke off: {failure}")


def _environment(moto_port: int, dynamodb_port: int) -> dict[str, str]:
    """Return the children's environment: the user's own, but with the emulated AWS alone."""
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


def stop_when_told() -> None:
    """Have the signals that ask for an end interrupt this process."""
    for number in _STOPPING:
        # Ctrl+C too: a shell that starts this in the background has it ignored. A terminal that
        # is closed stops it, unless `nohup` was asked to keep it.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _say(words: str) -> None:
    """Tell the user; a terminal that is gone changes nothing."""
    with suppress(OSError):
        print(f"reef: {words}", file=sys.stderr, flush=True)


def _interrupt(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt
