"""Serve a WSGI application until the process is told to stop."""

import os
import signal
from collections.abc import Callable
from typing import Any

from cheroot.wsgi import Server

HOST = "127.0.0.1"

RETURN_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(1024 * 1024)}
"""Has glibc give back what a large body took, instead of keeping it by thread."""

Application = Callable[..., Any]


def serve(application: Application, port: int, threads: int) -> None:
    """Serve on 127.0.0.1 until SIGTERM or Ctrl+C.

    Args:
        application: a WSGI application, called from several threads at once.
        port: where to listen.
        threads: how many requests may be in work at once; a long poll holds one.
    """
    server = Server((HOST, port), application, numthreads=threads, request_queue_size=256)
    server.nodelay = True
    server.server_name = "reef-local"
    # Nothing outlives a run, so there is nothing to finish: long polls would hold up the end.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    server.start()
