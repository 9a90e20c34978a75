"""Requests as the routes see them, and failures as clients see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

import msgspec
from chalice.app import Request as ChaliceRequest
from chalice.app import Response

from chalicelib.core import logs
from chalicelib.core.api.replies import Reply, response
from chalicelib.core.errors import (
    BadRequest,
    InvalidJson,
    LengthRequired,
    PayloadTooLarge,
    ReefError,
    UnsupportedMediaType,
)

MAX_BODY_BYTES = 1024 * 1024

_FORM = "application/x-www-form-urlencoded"
_MAX_FIELDS = 200


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
        """Return the body.

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
        """Return the body as JSON; an empty one counts as `{}`.

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

    def body_form(self) -> dict[str, list[str]]:
        """Return the fields of an HTML form, each with its values.

        Raises:
            UnsupportedMediaType: the body is no such form.
            BadRequest: it is one, but cannot be read.
        """
        data = self.body_bytes()
        if data and self._media_type() != _FORM:
            raise UnsupportedMediaType(f"Send a form: {_FORM}.")
        try:
            return parse_qs(
                data.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS
            )
        except ValueError as error:  # a field too many, or not UTF-8
            raise BadRequest("The form cannot be read.") from error

    def accepts(self, media_type: str) -> bool:
        """Return whether the client names a media type among those that it takes."""
        return media_type in self.headers.get("accept", "")

    def _media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Return whether a client says that it has what an `ETag` stands for."""
    known = {entry.strip() for entry in (if_none_match or "").split(",")}
    return bool({etag, f"W/{etag}", "*"} & known)


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
    reply = Reply(body | error.extra, error.status, error.headers)
    return response(reply, error.status, "application/problem+json")
