"""Serves the files of `web/` and their configuration, as the site's CloudFront does."""

import hashlib
import json
import mimetypes
from collections.abc import Mapping
from pathlib import Path

from local.edge.answers import Answer, Headers, Request
from local.functions import ROOT

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}


_KEPT_A_DAY = {".svg"}
"""What is uploaded with a Cache-Control of its own; everything else is asked for each time."""


class Site:
    """The console's files.

    Args:
        environment: the functions' environment.
        headers: what every answer carries.
        folder: where the files are.
    """

    def __init__(
        self, environment: Mapping[str, str], headers: Headers, folder: Path = ROOT / "web"
    ) -> None:
        self._folder = folder.resolve()
        self._headers = headers
        self._config = json.dumps(_config(environment)).encode()

    def answer(self, request: Request) -> Answer:
        """Answer with one file, or 304 to those who have it."""
        if request.method not in ("GET", "HEAD"):
            return Answer(405, [*self._headers, ("Allow", "GET, HEAD")], [b""])
        if request.path == "/config.json":
            return self._found(request, self._config, ".json")
        path = self._file(request.path)
        if path is None:
            return Answer(404, [*self._headers, ("Content-Type", "text/plain")], [b"Not found\n"])
        return self._found(request, path.read_bytes(), path.suffix)

    def _file(self, path: str) -> Path | None:
        name = "index.html" if path == "/" else path.removeprefix("/")
        if "\0" in name or any(part.startswith(".") for part in name.split("/")):
            return None
        file = (self._folder / name).resolve()
        return file if file.is_relative_to(self._folder) and file.is_file() else None

    def _found(self, request: Request, content: bytes, suffix: str) -> Answer:
        kind = _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
        etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = [*self._headers, ("ETag", etag)]
        if suffix in _KEPT_A_DAY:
            headers = [pair for pair in headers if pair[0] != "Cache-Control"]
            headers.append(("Cache-Control", "public, max-age=86400"))
        if request.headers.get("if-none-match") == etag:
            return Answer(304, headers)
        headers.append(("Content-Type", kind))
        return Answer(200, headers, [content])


def _config(environment: Mapping[str, str]) -> dict[str, str]:
    own = environment["REEF_PUBLIC_URL"]
    return {
        "api_url": "/api/v3",
        "authorize_url": f"{own}/_local/authorize",
        "token_url": f"{own}/_local/token",
        "logout_url": f"{own}/_local/logout",
        "client_id": environment["REEF_JWT_AUDIENCE"],
        "scopes": "openid email",
    }
