"""Functions as Lambda runs them: one process each, warm until it fails, from what ships."""

import json
import os
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.runtime.accounting import Account

ENTER = Path(__file__).with_name("enter.sh")
PYTHON = "/var/lang/bin/python3.13"

_ENTER_NAMESPACES = (
    "setpriv --pdeathsig KILL nsenter --net={network}"
    " unshare --mount --pid --ipc --fork --kill-child"
)

ENVIRONMENT = {
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
    "LAMBDA_TASK_ROOT": "/var/task",
    "LANG": "en_US.UTF-8",
    "LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:"
    "/var/task/lib:/opt/lib",
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    "PYTHONPATH": "/var/runtime",
    "TZ": ":UTC",
}
"""What Lambda's Python 3.13 sets by itself; it sets neither HOME nor TMPDIR."""


@dataclass(frozen=True)
class Packaged:
    """A function as the template has it, and the folders that it is run from."""

    name: str
    handler: str
    memory_megabytes: int
    timeout_seconds: int
    storage_megabytes: int
    task: Path
    layers: Path


@dataclass
class Spent:
    """What loading the code, or one call, took: seconds, and the most memory so far.

    The processor's seconds are those of all processes, or of the function's own where the kernel
    does not count for others.
    """

    seconds: float
    cpu_seconds: float
    peak_memory_bytes: int


class FunctionFailed(Exception):
    """The function raised, ran out of time or ended; the message tells what it left in its log."""


@dataclass
class Container:
    """One function's process, which is started by its first event.

    Args:
        packaged: what to run.
        root: what `machine.make_root` made.
        python: the installation that becomes /var/lang.
        network: where the kernel shows the network namespace.
        environment: the function's own variables.
        log: takes what it prints.
    """

    packaged: Packaged
    root: Path
    python: Path
    network: str
    environment: Mapping[str, str]
    log: Path
    loading: Spent | None = None
    calls: list[Spent] = field(default_factory=list)
    _process: "subprocess.Popen[bytes] | None" = None
    _events: IO[str] | None = None
    _answers: IO[str] | None = None
    _account: Account | None = None

    def invoke(self, event: Any) -> Any:
        """Call the function with an event; gives its answer.

        Raises:
            FunctionFailed: it did not answer; the next event finds a new process.
        """
        if self._process is None:
            self._start()
        seconds = self.packaged.timeout_seconds
        told = self._exchange({"event": event, "timeout_seconds": seconds}, seconds)
        self.calls.append(_spent(told))
        if told["error"]:
            raise FunctionFailed(told["error"])
        return told["result"]

    def stop(self) -> None:
        """End the process, with all that it started."""
        if self._process is None:
            return
        assert self._events is not None
        assert self._answers is not None
        self._process.kill()
        self._process.wait()
        self._events.close()
        self._answers.close()
        self._process = None
        if self._account is not None:
            self._account.close()

    def _start(self) -> None:
        here, mine = self.packaged, self.environment
        variables = dict(mine) | ENVIRONMENT
        variables |= {
            "_HANDLER": here.handler,
            "AWS_LAMBDA_FUNCTION_NAME": f"reef-{here.name}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(here.memory_megabytes),
        }
        inner_events, outer_events = os.pipe()
        outer_answers, inner_answers = os.pipe()
        places = [str(place) for place in (self.root, self.python, here.task, here.layers)]
        self._account = Account()
        command = [*self._account.joining()]
        command += [*_ENTER_NAMESPACES.format(network=self.network).split(), "sh", str(ENTER)]
        command += [*places, str(here.storage_megabytes), PYTHON, "/var/runtime/bootstrap.py"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, str(inner_events), str(inner_answers)],
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[inner_events, inner_answers],
            )
        os.close(inner_events)
        os.close(inner_answers)
        self._events, self._answers = os.fdopen(outer_events, "w"), os.fdopen(outer_answers)
        told = self._exchange(None, 60)
        self.loading = _spent(told)
        if told["error"]:
            self.stop()
            raise FunctionFailed(told["error"])

    def _exchange(self, event: Any, seconds: float) -> dict[str, Any]:
        assert self._process is not None
        assert self._events is not None
        assert self._answers is not None
        # Whoever is late is killed, which ends the reading.
        watchdog = threading.Timer(seconds, self._process.kill)
        watchdog.start()
        before = self._account.seconds() if self._account is not None else None
        try:
            if event is not None:
                self._events.write(json.dumps(event) + "\n")
                self._events.flush()
            line = self._answers.readline()
        except BrokenPipeError:
            line = ""
        finally:
            watchdog.cancel()
        if not line:
            self.stop()
            said = self.log.read_text(errors="replace")[-4000:]
            raise FunctionFailed(f"{self.packaged.name} did not answer in {seconds:g} s:\n{said}")
        told: dict[str, Any] = json.loads(line)
        after = self._account.seconds() if self._account is not None else None
        if before is not None and after is not None:
            told["cpu_seconds"] = after - before
        return told


def _spent(told: Mapping[str, Any]) -> Spent:
    return Spent(told["seconds"], told["cpu_seconds"], told["peak_memory_bytes"])
