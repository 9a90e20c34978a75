"""A scan of a small file through Reef's client, over the same conversation on a plain socket."""

import os
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.measuring import median, percentile, take_turns
from bench.report import Goal, Section, Table, milliseconds
from chalicelib.processing.scanning.scanner import Scanner
from local import clamav

TITLE = "Virus scan"
_MOST_MORE_SECONDS = 0.0015
_SMALL_BYTES = 50_000


def measure(quick: bool) -> Section:
    """Scan one file both ways, in turns."""
    data = os.urandom(_SMALL_BYTES)
    with (
        tempfile.TemporaryDirectory(prefix="reef-bench-") as folder,
        clamav.start(folder) as clamd,
    ):
        scanner = Scanner(clamd.socket, Path(clamd.signatures))
        ways: dict[str, Callable[[], float]] = {
            "raw": _timed(lambda: _raw(clamd.socket, data) == b"stream: OK\0"),
            "Reef": _timed(lambda: scanner.scan([data], 30).status == "clean"),
        }
        times = take_turns(ways, 20 if quick else 400, warm_ups=10)
    more = median(times["Reef"]) - median(times["raw"])
    return Section(
        TITLE,
        f"A file of {_SMALL_BYTES // 1000} kB and a warm clamd: Reef's `Scanner`, its look at the "
        "age of the signatures included, against the same INSTREAM conversation on a plain socket.",
        [
            Goal(
                f"at most {milliseconds(_MOST_MORE_SECONDS)} ms more",
                f"{more * 1000:.2f} ms more",
                more <= _MOST_MORE_SECONDS,
            )
        ],
        [
            Table(
                ["scan, ms", "median", "p95", "ratio to raw"],
                [
                    [
                        name,
                        f"{median(times[name]) * 1000:.2f}",
                        f"{percentile(times[name], 0.95) * 1000:.2f}",
                        f"{median(times[name]) / median(times['raw']):.2f}",
                    ]
                    for name in ("raw", "Reef")
                ],
            )
        ],
    )


def _timed(scan: Callable[[], bool]) -> Callable[[], float]:
    def run() -> float:
        began = time.perf_counter()
        clean = scan()
        seconds = time.perf_counter() - began
        if not clean:
            raise RuntimeError("the scanner did not say that the file is clean")
        return seconds

    return run


def _raw(address: str, data: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(address)
        connection.sendall(b"zINSTREAM\0" + len(data).to_bytes(4, "big") + data + bytes(4))
        reply = b""
        while piece := connection.recv(4096):
            reply += piece
        return reply
