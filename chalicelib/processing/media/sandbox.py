"""Running the work on one file in a child process that may die without harm.

A warm template process (see `fork_server.py`) has the media libraries imported and holds no
credentials. Each call is a fork of it: a few milliseconds instead of a fresh interpreter, nothing
left over from the file before, and limits on memory, CPU and time of its own. The answer is decoded
by the function's declared return type, so a child that a file took over can send no objects but
those.
"""

import atexit
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Generic, TypeVar, get_type_hints

import msgspec

from chalicelib.processing import problems, subprocesses
from chalicelib.processing.problems import (
    MediaProblem,
    ProcessingTimeout,
    TooLargeToDecode,
    Unforeseen,
    Unreadable,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

_FORK_SERVER = "chalicelib.processing.media.fork_server"

_LIBRARIES = f"{sys.base_prefix}/lib:{subprocesses.ENVIRONMENT['LD_LIBRARY_PATH']}"
"""Where the warm process finds Python's own library, which on Lambda lies beside it alone."""

REPORT_GRACE_SECONDS = 10.0
"""How long after a call's wall limit its report must be here."""


_LEAVE_SECONDS = 5.0
"""How long the warm process may take to end its workers, once nobody asks it for anything."""


class WorkerFailed(Exception):
    """The surroundings failed, not the work on the file; trying again may help."""


class Limits(msgspec.Struct, frozen=True):
    """What one call may use: memory beyond the warm process, CPU and wall time, written files."""

    memory_bytes: int = 1_200 * 1024**2
    cpu_seconds: int = 60
    wall_seconds: float = 90.0
    file_bytes: int = 512 * 1024**2


DEFAULT_LIMITS = Limits()


class Outcome(msgspec.Struct, Generic[T], frozen=True):
    """A call's result and what it cost; the peak is resident memory, the interpreter included."""

    result: T
    duration_seconds: float
    peak_memory_bytes: int


class Report(msgspec.Struct, frozen=True):
    """What the process that watched over a worker says of its end."""

    answer: bytes
    exit_status: int
    timed_out: bool
    duration_seconds: float
    peak_memory_bytes: int


class Answer(msgspec.Struct, frozen=True):
    """What a worker says: a result encoded as MessagePack, a problem's code and message, or the
    trace of an error that nobody foresaw, which lies with the machine where `outside` says so.
    `left_out` has the traces of what a file may lack and could not be read.
    """

    result: bytes | None = None
    problem: tuple[str, str] | None = None
    failure: str | None = None
    outside: bool = False
    left_out: tuple[str, ...] = ()


def run(function: Callable[..., T], *args: Any, limits: Limits = DEFAULT_LIMITS) -> Outcome[T]:
    """Call a module's function in a child process within limits.

    The function's arguments must be picklable and its return type one that msgspec can decode. The
    child works in a folder of its own that vanishes afterwards.

    Raises:
        MediaProblem: what the function raised; `TooLargeToDecode` where memory ran out,
            `ProcessingTimeout` where time did, `Unreadable` where the file crashed its decoder,
            `Unforeseen` where the function raised anything else or gave no answer.
        WorkerFailed: the child could not be started, it was killed from outside, or the machine
            lacks what any work needs, such as room on its disk.
    """
    report = _template().call(pickle.dumps((function, args)), limits)
    try:
        return Outcome(
            _result(report, get_type_hints(function)["return"], limits),
            report.duration_seconds,
            report.peak_memory_bytes,
        )
    except MediaProblem as problem:
        problem.duration_seconds = report.duration_seconds
        problem.peak_memory_bytes = report.peak_memory_bytes
        raise


def _result(report: Report, kind: Any, limits: Limits) -> Any:
    if report.timed_out:
        raise ProcessingTimeout
    try:
        answer = msgspec.msgpack.decode(report.answer, type=Answer)
    except msgspec.DecodeError as broken:
        if os.WIFSIGNALED(report.exit_status):
            raise _death(os.WTERMSIG(report.exit_status), report, limits) from broken
        raise Unforeseen(trace="the worker ended without an answer") from broken
    for trace in answer.left_out:
        log.warning("left out what could not be read", extra={"trace": trace})
    if answer.problem is not None:
        code, message = answer.problem
        raise problems.BY_CODE.get(code, Unreadable)(message)
    if answer.result is None:
        if answer.outside:
            raise WorkerFailed(answer.failure)
        raise Unforeseen(trace=answer.failure or "the worker gave no answer")
    try:
        return msgspec.msgpack.decode(answer.result, type=kind)
    except msgspec.DecodeError as garbled:
        raise Unforeseen(trace=f"the worker's answer is no {kind}: {garbled}") from garbled


def _death(number: int, report: Report, limits: Limits) -> MediaProblem | WorkerFailed:
    if number == signal.SIGXCPU:
        return ProcessingTimeout()
    # A library that is refused memory aborts.
    if report.peak_memory_bytes > 0.8 * limits.memory_bytes:
        return TooLargeToDecode()
    if number in (signal.SIGKILL, signal.SIGTERM):
        return WorkerFailed("the worker was killed, as the kernel does when memory is short")
    return Unreadable()


class ForkServer:
    """The warm process that calls are forked from; started again when it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def call(self, request: bytes, limits: Limits) -> Report:
        """Fork a worker for one pickled request and wait for the report of its end."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self._hand_over(theirs)
            theirs.close()
            ours.settimeout(limits.wall_seconds + REPORT_GRACE_SECONDS)
            header = msgspec.msgpack.encode(limits)
            try:
                ours.sendall(len(header).to_bytes(4, "big") + header + request)
                ours.shutdown(socket.SHUT_WR)
                return msgspec.msgpack.decode(_read_all(ours), type=Report)
            except TimeoutError as late:
                self.close()
                raise ProcessingTimeout from late
            except (OSError, msgspec.DecodeError) as broken:
                raise WorkerFailed(f"the warm process vanished: {broken}") from broken

    @property
    def process_id(self) -> int | None:
        """The warm process's id, which the folders of its workers have in their names."""
        return self._process.pid if self._process is not None else None

    def close(self) -> None:
        """End the warm process, which ends the workers in flight and their programs."""
        with self._lock:
            self._end()

    def _hand_over(self, connection: socket.socket) -> None:
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            for attempt in (1, 2):
                try:
                    assert self._control is not None
                    socket.send_fds(self._control, [b"\1"], [connection.fileno()])
                    return
                except OSError as gone:
                    if attempt == 2:
                        raise WorkerFailed(f"the warm process cannot be reached: {gone}") from gone
                    self._start()

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(_LEAVE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._control = self._process = None

    def _start(self) -> None:
        self._end()
        self._control, theirs = socket.socketpair()
        path = os.pathsep.join(entry for entry in sys.path if entry)
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    _FORK_SERVER,
                    str(theirs.fileno()),
                ],
                env=subprocesses.ENVIRONMENT | {"PYTHONPATH": path, "LD_LIBRARY_PATH": _LIBRARIES},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )


@lru_cache(maxsize=1)
def _template() -> ForkServer:
    template = ForkServer()
    atexit.register(template.close)
    return template


def _read_all(connection: socket.socket) -> bytes:
    ends_at = time.monotonic() + (connection.gettimeout() or 0)
    received = bytearray()
    while piece := connection.recv(1 << 20):
        received += piece
        connection.settimeout(max(0.001, ends_at - time.monotonic()))
    return bytes(received)


def warm_up() -> int | None:
    """Start the warm process now, for instance while a cold start still has time; return its id."""
    run(_nothing)
    return _template().process_id


def _nothing() -> None:
    return None
