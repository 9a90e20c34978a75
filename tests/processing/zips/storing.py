"""An S3 that keeps nothing: its objects are zeros, and what is written is counted.

What moto keeps would hide what a process needs that streams through it.
"""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

_STARTED = "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
_NONE = "<ListMultipartUploadsResult></ListMultipartUploadsResult>"
_JOINED = "<CompleteMultipartUploadResult><ETag>1</ETag></CompleteMultipartUploadResult>"


class Void(BaseHTTPRequestHandler):
    """Answers as S3 does to what a multipart upload and reading by ranges ask."""

    protocol_version = "HTTP/1.1"
    written: ClassVar[list[int]] = []

    def do_GET(self) -> None:
        if "uploads" in self.path:
            self._answer(200, _NONE.encode())
            return
        begin, _, end = self.headers["Range"].removeprefix("bytes=").partition("-")
        self._answer(206, bytes(int(end) - int(begin) + 1))

    def do_POST(self) -> None:
        self._read()
        self._answer(200, (_STARTED if "uploads" in self.path else _JOINED).encode())

    def do_PUT(self) -> None:
        self.written.append(self._read())
        self._answer(200, b"", ETag="1")

    def _read(self) -> int:
        left = length = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, 1024 * 1024)))
        return length

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve() -> ThreadingHTTPServer:
    """Make a server, which is still to be run; `server_address` says where it is."""
    Void.written.clear()
    return ThreadingHTTPServer(("127.0.0.1", 0), Void)
