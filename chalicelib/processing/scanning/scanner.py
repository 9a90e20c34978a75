"""Asking clamd about a stream of bytes, so that only a certain "clean" is ever clean.

pyclamd's own scan methods fail open (a vanished clamd reads as clean), therefore this speaks
INSTREAM itself over pyclamd's connection: `sendall`, small chunks, one deadline for everything, and
nothing but the literal reply `stream: OK` is clean.
"""

import re
import socket
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
import pyclamd

from chalicelib.core import clock as clocks
from chalicelib.processing.scanning import signatures

CHUNK_BYTES = 65_536
LONGEST_REPLY_BYTES = 4_096
LIMIT_EXCEEDED = "Heuristics.Limits.Exceeded"
SIZE_LIMIT_REPLY = b"INSTREAM size limit exceeded. ERROR\n"
FOUND = re.compile(rb"stream: ([^\r\n]+) FOUND\n")


class ScannerUnavailable(Exception):
    """No verdict can be had now: clamd or fresh signatures are missing. Trying later may help."""


class ScannerStarting(ScannerUnavailable):
    """clamd is loading its signatures; it will answer soon."""


class Verdict(msgspec.Struct, frozen=True):
    """What the scanner found; `signature` names the virus, or the limit that stopped the scan."""

    status: Literal["clean", "infected", "unscannable"]
    signature: str | None = None


class Scanner:
    """One clamd on a unix socket, with the folder of the signatures that it loads."""

    def __init__(
        self,
        socket_path: str,
        signatures_folder: str | Path,
        clock: Callable[[], datetime] = clocks.now,
    ) -> None:
        self.socket_path = socket_path
        self.signatures_folder = signatures_folder
        self.clock = clock

    def scan(self, chunks: Iterable[bytes], deadline_seconds: float) -> Verdict:
        """Scan one stream, in one pass, and give clamd's verdict.

        What `chunks` raises itself is passed on. The deadline covers everything, reading the
        chunks included.

        Raises:
            ScannerUnavailable: there is no verdict; never take it for clean.
        """
        ends_at = time.monotonic() + deadline_seconds
        self._check_signatures()
        with _Connection(self.socket_path, ends_at) as connection:
            if connection.send_stream(_split(chunks)):
                return _judge(connection.reply())
            return _judge_refusal(connection.reply())

    def _check_signatures(self) -> None:
        age = signatures.age(self.signatures_folder, self.clock())
        if age is None:
            raise ScannerUnavailable("the virus signatures are missing or of unknown age")
        if age > signatures.MAX_AGE:
            raise ScannerUnavailable(f"the virus signatures are {age} old")


class _Connection(pyclamd.ClamdUnixSocket):  # type: ignore[misc]  # pyclamd has no types
    """One INSTREAM conversation with clamd that ends at a fixed moment."""

    def __init__(self, socket_path: str, ends_at: float) -> None:
        self.unix_socket = socket_path
        self.ends_at = ends_at
        self.clamd_socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def __enter__(self) -> "_Connection":
        try:
            self._wait_at_most()
            self.clamd_socket.connect(self.unix_socket)
        except OSError as failure:
            self._close_socket()
            raise ScannerUnavailable(f"clamd cannot be reached: {failure}") from failure
        except BaseException:
            self._close_socket()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._close_socket()

    def send_stream(self, chunks: Iterator[bytes]) -> bool:
        """Send all chunks; False when clamd stopped listening before the end."""
        if not self._send(b"nINSTREAM\n"):
            return False
        for chunk in chunks:
            if not self._send(struct.pack("!L", len(chunk)) + chunk):
                return False
        return self._send(struct.pack("!L", 0))

    def reply(self) -> bytes:
        """Read until clamd closes the connection."""
        received = b""
        while len(received) <= LONGEST_REPLY_BYTES:
            try:
                self._wait_at_most()
                piece = self.clamd_socket.recv(LONGEST_REPLY_BYTES)
            except TimeoutError as late:
                raise ScannerUnavailable("clamd gave no verdict in time") from late
            except OSError as broken:
                if received == SIZE_LIMIT_REPLY:  # clamd hangs up on what it did not read
                    return received
                raise ScannerUnavailable(f"clamd vanished: {broken}") from broken
            if not piece:
                return received
            received += piece
        raise ScannerUnavailable("clamd's reply is far too long")

    def _send(self, data: bytes) -> bool:
        try:
            self._wait_at_most()
            self.clamd_socket.sendall(data)
        except TimeoutError as late:
            raise ScannerUnavailable("clamd did not take the stream in time") from late
        except OSError:
            return False
        return True

    def _wait_at_most(self) -> None:
        remaining = self.ends_at - time.monotonic()
        if remaining <= 0:
            raise ScannerUnavailable("the time for scanning this file is over")
        self.clamd_socket.settimeout(remaining)


def _split(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut chunks to the size that clamd takes well; an empty one would end the stream early."""
    for chunk in chunks:
        for start in range(0, len(chunk), CHUNK_BYTES):
            yield chunk[start : start + CHUNK_BYTES]


def _judge(reply: bytes) -> Verdict:
    if reply == b"stream: OK\n":
        return Verdict("clean")
    found = FOUND.fullmatch(reply)
    if found is None:
        return _judge_refusal(reply)
    signature = found[1].decode("utf-8", "replace")
    if signature.startswith(LIMIT_EXCEEDED):
        return Verdict("unscannable", signature)
    return Verdict("infected", signature)


def _judge_refusal(reply: bytes) -> Verdict:
    """Judge a reply that cannot be a verdict on the whole stream."""
    if reply == SIZE_LIMIT_REPLY:
        return Verdict("unscannable", f"{LIMIT_EXCEEDED}.StreamMaxLength")
    if not reply:
        raise ScannerUnavailable("clamd closed the connection without a verdict")
    raise ScannerUnavailable(f"clamd answered {reply[:200]!r}")
