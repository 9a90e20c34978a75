"""Running other programs: with a bare environment, so that no credential ever reaches them."""

import signal
import subprocess
from collections.abc import Sequence

from chalicelib.processing.problems import ProcessingTimeout

ENVIRONMENT = {
    "PATH": "/opt/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LD_LIBRARY_PATH": "/opt/lib",
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "MALLOC_ARENA_MAX": "2",
}
"""All that child programs see; /opt is where Lambda's layers lie."""


class ProgramFailed(Exception):
    """A program ended with another status than 0; the message is the end of what it said."""


def run(command: Sequence[str], timeout_seconds: float) -> bytes:
    """Run a program to its end and give what it wrote to its standard output.

    Raises:
        ProgramFailed: it ended otherwise than with status 0.
        ProcessingTimeout: it was killed because its time or its CPU limit was over.
    """
    try:
        done = subprocess.run(
            list(command),
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        raise ProcessingTimeout from expired
    if done.returncode == -signal.SIGXCPU:
        raise ProcessingTimeout
    if done.returncode != 0:
        raise ProgramFailed(done.stderr.decode("utf-8", "replace")[-2000:].strip())
    return done.stdout
