"""Starting clamd on a folder of signatures, with settings that make it say when it did not look."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from chalicelib.processing import subprocesses

MAX_STREAM_BYTES = 2_147_483_647
"""ClamAV passes what is larger without looking; it caps MaxFileSize itself at 2 bytes less."""

HOPELESS_SECONDS = 900.0
"""A clamd that has not loaded its signatures by then never will."""

LONGEST_SOCKET_PATH = 100
"""A unix socket's address holds 108 bytes."""

SETTINGS: dict[str, str | int] = {
    "Foreground": "yes",
    "LocalSocketMode": 600,
    "FixStaleSocket": "yes",
    "StreamMaxLength": MAX_STREAM_BYTES,
    "MaxFileSize": MAX_STREAM_BYTES,
    "MaxScanSize": 4_294_967_295,
    "MaxScanTime": 720_000,
    "MaxRecursion": 17,
    "MaxFiles": 10_000,
    "AlertExceedsMax": "yes",
    "ScanImageFuzzyHash": "no",
    "MaxThreads": 4,
    "ReadTimeout": 60,
    "CommandReadTimeout": 30,
    "SelfCheck": 300,
    "ConcurrentDatabaseReload": "no",
    "LogTime": "yes",
}
"""AlertExceedsMax turns what clamd did not look at into a finding instead of an OK. The fuzzy hash
of images costs ten times a scan and no signature of ours uses it. Sizes are in bytes, MaxScanTime
is in milliseconds and stays below the large scan Lambda's 15 minutes."""


class ClamdFailed(Exception):
    """clamd did not start; the message is the end of its log."""


class ClamdStarting(ClamdFailed):
    """clamd is alive, and has not loaded its signatures yet."""


class Clamd:
    """A running clamd; `socket` is where it listens, `signatures` the folder it loads."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        socket_path: str,
        signatures: str,
        log: Path,
        own_folder: str | None = None,
    ) -> None:
        self.process = process
        self.socket = socket_path
        self.signatures = signatures
        self.was_ready = False
        self._began = time.monotonic()
        self._log = log
        self._own_folder = own_folder

    def is_running(self) -> bool:
        """Return whether the process is alive and answers."""
        return self.process.poll() is None and answers(self.socket)

    def may_become_ready(self) -> bool:
        """Return whether it is loading its signatures, and not for hopelessly long."""
        waited = time.monotonic() - self._began
        return not self.was_ready and self.process.poll() is None and waited < HOPELESS_SECONDS

    def wait_until_ready(self, seconds: float) -> None:
        """Come back when it answers PING.

        Raises:
            ClamdStarting: it did not in time, and may later.
            ClamdFailed: it ended.
        """
        ends_at = time.monotonic() + seconds
        while not answers(self.socket):
            if self.process.poll() is not None:
                said = self._log.read_text(errors="replace")[-2000:]
                raise ClamdFailed(f"clamd ended: {said}")
            if time.monotonic() > ends_at:
                raise ClamdStarting(f"clamd gave no answer in {seconds:g} s")
            time.sleep(0.02)
        self.was_ready = True

    def stop(self) -> None:
        """End clamd and wait until it is gone; doing it again does nothing."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        Path(self.socket).unlink(missing_ok=True)
        if self._own_folder:
            shutil.rmtree(self._own_folder, ignore_errors=True)

    def __enter__(self) -> "Clamd":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def start(
    folder: str | Path,
    signatures: str | Path,
    socket_path: str | None = None,
    ready_seconds: float = 120.0,
    settings: Mapping[str, str | int] = SETTINGS,
    launcher: Sequence[str] = (),
) -> Clamd:
    """Start clamd and come back when it answers PING; the arguments are those of `launch`.

    Raises:
        ClamdFailed: it ended or did not answer in time; no process is left behind.
    """
    clamd = launch(folder, signatures, socket_path, settings, launcher)
    try:
        clamd.wait_until_ready(ready_seconds)
    except BaseException:
        clamd.stop()
        raise
    return clamd


def launch(
    folder: str | Path,
    signatures: str | Path,
    socket_path: str | None = None,
    settings: Mapping[str, str | int] = SETTINGS,
    launcher: Sequence[str] = (),
) -> Clamd:
    """Start clamd, which then loads its signatures.

    `folder` takes its settings, log and temporary files. Without `socket_path` the socket lies
    there too, or in a folder of its own where that path would be too long for a socket. `launcher`
    is a command that starts clamd in its own place, as `setpriv` does.
    """
    folder = Path(folder).resolve()
    scratch = folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    address = socket_path or str(folder / "clamd.sock")
    own_folder = None
    if len(os.fsencode(address)) > LONGEST_SOCKET_PATH:
        own_folder = tempfile.mkdtemp(prefix="clamd-", dir="/tmp")
        address = f"{own_folder}/clamd.sock"
    log = folder / "clamd.log"
    paths = {
        "LocalSocket": address,
        "DatabaseDirectory": str(Path(signatures).resolve()),
        "TemporaryDirectory": str(scratch),
    }
    configuration = folder / "clamd.conf"
    configuration.write_text("".join(f"{k} {v}\n" for k, v in {**settings, **paths}.items()))
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*launcher, "clamd", f"--config-file={configuration}"],
            env=subprocesses.ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    return Clamd(process, address, str(signatures), log, own_folder)


def answers(socket_path: str) -> bool:
    """Return whether a clamd behind this socket answers PING at once."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(socket_path)
            connection.sendall(b"nPING\n")
            return connection.recv(16) == b"PONG\n"
        except OSError:
            return False
