"""The ports of one machine: which may be used, and which are free."""

import errno
import os
import socket

from local.serving import HOST

HIGHEST = 65_534
"""The edge takes the next one, and the last of all is 65535."""

_ADVICE = "choose another with `make run PORT=9000`, which takes that port and the next"


class PortUnusable(Exception):
    """A port that cannot be listened at; the message says why, in a sentence."""


def read(text: str) -> int:
    """Read a port's number.

    Raises:
        PortUnusable: it is none, or leaves none for the edge.
    """
    if text.isascii() and text.isdigit() and 1 <= int(text) <= HIGHEST:
        return int(text)
    raise PortUnusable(
        f"{text!r} is no port: choose a number from 1 to {HIGHEST}, such as `make run PORT=9000`,"
        " which takes that port and the next"
    )


def check(port: int) -> None:
    """See that a port can be listened at.

    Raises:
        PortUnusable: it is in use, or may not be used.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise PortUnusable(f"port {port} is for root alone; {_ADVICE}") from None
        except OSError as error:
            known = {errno.EADDRINUSE: "is in use"}
            why = known.get(error.errno or 0, os.strerror(error.errno or 0))
            raise PortUnusable(f"port {port} {why}; {_ADVICE}") from None


def free(count: int) -> list[int]:
    """Return ports that nobody listens at."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def answers(port: int) -> bool:
    """Return whether something listens at a port."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False
