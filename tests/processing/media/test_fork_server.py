"""The warm process: what its children leave behind goes, whatever they do."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chalicelib.processing.media import sandbox
from chalicelib.processing.media.sandbox import Limits, WorkerFailed
from chalicelib.processing.problems import (
    ProcessingTimeout,
    Unforeseen,
)
from tests.processing.media import loaded

MEBIBYTE = 1024**2


class Picture(msgspec.Struct):
    name: str
    data: bytes


def add(left: int, right: int) -> int:
    return left + right


def sleep_in_a_program(marker: str) -> None:
    subprocess.run(["sh", "-c", f"echo $$ > {marker}; exec sleep 60"], check=True)


def leave_a_program_behind(marker: str) -> None:
    subprocess.Popen(["sh", "-c", f"echo $$ > {marker}; exec sleep 60"])
    while not Path(marker).exists() or not Path(marker).read_text():
        time.sleep(0.01)


def wait_for(marker: str, end: str) -> int:
    """Say who is here, and wait until somebody says that it is over; count the sockets then."""
    Path(marker).write_text(str(os.getpid()))
    while not Path(end).exists():
        time.sleep(0.01)
    return open_sockets()


def half_surrogates() -> dict[str, Any]:
    return {"Port \ud800 end": ["\udfff", "\ud83d\udc1f", 1, None], "raw": "b\udc80"}


def picture_of_half_surrogates() -> Picture:
    return Picture("\ud83d", b"\0\xff")


def write_much() -> None:
    Path("big").write_bytes(bytes(10 * MEBIBYTE))


def environment() -> dict[str, str]:
    return dict(os.environ)


def folder_with_a_file() -> str:
    Path("here").write_text("x")
    assert tempfile.gettempdir() == os.getcwd()
    return os.getcwd()


def open_sockets() -> int:
    found = 0
    for name in os.listdir("/proc/self/fd"):
        try:
            found += os.readlink(f"/proc/self/fd/{name}").startswith("socket:")
        except OSError:
            continue
    return found


def test_programs_of_a_killed_child_die_with_it(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    with pytest.raises(ProcessingTimeout):
        sandbox.run(sleep_in_a_program, str(marker), limits=Limits(wall_seconds=4))
    assert_gone(int(marker.read_text()))


def test_programs_left_behind_are_ended(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    sandbox.run(leave_a_program_behind, str(marker))
    assert_gone(int(marker.read_text()))


def test_half_surrogates_in_a_result_become_the_replacement_character() -> None:
    expected = {"Port \ufffd end": ["\ufffd", "\U0001f41f", 1, None], "raw": "b\ufffd"}
    assert sandbox.run(half_surrogates).result == expected
    assert sandbox.run(picture_of_half_surrogates).result == Picture("\ufffd", b"\0\xff")


def test_files_have_a_limit_and_vanish() -> None:
    with pytest.raises(Unforeseen) as caught:
        sandbox.run(write_much, limits=Limits(file_bytes=MEBIBYTE))
    assert "File too large" in caught.value.trace
    assert not Path(sandbox.run(folder_with_a_file).result).exists()


def test_no_credential_reaches_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    fresh = sandbox.ForkServer()
    monkeypatch.setattr(sandbox, "_template", lambda: fresh)
    seen = sandbox.run(environment).result
    fresh.close()
    assert "PATH" in seen
    assert not [name for name in seen if name.startswith(("AWS_", "REEF_"))]


def test_the_child_holds_no_connection_to_the_parent() -> None:
    left, right = socket.socketpair()
    with left, right:
        assert sandbox.run(open_sockets).result == 0


def test_calls_at_once_do_not_mix() -> None:
    results: dict[int, int] = {}

    def call(number: int) -> None:
        results[number] = sandbox.run(add, number, number).result

    threads = [threading.Thread(target=call, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: 2 * number for number in range(12)}


def test_a_call_has_nothing_of_another_that_began_before_it(tmp_path: Path) -> None:
    found: list[int] = []

    def wait(name: str) -> None:
        call = sandbox.run(wait_for, str(tmp_path / name), str(tmp_path / "end"))
        found.append(call.result)

    threads = []
    for name in ("first", "second", "third"):
        threads.append(threading.Thread(target=wait, args=(name,)))
        threads[-1].start()
        read_soon(tmp_path / name)
    (tmp_path / "end").touch()
    for thread in threads:
        thread.join()
    assert found == [0, 0, 0]


@pytest.mark.parametrize("kill", [True, False])
def test_workers_and_their_programs_end_with_the_warm_process(
    kill: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = sandbox.ForkServer()
    monkeypatch.setattr(sandbox, "_template", lambda: fresh)
    marker = tmp_path / "pid"
    work: Callable[[], object] = (
        partial(sandbox.run, wait_for, str(marker), str(tmp_path / "end"))
        if kill
        else partial(sandbox.run, sleep_in_a_program, str(marker))
    )
    raised: list[BaseException] = []

    def call() -> None:
        try:
            work()
        except (WorkerFailed, ProcessingTimeout) as gone:
            raised.append(gone)

    thread = threading.Thread(target=call)
    thread.start()
    worker = read_soon(marker)
    if kill:
        assert fresh.process_id is not None
        os.kill(fresh.process_id, signal.SIGKILL)
    else:
        fresh.close()
    assert_gone(worker)
    thread.join()
    assert len(raised) == 1
    fresh.close()


def test_the_warm_process_ends_with_its_parent() -> None:
    code = (
        "from chalicelib.processing.media import sandbox; sandbox.warm_up();"
        "print(sandbox._template()._process.pid, flush=True);"
        "import os; os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert_gone(int(done.stdout))


def read_soon(marker: Path) -> int:
    """Wait until a process wrote its number, and return that."""
    for _ in range(1_000):
        if marker.exists() and marker.read_text().strip():
            return int(marker.read_text())
        time.sleep(0.02)
    raise AssertionError("nobody came")


def assert_gone(pid: int) -> None:
    """Wait a moment for a process to end; a zombie that nobody reaped counts as ended."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.05)
    raise AssertionError(f"process {pid} is still there")


def test_a_child_finds_what_works_on_files_loaded() -> None:
    found = set(sandbox.run(loaded.modules).result)
    assert {f"chalicelib.processing.media.{name}" for name in ("metadata", "thumbnails")} <= found
