"""The warm process behind `sandbox.py`: it imports the media libraries once and forks on request.

Three generations: the *template* only forks; a *keeper* per call watches the clock, kills and
measures; the *worker*, under limits, touches the file. Template and keeper never see a byte of it.
"""

import contextlib
import errno
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
from typing import Any, NoReturn

import msgspec
import mutagen
from PIL import Image, ImageFont, WebPImagePlugin  # noqa: F401  # imported once, here

from chalicelib.processing.media import (  # once, here
    confinement,
    metadata,  # noqa: F401
    optional,
    renditions,  # noqa: F401
    thumbnails,  # noqa: F401
)
from chalicelib.processing.media.sandbox import Answer, Limits, Report
from chalicelib.processing.problems import MediaProblem, TooLargeToDecode

_OWN_SERVER = b"http://127.0.0.1:"
"""How a source begins that is read over the loopback, and needs the network for that."""

LONGEST_ANSWER_BYTES = 64 * 1024**2

_OUTSIDE = frozenset(
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EIO", "EROFS", "EAGAIN", "EMFILE", "ENFILE", "ECHILD")
)
"""Errors of the operating system that say nothing of the file."""


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
    folder = tempfile.mkdtemp(prefix=f"reef-{os.getppid()}-")  # whose it is
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
    confinement.confine(network=_OWN_SERVER in request)
    with os.fdopen(answer_end, "wb") as writer:
        writer.write(_encoded_answer(request))


def _encoded_answer(request: bytes) -> bytes:
    answer = _answer(request)
    return msgspec.msgpack.encode(
        msgspec.structs.replace(answer, left_out=optional.taken_traces()),
    )


def _answer(request: bytes) -> Answer:
    try:
        function, args = pickle.loads(request)
        return Answer(result=_encoded(function(*args)))
    except MediaProblem as problem:
        return Answer(problem=(problem.code, problem.message))
    except MemoryError:
        return _too_large()
    except BaseException as error:
        number = error.errno if isinstance(error, OSError) else None
        if number == errno.ENOMEM:
            return _too_large()
        trace = traceback.format_exc()[-4000:].encode("utf-8", "backslashreplace").decode()
        return Answer(failure=trace, outside=number in _OUTSIDE)


def _too_large() -> Answer:
    problem = TooLargeToDecode()
    return Answer(problem=(problem.code, problem.message))


def _encoded(result: Any) -> bytes:
    """Encode a result; half surrogates, which no encoding takes, become U+FFFD."""
    try:
        return msgspec.msgpack.encode(result)
    except UnicodeEncodeError:
        plain = msgspec.to_builtins(result, builtin_types=(bytes,))
        return msgspec.msgpack.encode(_encodable(plain))


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_encodable(name): _encodable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(item) for item in value]
    return value


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
