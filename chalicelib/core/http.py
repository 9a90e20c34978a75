"""Requests and answers as the routes see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import unquote

import msgspec
from chalice.app import Request as ChaliceRequest
from chalice.app import Response

from chalicelib.core import logs
from chalicelib.core.errors import InvalidJson, LengthRequired, PayloadTooLarge, ReefError

MAX_BODY_BYTES = 1024 * 1024

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T]):
    """One page of a list; it may be short or empty while `next_cursor` is set."""

    items: list[T]
    next_cursor: str | None = None


@dataclass
class Reply:
    """An answer that is more than a body with the route's usual status."""

    body: Any = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Incoming:
    """One HTTP request, freed from the gateway's event."""

    method: str
    path: str
    route: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    path_parameters: Mapping[str, str]
    raw: Any

    @classmethod
    def of(cls, request: ChaliceRequest) -> "Incoming":
        """Take over a Chalice request."""
        query = request.query_params
        return cls(
            method=request.method,
            path=request.path,
            route=request.context.get("resourcePath", request.path),
            query={name: query.getlist(name) for name in query} if query else {},
            headers=request.headers,
            path_parameters={
                name: unquote(value) for name, value in (request.uri_params or {}).items()
            },
            raw=request,
        )

    def body_bytes(self) -> bytes:
        """Give the body.

        Raises:
            LengthRequired: it came in chunks, which the gateway drops.
            PayloadTooLarge: it is larger than 1 MiB.
        """
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            raise LengthRequired
        body = self.raw.raw_body
        data = body.encode() if isinstance(body, str) else bytes(body or b"")
        if len(data) > MAX_BODY_BYTES:
            raise PayloadTooLarge
        return data

    def body_json(self) -> Any:
        """Give the body as JSON; an empty one counts as `{}`.

        Raises:
            InvalidJson: it is not JSON in UTF-8.
        """
        data = self.body_bytes()
        if not data.strip():
            return {}
        try:
            return msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InvalidJson(f"The body is not valid JSON: {error}") from error


def json_response(
    body: Any, status: int, headers: dict[str, str], content_type: str = "application/json"
) -> Response:
    """Write an answer as JSON (text as it is); a 204, a redirect or a 304 has no body."""
    out = {"X-Request-Id": logs.request_id.get(), "Cache-Control": "no-store"} | headers
    if body is None:
        return Response(b"", headers=out, status_code=status)
    data = body.encode() if isinstance(body, str) else msgspec.json.encode(body)
    return Response(data, headers={"Content-Type": content_type} | out, status_code=status)


def problem_response(error: ReefError) -> Response:
    """Write a failure as RFC 9457 `application/problem+json`."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "request_id": logs.request_id.get(),
    }
    if error.status == 422:
        body["errors"] = error.errors or [{"field": "", "message": error.detail}]
    return json_response(
        body | error.extra, error.status, error.headers, "application/problem+json"
    )
