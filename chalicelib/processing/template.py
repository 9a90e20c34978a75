"""The warm process behind `sandbox.py`: it imports the media libraries once and forks on request.

Three generations: the *template* only forks; a *keeper* per call watches the clock, kills and
measures; the *worker*, under limits, touches the file. Template and keeper never see a byte of it.
"""

import contextlib
import gc
import os
import pickle
import resource
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from typing import NoReturn

import msgspec
import mutagen
from PIL import Image, ImageFont, WebPImagePlugin  # noqa: F401  # imported once, here

from chalicelib.processing import metadata, thumbnails  # noqa: F401  # imported once, here
from chalicelib.processing.problems import MediaProblem, TooLargeToDecode
from chalicelib.processing.sandbox import Answer, Limits, Report

LONGEST_ANSWER_BYTES = 64 * 1024**2


def main(control: socket.socket) -> None:
    """Fork a keeper for every connection that arrives, until the parent goes away."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Image.preinit()
    ImageFont.load_default(10)
    mutagen.File(os.devnull, easy=True)  # Its formats are imported at its first call.
    gc.freeze()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        with socket.socket(fileno=descriptors[0]) as connection:
            if os.fork() == 0:
                control.close()
                _finish(lambda: _keep(connection))


def _keep(connection: socket.socket) -> None:
    """Run one worker to its end, by force where needed, and report."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with connection.makefile("rb") as reader:
        limits = msgspec.msgpack.decode(
            reader.read(int.from_bytes(reader.read(4), "big")), type=Limits
        )
        request = reader.read()
    folder = tempfile.mkdtemp(prefix="reef-")
    try:
        began = time.monotonic()
        answers, answer_end = os.pipe()
        worker = os.fork()
        if worker == 0:
            connection.close()
            os.close(answers)
            _finish(lambda: _work(request, limits, folder, answer_end))
        os.close(answer_end)
        with contextlib.suppress(OSError):
            os.setpgid(worker, worker)
        answer, timed_out = _collect(answers, connection, began + limits.wall_seconds)
        # In every case and the whole group: a worker may go on after its answer, or leave programs
        # behind. The status of one that already died stays what it was.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker, signal.SIGKILL)
        _, status, usage = os.wait4(worker, 0)
        duration = time.monotonic() - began
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report = Report(answer, status, timed_out, duration, usage.ru_maxrss * 1024)
    connection.sendall(msgspec.msgpack.encode(report))
    connection.shutdown(socket.SHUT_WR)  # Nobody has to wait for this process's own end.


def _collect(answers: int, connection: socket.socket, ends_at: float) -> tuple[bytes, bool]:
    """Read the worker's answer until it closes its end; True when it has to be killed."""
    received = bytearray()
    with os.fdopen(answers, "rb", buffering=0) as reader:
        while len(received) <= LONGEST_ANSWER_BYTES:
            remaining = ends_at - time.monotonic()
            poll = select.poll()
            poll.register(reader, select.POLLIN)
            poll.register(connection, 0)  # Only a hang-up is of interest: nobody waits any more.
            events = dict(poll.poll(max(0.0, remaining) * 1000))
            if reader.fileno() not in events:
                return b"", True
            piece = reader.read(1 << 20)
            if not piece:
                return bytes(received), False
            received += piece
    return b"", True


def _work(request: bytes, limits: Limits, folder: str, answer_end: int) -> None:
    os.setpgid(0, 0)
    os.chdir(folder)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    tempfile.tempdir = folder
    _limit(limits)
    with os.fdopen(answer_end, "wb") as writer:
        writer.write(_encoded_answer(request))


def _encoded_answer(request: bytes) -> bytes:
    try:
        function, args = pickle.loads(request)
        result = msgspec.msgpack.encode(function(*args))
        return msgspec.msgpack.encode(Answer(result=result))
    except MediaProblem as problem:
        return _encoded_problem(problem)
    except MemoryError:
        return _encoded_problem(TooLargeToDecode())
    except BaseException:
        return msgspec.msgpack.encode(Answer(failure=traceback.format_exc()[-4000:]))


def _encoded_problem(problem: MediaProblem) -> bytes:
    return msgspec.msgpack.encode(Answer(problem=(problem.code, problem.message)))


def _limit(limits: Limits) -> None:
    with open("/proc/self/statm") as statm:
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    memory = mapped + limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))


def _finish(work: Callable[[], None]) -> NoReturn:
    """Do a forked process's work and leave at once, without the parent's clean-up."""
    status = 1
    try:
        work()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as parent:
        main(parent)
