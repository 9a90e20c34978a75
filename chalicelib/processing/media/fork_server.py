"""The warm process behind `sandbox.py`: it imports the media libraries once and forks on request.

It forks a *worker* for each call, which touches the file under limits, watches the clock, kills and
measures. It never sees a byte of the file itself.
"""

import contextlib
import errno
import gc
import io
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
from chalicelib.processing.media.pictures import encoding, images
from chalicelib.processing.media.sandbox import Answer, Limits, Report
from chalicelib.processing.problems import MediaProblem, TooLargeToDecode

_OWN_SERVER = b"http://127.0.0.1:"
"""How a source begins that is read over the loopback, and needs the network for that."""

_ROUNDS = 8
"""As often as CPython lets code run before it is rewritten."""

LONGEST_ANSWER_BYTES = 64 * 1024**2

_HIGHEST_FILE = 1 << 16
"""Beyond any number of a file that this process has open."""

_OUTSIDE = frozenset(
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EIO", "EROFS", "EAGAIN", "EMFILE", "ENFILE", "ECHILD")
)
"""Errors of the operating system that say nothing of the file."""


def main(control: socket.socket) -> None:
    """Fork a worker for every connection that arrives, until the parent goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Image.init()  # Otherwise each worker whose format is not one of the first five imports all.
    ImageFont.load_default(10)
    mutagen.File(os.devnull, easy=True)  # Its formats are imported at its first call.
    _practise()
    gc.freeze()
    calls: list[_Call] = []
    try:
        while True:
            events = _wait(control, calls)
            for call in [call for call in calls if not call.goes_on(events)]:
                calls.remove(call)
                call.end()
            if control.fileno() in events:
                connection = _accepted(control)
                if connection is None:
                    return
                calls += _begun(connection)
    finally:
        for call in calls:
            call.end()


def _wait(control: socket.socket, calls: list["_Call"]) -> set[int]:
    """Wait until something can be read or hung up, or a call's time is over; return which."""
    poll = select.poll()
    poll.register(control, select.POLLIN)
    for call in calls:
        poll.register(call.answers, select.POLLIN)
        poll.register(call.connection, 0)  # Only a hang-up is of interest: nobody waits any more.
    left = min((call.seconds_left for call in calls), default=None)
    return {number for number, _ in poll.poll(None if left is None else max(0.0, left) * 1000)}


def _accepted(control: socket.socket) -> socket.socket | None:
    message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
    return socket.socket(fileno=descriptors[0]) if message else None


def _begun(connection: socket.socket) -> list["_Call"]:
    """Begin a call; where it cannot be begun, its connection ends without a report."""
    try:
        return [_Call(connection)]
    except (OSError, msgspec.DecodeError):
        traceback.print_exc()
        connection.close()
        return []


def _practise() -> None:
    """Draw a small picture a few times: its workers then share what Python notes of code it runs.

    CPython rewrites code that runs again (PEP 659), which in a fork copies the page that it is on.
    """
    own = io.BytesIO()
    Image.new("RGB", (16, 12)).save(own, "JPEG")
    for _ in range(_ROUNDS):
        with images.opened(own, images.FORMATS["image/jpeg"]) as picture:
            encoding.cascade(images.reduced(picture, (8, 8)), {"practice": (8, 8)})


class _Call:
    """A worker at its work, and who waits for the end of it."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        with connection.makefile("rb") as reader:
            limits = msgspec.msgpack.decode(
                reader.read(int.from_bytes(reader.read(4), "big")), type=Limits
            )
            request = reader.read()
        self._received = bytearray()
        self._timed_out = False
        with contextlib.ExitStack() as undone:
            self._folder = tempfile.mkdtemp(prefix=f"reef-{os.getpid()}-")  # whose it is
            undone.callback(shutil.rmtree, self._folder, ignore_errors=True)
            self.answers, answer_end = os.pipe()
            undone.callback(os.close, self.answers)
            undone.callback(os.close, answer_end)
            self._began = time.monotonic()
            self._ends_at = self._began + limits.wall_seconds
            self._worker = os.fork()
            if self._worker == 0:
                _finish(lambda: _work(request, limits, self._folder, answer_end))
            undone.pop_all()
        os.close(answer_end)
        with contextlib.suppress(OSError):
            os.setpgid(self._worker, self._worker)

    @property
    def seconds_left(self) -> float:
        return self._ends_at - time.monotonic()

    def goes_on(self, events: set[int]) -> bool:
        """Take what the worker sent; return whether more of it is waited for."""
        if self.answers in events:
            piece = os.read(self.answers, 1 << 20)
            self._received += piece
            self._timed_out = len(self._received) > LONGEST_ANSWER_BYTES
            return bool(piece) and not self._timed_out
        self._timed_out = self.connection.fileno() in events or self.seconds_left <= 0
        return not self._timed_out

    def end(self) -> None:
        """End the worker, by force where needed, and report."""
        # In every case and the whole group: a worker may go on after its answer, or leave programs
        # behind. The status of one that already died stays what it was.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._worker, signal.SIGKILL)
        _, status, usage = os.wait4(self._worker, 0)
        duration = time.monotonic() - self._began
        os.close(self.answers)
        shutil.rmtree(self._folder, ignore_errors=True)
        answer = b"" if self._timed_out else bytes(self._received)
        report = Report(answer, status, self._timed_out, duration, usage.ru_maxrss * 1024)
        with self.connection, contextlib.suppress(OSError):  # Nobody may wait any more.
            self.connection.sendall(msgspec.msgpack.encode(report))


def _work(request: bytes, limits: Limits, folder: str, answer_end: int) -> None:
    os.setpgid(0, 0)
    confinement.end_with_parent()
    os.closerange(3, answer_end)  # What belongs to other calls.
    os.closerange(answer_end + 1, _HIGHEST_FILE)
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
