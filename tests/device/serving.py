"""Small HTTP servers for the tests of the agent, whose calls can be counted, cut and spoilt."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


@dataclass
class Request:
    """What was asked; `path` has its query, `number` counts the calls of all servers."""

    number: int
    method: str
    path: str
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """What is answered; `cut_after` ends the connection after so many bytes of the body.

    `pieces` writes the body in pieces of so many bytes, and calls `between` after each, with how
    many are written.
    """

    status: int = 200
    content: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    pieces: int = 0
    between: Callable[[int], None] = lambda written: None

    @property
    def body(self) -> bytes:
        content = self.content
        return content if isinstance(content, bytes) else json.dumps(content).encode()


class Cut(Exception):
    """The connection ends without an answer."""


Disturb = Callable[[str, Request], None]
"""What happens `before` a request is obeyed, and `after` that, before its answer."""


class Calls:
    """All calls of the servers of one test, in their order, and what disturbs them."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.made: list[Request] = []
        self.disturb: Disturb = lambda when, request: None

    def forget(self) -> None:
        self.made = []

    def names(self) -> list[str]:
        """The calls as `GET /path`, without queries."""
        return [f"{each.method} {each.path.partition('?')[0]}" for each in self.made]


class Server:
    """A server on the loopback; what it answers its heirs say.

    It closes connections on which nothing came for `idle_seconds`, as real ones do.
    """

    idle_seconds = 5.0

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.http.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, request: Request) -> Answer:
        raise NotImplementedError

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def _take(self, handler: BaseHTTPRequestHandler) -> Answer:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        with self.calls.lock:
            number = len(self.calls.made)
            request = Request(number, handler.command, handler.path, handler.headers, body)
            self.calls.made.append(request)
        self.calls.disturb("before", request)
        with self.calls.lock:
            answer = self.answer(request)
        self.calls.disturb("after", request)
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize, disable_nagle_algorithm = -1, True  # one packet an answer

            def setup(self) -> None:
                super().setup()
                self.connection.settimeout(server.idle_seconds)

            def do(self) -> None:
                try:
                    answer = server._take(self)
                except Cut:
                    self.close_connection = True
                    return
                body = b"" if self.command == "HEAD" else answer.body
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if self.close_connection:
                    self.send_header("Connection", "close")
                if "Content-Length" not in answer.headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if answer.cut_after is not None:
                    self.close_connection = True
                body = body[: answer.cut_after]
                try:
                    step = answer.pieces or max(1, len(body))
                    for end in range(step, len(body) + step, step):
                        self.wfile.write(body[end - step : end])
                        self.wfile.flush()
                        answer.between(min(end, len(body)))
                    self.wfile.flush()
                except OSError:
                    self.close_connection = True  # whoever asked has gone

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do  # noqa: N815

            def date_time_string(self, timestamp: float | None = None) -> str:
                return getattr(server, "date", None) or super().date_time_string(timestamp)

            def log_message(self, *arguments: Any) -> None:
                """Say nothing."""

        return Handler
