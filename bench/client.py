"""Uploads through the API of a running Reef, as the page sends them, and when each step was."""

import json
import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from chalicelib.assets.tasks import JobType

Json = dict[str, Any]

_TIMEOUT_SECONDS = 60
_WAIT_SECONDS = 20


class Sent(NamedTuple):
    """An upload whose bytes are with S3; moments are seconds of the wall clock."""

    job_id: str
    began: float
    reserved: float
    posted: float


class Settled(NamedTuple):
    """An upload that has come to its end, with what Reef recorded of its tasks."""

    sent: Sent
    seen: float
    tasks: dict[JobType, Json]

    def steps(self) -> dict[str, float]:
        """Return the seconds of each step, in order; some overlap."""
        scan, thumbnail, metadata = (
            self.tasks[name] for name in ("virus_scan", "thumbnail", "metadata")
        )
        scanned = _moment(scan["finished_at"])
        last = max(_moment(thumbnail["finished_at"]), _moment(metadata["finished_at"]))
        return {
            "reserve": self.sent.reserved - self.sent.began,
            "post": self.sent.posted - self.sent.reserved,
            "wait for the scan": max(0.0, _moment(scan["started_at"]) - self.sent.posted),
            "scan": scanned - _moment(scan["started_at"]),
            "wait for the thumbnails": max(0.0, _moment(thumbnail["started_at"]) - scanned),
            "thumbnails": _took(thumbnail),
            "wait for the metadata": max(0.0, _moment(metadata["started_at"]) - scanned),
            "metadata": _took(metadata),
            "until the client knows": self.seen - last,
        }

    @property
    def done(self) -> float:
        """The moment of the last task's end."""
        return max(_moment(task["finished_at"]) for task in self.tasks.values())


class Client:
    """One member's connections to a Reef, one for each thread and host."""

    def __init__(self, url: str, token: str) -> None:
        self._host = urlsplit(url).netloc
        self._headers = {"Authorization": f"Bearer {token}"}
        self._own = threading.local()

    def send(self, filename: str, data: bytes) -> Sent:
        """Reserve an asset for a JPEG and post its bytes."""
        began = time.time()
        wish = {"filename": filename, "size_bytes": len(data), "content_type": "image/jpeg"}
        headers = self._headers | {"Content-Type": "application/json"}
        body = json.dumps(wish).encode()
        reserved = self._call(self._host, "POST", "/api/v3/assets/upload/", headers, body)
        moment = time.time()
        target = urlsplit(reserved["upload"]["url"])
        form, kind = _form(reserved["upload"]["fields"], data)
        self._call(target.netloc, "POST", target.path, {"Content-Type": kind}, form)
        return Sent(reserved["job"]["id"], began, moment, time.time())

    def follow(self, sent: Sent) -> Settled:
        """Wait until an upload is approved.

        Raises:
            RuntimeError: it was not.
        """
        path = f"/api/v3/processing/{sent.job_id}/status/?wait={_WAIT_SECONDS}"
        job = self._call(self._host, "GET", path, self._headers)
        while job["status"] in ("pending", "running"):
            job = self._call(self._host, "GET", path, self._headers)
        if job["status"] != "completed":
            raise RuntimeError(f"an upload ended otherwise than approved: {job}")
        tasks = {task["job_type"]: task for task in job["tasks"]}
        return Settled(sent, time.time(), tasks)

    def call(self, method: str, path: str, body: Any = None, *, base: str = "/api/v3") -> Any:
        """Call the API with JSON; gives the answer's.

        Raises:
            RuntimeError: it was refused.
        """
        headers = self._headers | {"Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        return self._call(self._host, method, f"{base}{path}", headers, data)

    def _call(
        self, host: str, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> Any:
        kept: dict[str, HTTPConnection] = self._own.__dict__.setdefault("connections", {})
        connection = kept.setdefault(host, HTTPConnection(host, timeout=_TIMEOUT_SECONDS))
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
        except ConnectionError:
            # The server has closed a connection that was idle for long.
            connection.close()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
        with answer:
            content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return json.loads(content) if content else None


def in_threads(work: Callable[[Any], None], things: list[Any], threads: int) -> None:
    """Do something with each thing, several at once, first come first served."""
    left = list(reversed(things))
    failures: list[BaseException] = []

    def run() -> None:
        while left and not failures:
            try:
                work(left.pop())
            except IndexError:
                return  # another thread was faster
            except Exception as failure:
                failures.append(failure)

    workers = [threading.Thread(target=run) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]


def _form(fields: dict[str, str], data: bytes) -> tuple[bytes, str]:
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n'
    parts += [head.encode(), b"Content-Type: image/jpeg\r\n\r\n", data, b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _took(task: Json) -> float:
    return _moment(task["finished_at"]) - _moment(task["started_at"])
