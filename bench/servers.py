"""Servers that a part starts for itself."""

import socket
import time

_READY_SECONDS = 60


def free_port() -> int:
    """Return a free local port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    """Wait until a local port accepts connections.

    Raises:
        OSError: it did not within a minute.
    """
    until = time.monotonic() + _READY_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
