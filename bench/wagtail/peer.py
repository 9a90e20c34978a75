"""Wagtail's multiple upload, as its page does it."""

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.client import in_threads
from bench.peers import SIDES, Missing
from bench.servers import free_port, wait_for
from chalicelib.processing.media.pictures import encoding

_HERE = Path(__file__).parent
_REQUIREMENTS = _HERE / "requirements.txt"
_ENVIRONMENT = _HERE / ".venv"
_TIMEOUT_SECONDS = 60


class Wagtail:
    """A running Wagtail, with as many processes as there are processors."""

    def __init__(self, port: int, session: str) -> None:
        self._port, self._session = port, session

    def send(self, filename: str, data: bytes) -> None:
        """Upload a JPEG as the page for several images does, which makes its renditions, too.

        Raises:
            RuntimeError: it was not taken.
        """
        boundary = uuid.uuid4().hex
        disposition = 'Content-Disposition: form-data; name="files[]"'
        body = (
            f"--{boundary}\r\n{disposition}; "
            f'filename="{filename}"\r\nContent-Type: image/jpeg\r\n\r\n'
        ).encode()
        headers = {
            "Cookie": f"sessionid={self._session}",
            "X-Requested-With": "XMLHttpRequest",
            "Content-Type": f"multipart/form-data; boundary={boundary}",
        }
        body += data + f"\r\n--{boundary}--\r\n".encode()
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT_SECONDS)
        connection.request("POST", "/admin/images/multiple/add/", body, headers)
        with connection.getresponse() as answer:
            content = answer.read()
        connection.close()
        if answer.status != 200 or b'"success": true' not in content:
            raise RuntimeError(f"Wagtail: {answer.status} {content[:500]!r}")

    def drop(self, files: Sequence[bytes], at_once: int) -> float:
        """Upload files, several at a time; gives the seconds until the last is there."""
        began = time.perf_counter()
        in_threads(lambda data: self.send("photo.jpg", data), list(files), at_once)
        return time.perf_counter() - began


@contextmanager
def running() -> Iterator[Wagtail]:
    """Run a Wagtail that has no images yet.

    Raises:
        Missing: it cannot be installed here.
    """
    programs = _install()
    with TemporaryDirectory(prefix="reef-bench-") as folder:
        environment = {
            "PATH": os.defpath,
            "WAGTAIL_FOLDER": folder,
            "WAGTAIL_SIDES": ",".join(map(str, SIDES)),
            "WAGTAIL_QUALITY": str(encoding.QUALITY),
        }
        made = [str(programs / "python"), "project.py"]
        session = subprocess.check_output(made, cwd=_HERE, env=environment, text=True).strip()
        port = free_port()
        command = [str(programs / "gunicorn"), "--workers", str(os.cpu_count() or 1)]
        command += ["--bind", f"127.0.0.1:{port}", "--preload", "project:application"]
        server = subprocess.Popen(
            command,
            cwd=_HERE,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(port)
            yield Wagtail(port, session)
        finally:
            server.terminate()
            server.wait()


def _install() -> Path:
    """Install Wagtail, unless it is there; gives the folder of its programs."""
    programs, stamp = _ENVIRONMENT / "bin", _ENVIRONMENT / "reef-stamp"
    wanted = sha256(_REQUIREMENTS.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return programs
    shutil.rmtree(_ENVIRONMENT, ignore_errors=True)
    for command in (
        [sys.executable, "-m", "venv", str(_ENVIRONMENT)],
        [str(programs / "pip"), "install", "--quiet", "--requirement", str(_REQUIREMENTS)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"Wagtail could not be installed: {done.stderr.strip()[-300:]}")
    stamp.write_text(wanted)
    return programs
