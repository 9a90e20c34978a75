"""However `make run` is stopped, nothing of it goes on, and its logs stay."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from local.run import stop_when_told
from tests.stack import READY_SECONDS, ROOT, free_pair

Stop = Callable[[int], None]


def _processes(port: int, folder: Path) -> list[str]:
    """The command lines of all processes that belong to a run."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().decode().split("\0")
            environment = (path / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(port) in words or f"TMPDIR={folder}" in environment:
            found.append(" ".join(words))
    return found


def _await(what: Callable[[], bool], seconds: float) -> None:
    give_up_at = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < give_up_at
        time.sleep(0.1)


@contextmanager
def _made(port: int, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """`make run` with processes in a group of their own, as a terminal starts it; and its words."""
    output = folder.parent / f"{folder.name}.txt"
    with output.open("wb") as words:
        process = subprocess.Popen(
            ["make", "run", f"PORT={port}"],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            start_new_session=True,
        )
    try:
        yield process, output
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize(
    "stop",
    [
        pytest.param(lambda pid: os.kill(pid, signal.SIGTERM), id="make is told to end"),
        pytest.param(lambda pid: os.kill(pid, signal.SIGKILL), id="make is killed"),
        pytest.param(lambda pid: os.killpg(pid, signal.SIGHUP), id="the terminal is closed"),
    ],
)
def test_stopping_make_stops_all_of_it(stop: Stop, tmp_path: Path) -> None:
    port, folder = free_pair(), tmp_path / "temporary"
    folder.mkdir()
    with _made(port, folder) as (make, output):
        _await(lambda: "password" in output.read_text(), READY_SECONDS)
        assert len(_processes(port, folder)) > 15
        stop(make.pid)
        _await(lambda: not _processes(port, folder), 30)
        logs = re.search(r"logs stay in (\S+) ", output.read_text())
    assert logs is not None
    assert (Path(logs[1]) / "front.log").stat().st_size > 0
    assert [path.name for path in folder.iterdir()] == [f"reef-logs-{port}"]


@pytest.mark.parametrize("kept_on", [False, True])
def test_nohup_keeps_a_run_on_whose_terminal_is_closed(kept_on: bool) -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN if kept_on else signal.SIG_DFL)
        stop_when_told()
        assert (signal.getsignal(signal.SIGHUP) == signal.SIG_IGN) is kept_on
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
