"""What the edge reads and answers: a small request and answer over WSGI, and errors as XML."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, unquote
from xml.sax.saxutils import escape

CHUNK_BYTES = 256 * 1024

Headers = list[tuple[str, str]]


class Refused(Exception):
    """A request that S3 or CloudFront would refuse.

    Args:
        status: the HTTP status.
        code: the error's code, as S3 names it.
        message: what is wrong, for a developer.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def answer(self) -> "Answer":
        """Return the XML that S3 answers with."""
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{self.code}</Code><Message>{escape(self.message)}</Message></Error>"
        )
        return Answer(self.status, [("Content-Type", "application/xml")], [body.encode()])


class Answer:
    """A status, headers and a body in pieces."""

    def __init__(self, status: int, headers: Headers, body: Iterable[bytes] = ()) -> None:
        self.status, self.headers, self.body = status, headers, body

    def without_body(self) -> "Answer":
        """Return what a HEAD gets: status and headers, with the length that a GET would have."""
        headers = list(self.headers)
        if self._has_length():
            headers.append(("Content-Length", str(sum(map(len, self.body)))))
        return Answer(self.status, headers, iter(()))

    def send(self, start_response: Any) -> Iterable[bytes]:
        """Answer over WSGI, with a length where the body is at hand."""
        headers = list(self.headers)
        if self._has_length():
            headers.append(("Content-Length", str(sum(map(len, self.body)))))
        start_response(f"{self.status} {HTTPStatus(self.status).phrase}", headers)
        return self.body

    def _has_length(self) -> bool:
        return isinstance(self.body, list | tuple) and self.status not in (204, 304)


class Request:
    """One request as it came over the wire."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.method: str = environ["REQUEST_METHOD"]
        uri: str = environ["REQUEST_URI"]
        if not uri.startswith("/"):
            raise Refused(400, "InvalidURI", "The request has to name a path.")
        self.raw_path, _, self.raw_query = uri.partition("?")
        self.path = unquote(self.raw_path, errors="surrogateescape")
        self.query = parse_qsl(self.raw_query, keep_blank_values=True)
        self.headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
        }
        self.client: str = environ.get("REMOTE_ADDR", "")
        self._input: BinaryIO = environ["wsgi.input"]
        self._left = int(self.headers.get("content-length") or 0)

    def parameter(self, name: str) -> str | None:
        """Return a query parameter.

        Raises:
            Refused: it is there more than once, so that readers could disagree.
        """
        values = [value for key, value in self.query if key == name]
        if len(values) > 1:
            raise Refused(400, "InvalidArgument", f"{name} is there more than once.")
        return values[0] if values else None

    def segments(self) -> list[str]:
        """Split the path.

        Raises:
            Refused: a segment is `.` or `..`, which HTTP clients on the way would collapse.
        """
        segments = self.path.removeprefix("/").split("/")
        if {".", ".."} & set(segments):
            raise Refused(400, "InvalidURI", "A key here has no . or .. between slashes.")
        return segments

    def body_length(self) -> int:
        """Return the body's length.

        Raises:
            Refused: the request does not say it.
        """
        if "transfer-encoding" in self.headers or "content-length" not in self.headers:
            raise Refused(411, "MissingContentLength", "Send a Content-Length header.")
        return int(self.headers["content-length"])

    def body(self) -> Iterator[bytes]:
        """Read the body piece by piece."""
        while self._left > 0:
            piece = self._input.read(min(CHUNK_BYTES, self._left))
            if not piece:
                raise Refused(400, "IncompleteBody", "The body is shorter than it was said to be.")
            self._left -= len(piece)
            yield piece

    def drain(self) -> None:
        """Read and forget the rest of the body, else a browser would not see the answer."""
        try:
            if "transfer-encoding" in self.headers:
                while self._input.read(CHUNK_BYTES):
                    pass
            for _ in self.body():
                pass
        except (Refused, OSError, ValueError):
            self._left = 0
