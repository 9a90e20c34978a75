"""A child may die in any way; the parent learns why, and the next call works."""

import ctypes
import errno
import os
import signal
import struct
import time
from typing import Any

import pytest

from chalicelib.processing.media import optional, sandbox
from chalicelib.processing.media.sandbox import Limits, WorkerFailed
from chalicelib.processing.problems import (
    ProcessingTimeout,
    TooLargeToDecode,
    Unforeseen,
    Unreadable,
)

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


def crash() -> None:
    ctypes.string_at(0)


def abort() -> None:
    os.abort()


def quit_silently() -> None:
    os._exit(0)


def raise_problem() -> None:
    raise Unreadable("The third page is torn.")


def throw(error: BaseException) -> None:
    raise error


def die(number: int) -> None:
    os.kill(os.getpid(), number)


def leave_out(times: int) -> dict[str, Any]:
    cover, deep = "", 1
    for _ in range(times // 2):
        cover = optional.read(lambda: throw(ValueError("no such cover")) or "?", "none")
        deep = optional.read(lambda: too_deep(RecursionError), 0)
    return {"title": optional.read(lambda: "Harbour", ""), "cover": cover, "deep": deep}


def too_deep(error: type[Exception]) -> int:
    raise error("maximum recursion depth exceeded")


def leave_out_and_fail() -> None:
    optional.read(lambda: throw(KeyError("Producer")), None)
    raise Unreadable


def lie() -> int:
    return "not a number"  # type: ignore[return-value]


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


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyError("our own mistake"), "KeyError"),
        (struct.error("unpack requires 4 bytes"), "unpack requires"),
        (RecursionError("maximum recursion depth exceeded"), "RecursionError"),
        (UnicodeDecodeError("utf-16-le", b"\0\xd8", 0, 2, "illegal surrogate"), "utf-16-le"),
        (ValueError("half \ud800 a pair"), r"half \ud800 a pair"),
        (SystemExit(3), "SystemExit"),
    ],
)
def test_an_error_that_nobody_foresaw_is_final_and_has_its_trace(
    error: BaseException, told: str
) -> None:
    with pytest.raises(Unforeseen) as caught:
        sandbox.run(throw, error)
    assert caught.value.code == "processing_failed"
    assert "in throw" in caught.value.trace
    assert told in caught.value.trace
    assert told not in caught.value.message


@pytest.mark.parametrize("faulty", [quit_silently, lie])
def test_no_answer_or_a_wrong_one_is_final(faulty: object) -> None:
    with pytest.raises(Unforeseen):
        sandbox.run(faulty)  # type: ignore[arg-type]


def test_memory_that_a_library_is_refused_is_too_large() -> None:
    for error in (MemoryError(), OSError(errno.ENOMEM, "Cannot allocate memory")):
        with pytest.raises(TooLargeToDecode):
            sandbox.run(throw, error)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EMFILE, errno.EAGAIN])
def test_what_the_machine_lacks_may_be_there_next_time(number: int) -> None:
    with pytest.raises(WorkerFailed, match=errno.errorcode[number]):
        sandbox.run(throw, OSError(number, errno.errorcode[number]))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_that_somebody_killed_may_live_next_time(number: int) -> None:
    with pytest.raises(WorkerFailed, match="killed"):
        sandbox.run(die, number)


def test_what_a_file_may_lack_costs_itself_alone_and_is_told_to_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert sandbox.run(leave_out, 2).result == {"title": "Harbour", "cover": "none", "deep": 0}
    traces = [record.__dict__["trace"] for record in caplog.records]
    assert [trace.splitlines()[-1] for trace in traces] == [
        "ValueError: no such cover",
        "RecursionError: maximum recursion depth exceeded",
    ]
    caplog.clear()
    with pytest.raises(Unreadable):
        sandbox.run(leave_out_and_fail)
    assert len(caplog.records) == 1
    assert sandbox.run(add, 1, 1).result == 2
    assert len(caplog.records) == 1


def test_a_file_cannot_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    sandbox.run(leave_out, 1_000)
    assert len(caplog.records) == optional.MOST_TRACES


def test_a_dead_warm_process_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    template = sandbox.ForkServer()
    monkeypatch.setattr(sandbox, "_template", lambda: template)
    sandbox.run(add, 1, 1)
    process = template._process
    assert process is not None
    process.kill()
    process.wait()
    assert sandbox.run(add, 2, 2).result == 4
    template.close()
