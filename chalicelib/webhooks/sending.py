"""Sending one body to one address: no redirects, no more than ten seconds, little of the answer."""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import NamedTuple

from chalicelib.webhooks import addresses
from chalicelib.webhooks.addresses import Address, NotAllowed, NotResolved, Target
from chalicelib.webhooks.models import Failure

SECONDS = 10.0
"""How long a receiver has, from the look at its name to the head of its answer."""

_MOST_BYTES = 4096
_BODY_SECONDS = 1.0
"""So much of an answer's body is read, and for so long, so that the receiver can end in peace."""

_CONNECT_SECONDS = 4.0
"""What one of several addresses has to take the connection."""


class Outcome(NamedTuple):
    """What came of sending.

    Args:
        status_code: what was answered; None where nothing was.
        duration_ms: how long it took, in milliseconds.
        error: why it does not count; None where it does.
    """

    status_code: int | None
    duration_ms: int
    error: Failure | None


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Send a body to an address; whatever goes wrong is told in the outcome."""
    begun = time.monotonic()
    status: int | None = None
    error: Failure | None
    try:
        status = _status(addresses.read(url), body, headers, begun + SECONDS)
        error = _judged(status)
    except NotResolved:
        error = "not_resolved"
    except NotAllowed:
        error = "address_not_allowed"
    except TimeoutError:
        error = "timeout"
    except ssl.SSLError:
        error = "tls_failed"
    except OSError:
        error = "not_connected"
    except (http.client.HTTPException, ValueError):
        error = "bad_answer"
    return Outcome(status, round((time.monotonic() - begun) * 1000), error)


class _Wire(io.RawIOBase):
    """What comes from a socket until a moment; nothing that trickles in keeps anybody longer."""

    def __init__(self, connection: socket.socket, ends: float) -> None:
        self._connection, self.ends = connection, ends

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._connection.settimeout(_left(self.ends))
        return self._connection.recv_into(buffer)

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        """Be what `http.client` takes for a socket."""
        return io.BufferedReader(self)


def _judged(status: int) -> Failure | None:
    if 200 <= status < 300:
        return None
    return "redirected" if 300 <= status < 400 else "refused"


def _status(target: Target, body: bytes, headers: Mapping[str, str], ends: float) -> int:
    """Send a request; return the status of the answer."""
    found = addresses.resolve(target, _left(ends))
    with _connected(target, found, ends) as connection:
        connection.settimeout(_left(ends))
        connection.sendall(_request(target, body, headers))
        wire = _Wire(connection, ends)
        with http.client.HTTPResponse(wire, method="POST") as response:  # type: ignore[arg-type]
            response.begin()
            wire.ends = min(ends, time.monotonic() + _BODY_SECONDS)
            with suppress(OSError, ValueError, http.client.HTTPException):
                response.read(_MOST_BYTES)  # the head has said all that counts
            return response.status


def _connected(target: Target, found: list[Address], ends: float) -> socket.socket:
    """Connect to the first of the checked addresses that takes it."""
    failure: OSError = OSError("no address")
    for address in found:
        try:
            connection = socket.create_connection(
                (str(address), target.port), min(_CONNECT_SECONDS, _left(ends))
            )
        except OSError as error:
            failure = error
            continue
        if target.scheme == "http":
            return connection
        try:
            connection.settimeout(_left(ends))
            return _tls().wrap_socket(connection, server_hostname=target.host)
        except BaseException:
            connection.close()
            raise
    raise failure


@cache
def _tls() -> ssl.SSLContext:
    """Return what checks certificates against names, by the authorities that the system trusts."""
    return ssl.create_default_context()


def _request(target: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    fields = {
        "Host": target.authority,
        "User-Agent": "Reef-Webhooks/1",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {text}" for name, text in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _left(ends: float) -> float:
    """Return how many seconds there are until a moment.

    Raises:
        TimeoutError: none.
    """
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
