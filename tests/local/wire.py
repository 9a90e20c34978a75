"""Calls a WSGI application as a browser would, without a socket between."""

import io
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


def call(
    application: Any,
    method: str,
    url: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Reply:
    parts = urlsplit(url)
    environ = {
        "REQUEST_METHOD": method,
        "REQUEST_URI": parts.path + (f"?{parts.query}" if parts.query else ""),
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "HTTP_HOST": parts.netloc,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(body),
    }
    named = {"Content-Length": str(len(body))} if method in ("POST", "PUT") else {}
    for name, value in (named | dict(headers or {})).items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    started: list[Any] = []

    def start_response(status: str, given: Any, *_: Any) -> None:
        started[:] = [int(status[:3]), dict(given)]

    content = b"".join(application(environ, start_response))
    return Reply(*started, content)


def form(fields: Mapping[str, str], file: bytes | None = b"hello", **after: str) -> Any:
    """Build a multipart body: fields, the file, and fields after it; gives body and headers."""
    boundary = "----reef"

    def part(name: str, value: bytes, extra: str = "") -> bytes:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
        return head.encode() + value + b"\r\n"

    body = b"".join(part(name, value.encode()) for name, value in fields.items())
    if file is not None:
        body += part("file", file, '; filename="a.jpg"\r\nContent-Type: image/jpeg')
    body += b"".join(part(name, value.encode()) for name, value in after.items())
    body += f"--{boundary}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def get(application: Any, url: str, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return call(application, "GET", url, headers=named)


def post_form(application: Any, url: str, fields: Any) -> Reply:
    return call(application, "POST", url, urlencode(fields).encode())
