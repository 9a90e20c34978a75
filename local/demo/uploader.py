"""Uploads files by the public API, as any program could."""

import json
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local.demo.samples import Sample

_PIECE_BYTES = 64 * 1024

Told = Callable[[int, str], None]
"""Is told how far an upload is: percent, and the step in words."""


class Api:
    """The API as one member sees it.

    Args:
        url: where Reef is.
        token: the member's ID token.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call the API with JSON.

        Raises:
            OSError: it refuses, or does not answer.
        """
        request = urllib.request.Request(
            f"{self._url}/api/v3/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def upload(self, sample: Sample, tell: Told) -> Any:
        """Upload one file, wait until it is processed, and give the asset.

        Raises:
            OSError: a request is refused.
        """
        size = sample.path.stat().st_size
        reserved = self.call(
            "POST",
            "assets/upload/",
            {
                "filename": sample.path.name,
                "size_bytes": size,
                "content_type": sample.content_type,
                "title": sample.title,
                "tags": ["demo"],
            },
        )
        _send(reserved["upload"], sample.path, lambda share: tell(share // 2, "sending"))
        while True:
            path = f"processing/{reserved['job']['id']}/status/?wait=20"
            job = self.call("GET", path)
            running = [task["job_type"] for task in job["tasks"] if task["status"] == "running"]
            tell(50 + job["progress_percent"] // 2, ", ".join(running) or job["status"])
            if job["status"] not in ("pending", "running"):
                return self.call("GET", f"assets/{reserved['asset']['id']}/")


def _send(upload: dict[str, Any], path: Path, tell: Callable[[int], None]) -> None:
    """Post a file's bytes to a presigned form."""
    boundary = uuid.uuid4().hex
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in upload["fields"].items()
    )
    head += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\n'
    tail = f"\r\n--{boundary}--\r\n".encode()
    size = path.stat().st_size
    address = urlsplit(upload["url"])
    connection = HTTPConnection(address.netloc, timeout=60)
    try:
        connection.putrequest("POST", address.path)
        connection.putheader("Content-Type", f"multipart/form-data; boundary={boundary}")
        connection.putheader("Content-Length", str(len(head.encode()) + size + len(tail)))
        connection.endheaders(head.encode())
        sent = 0
        for piece in _pieces(path):
            connection.send(piece)
            sent += len(piece)
            tell(100 * sent // max(size, 1))
        connection.send(tail)
        answer = connection.getresponse()
        if answer.status != 204:
            raise OSError(answer.read().decode("utf-8", "replace"))
    finally:
        connection.close()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece
