"""A child may die in any way; the parent learns why, and the next call works."""

import ctypes
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from chalicelib.processing import sandbox
from chalicelib.processing.problems import ProcessingTimeout, TooLargeToDecode, Unreadable
from chalicelib.processing.sandbox import Limits, WorkerFailed

MEBIBYTE = 1024**2


def add(left: int, right: int) -> int:
    return left + right


def take_memory(mebibytes: int) -> int:
    return len(bytearray(os.urandom(MEBIBYTE)) * mebibytes)


def spin() -> None:
    while True:
        pass


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def sleep_in_a_program(marker: str) -> None:
    subprocess.run(["sh", "-c", f"echo $$ > {marker}; exec sleep 60"], check=True)


def leave_a_program_behind(marker: str) -> None:
    subprocess.Popen(["sh", "-c", f"echo $$ > {marker}; exec sleep 60"])
    while not Path(marker).exists() or not Path(marker).read_text():
        time.sleep(0.01)


def crash() -> None:
    ctypes.string_at(0)


def abort() -> None:
    os.abort()


def quit_silently() -> None:
    os._exit(0)


def raise_problem() -> None:
    raise Unreadable("The third page is torn.")


def raise_bug() -> None:
    raise KeyError("our own mistake")


def lie() -> int:
    return "not a number"  # type: ignore[return-value]


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


def test_a_result_comes_back_with_its_cost() -> None:
    outcome = sandbox.run(add, 2, 3)
    assert outcome.result == 5
    assert 0 < outcome.duration_seconds < 5
    assert outcome.peak_memory_bytes > 5 * MEBIBYTE


def test_the_peak_of_memory_is_measured() -> None:
    little = sandbox.run(take_memory, 1).peak_memory_bytes
    much = sandbox.run(take_memory, 200).peak_memory_bytes
    assert 180 * MEBIBYTE < much - little < 260 * MEBIBYTE


def test_too_much_memory_is_too_large() -> None:
    with pytest.raises(TooLargeToDecode):
        sandbox.run(take_memory, 400, limits=Limits(memory_bytes=200 * MEBIBYTE))


def test_too_much_cpu_time_is_a_timeout() -> None:
    with pytest.raises(ProcessingTimeout) as caught:
        sandbox.run(spin, limits=Limits(cpu_seconds=1, wall_seconds=30))
    assert caught.value.duration_seconds
    assert caught.value.duration_seconds > 0.9


def test_too_much_time_is_a_timeout() -> None:
    began = time.monotonic()
    with pytest.raises(ProcessingTimeout):
        sandbox.run(sleep, 30, limits=Limits(wall_seconds=0.5))
    assert time.monotonic() - began < 5


def test_programs_of_a_killed_child_die_with_it(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    with pytest.raises(ProcessingTimeout):
        sandbox.run(sleep_in_a_program, str(marker), limits=Limits(wall_seconds=4))
    assert_gone(int(marker.read_text()))


def test_programs_left_behind_are_ended(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    sandbox.run(leave_a_program_behind, str(marker))
    assert_gone(int(marker.read_text()))


@pytest.mark.parametrize("deadly", [crash, abort])
def test_a_crash_is_the_files_fault(deadly: object) -> None:
    with pytest.raises(Unreadable):
        sandbox.run(deadly)  # type: ignore[arg-type]
    assert sandbox.run(add, 1, 1).result == 2


def test_a_problem_keeps_its_words_and_cost() -> None:
    with pytest.raises(Unreadable, match="third page") as caught:
        sandbox.run(raise_problem)
    assert caught.value.code == "unreadable"
    assert caught.value.peak_memory_bytes


@pytest.mark.parametrize("faulty", [raise_bug, quit_silently, lie])
def test_an_error_of_ours_is_not_the_files_fault(faulty: object) -> None:
    with pytest.raises(WorkerFailed):
        sandbox.run(faulty)  # type: ignore[arg-type]


def test_files_have_a_limit_and_vanish() -> None:
    with pytest.raises(WorkerFailed, match="File too large"):
        sandbox.run(write_much, limits=Limits(file_bytes=MEBIBYTE))
    assert not Path(sandbox.run(folder_with_a_file).result).exists()


def test_no_credential_reaches_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    fresh = sandbox.Template()
    monkeypatch.setattr(sandbox, "_template", lambda: fresh)
    seen = sandbox.run(environment).result
    fresh.close()
    assert "PATH" in seen
    assert not [name for name in seen if name.startswith(("AWS_", "REEF_"))]


def test_the_child_holds_no_connection_to_the_parent() -> None:
    left, right = socket.socketpair()
    with left, right:
        assert sandbox.run(open_sockets).result == 0


def test_a_dead_warm_process_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    template = sandbox.Template()
    monkeypatch.setattr(sandbox, "_template", lambda: template)
    sandbox.run(add, 1, 1)
    process = template._process
    assert process is not None
    process.kill()
    process.wait()
    assert sandbox.run(add, 2, 2).result == 4
    template.close()


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


def test_the_warm_process_ends_with_its_parent() -> None:
    code = (
        "from chalicelib.processing import sandbox; sandbox.warm_up();"
        "print(sandbox._template()._process.pid, flush=True);"
        "import os; os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert_gone(int(done.stdout))


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
