"""A small server on the loopback by which ffmpeg reads one object in ranges, without credentials.

The function fetches with its own role; the child process needs neither a signed URL nor a network,
and no host name, which static programs cannot resolve.
"""

import logging
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

log = logging.getLogger(__name__)

Fetch = Callable[[int, int], bytes]
"""Gives the bytes from an offset, so many of them."""

BLOCK_BYTES = 512 * 1024
_KEPT_BLOCKS = 64
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class ObjectReader:
    """An object's bytes by blocks: each is fetched once, as long as there is room to keep it.

    `failure` is what went wrong while fetching: whoever reads sees no more than a cut file.
    """

    def __init__(self, fetch: Fetch, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.fetched_bytes = 0
        self.failure: Exception | None = None
        self._fetch = fetch
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        """Read the bytes from `begin` up to `end`, block by block."""
        while begin < end:
            number, offset = divmod(begin, BLOCK_BYTES)
            piece = self._block(number)[offset : offset + end - begin]
            yield piece
            begin += len(piece)

    def _block(self, number: int) -> bytes:
        with self._lock:
            if number in self._blocks:
                self._blocks.move_to_end(number)
                return self._blocks[number]
            begin = number * BLOCK_BYTES
            wanted = min(BLOCK_BYTES, self.size_bytes - begin)
            block = self._fetch(begin, wanted)
            if len(block) != wanted:
                raise EOFError(f"{len(block)} bytes came instead of {wanted}")
            self.fetched_bytes += wanted
            self._blocks[number] = block
            if len(self._blocks) > _KEPT_BLOCKS:
                self._blocks.popitem(last=False)
            return block


@contextmanager
def served(reader: ObjectReader) -> Iterator[str]:
    """Serve an object for as long as the context lasts; gives its URL, which nobody can guess."""
    path = f"/{secrets.token_urlsafe(16)}"
    server = _Server(reader, path)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{path}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, reader: ObjectReader, path: str) -> None:
        self.reader = reader
        self.path = path
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Answer with a range, which may go on to the end."""
        size = self.server.reader.size_bytes
        if self.path != self.server.path:
            self.send_error(404)
            return
        wanted = _RANGE.fullmatch(self.headers.get("Range", ""))
        begin = int(wanted[1]) if wanted else 0
        last = int(wanted[2]) if wanted and wanted[2] else size - 1
        end = min(last + 1, size)
        if begin >= end:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{size}")
            self.end_headers()
            return
        self.send_response(206 if wanted else 200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(end - begin))
        if wanted:
            self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{size}")
        self.end_headers()
        self._write(begin, end)

    def _write(self, begin: int, end: int) -> None:
        pieces = self.server.reader.read(begin, end)
        while True:
            try:
                piece = next(pieces, None)
            except Exception as failure:
                # Whoever waits for the child raises it; here it would end in standard error.
                self.server.reader.failure = failure
                log.warning("an object could not be read", exc_info=True)
                return
            if piece is None:
                return
            try:
                self.wfile.write(piece)
            except OSError:
                return  # the reader has seen enough

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the path is the child's only secret."""
