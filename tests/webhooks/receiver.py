"""A receiver of webhooks: a real HTTP server that answers as it is told, and keeps what came."""

import base64
import hashlib
import hmac
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

Answer = Callable[[BaseHTTPRequestHandler], None]


class Received(NamedTuple):
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def is_signed_by(self, secret: str) -> bool:
        """Check the signature from the specification's words, with none of the product's code."""
        key = base64.b64decode(secret.split("_", 1)[1])
        content = b".".join(
            (
                self.headers["webhook-id"].encode(),
                self.headers["webhook-timestamp"].encode(),
                self.body,
            )
        )
        wanted = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        return f"v1,{wanted}" in self.headers["webhook-signature"].split(" ")


def status(code: int, **headers: str) -> Answer:
    """Answer with a status and headers (`_` for `-`)."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"ok")

    return answer


def raw(data: bytes) -> Answer:
    """Answer with these very bytes, and hang up."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(data)

    return answer


class Receiver:
    """What came, and how the next ones are answered: by the script, then with 200."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.came: list[Received] = []
        self.script: deque[Answer] = deque()
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def silence(self, handler: BaseHTTPRequestHandler) -> None:
        """Never answer, as long as the test runs."""
        del handler
        self.released.wait(60)

    def endless(self, piece: bytes, head: bytes = b"") -> Answer:
        """Answer with a head and then one piece after the other, for ever."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            try:
                handler.wfile.write(head)
                while not self.released.wait(0.01):
                    handler.wfile.write(piece)
            except OSError:
                return  # whoever asked has hung up

        return answer


@contextmanager
def listening() -> Iterator[Receiver]:
    """Run a receiver at a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            names = {name.lower(): value for name, value in self.headers.items()}
            receiver.came.append(Received(self.path, names, body))
            answer = receiver.script.popleft() if receiver.script else status(200)
            answer(self)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(server.server_port)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
