"""What views answer: a plain value is JSON with the route's usual status; these say more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from chalice.app import Response

from chalicelib.core import logs

T = TypeVar("T")
M = TypeVar("M", bound=str)


class Page(msgspec.Struct, Generic[T]):
    """One page of a list; it may be short or empty while `next_cursor` is set.

    Attributes:
        items: the things themselves, in the order that was asked for.
        next_cursor: what to send as `cursor` for the next page; null where this one is the last.
    """

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True)
class Reply(Generic[T]):
    """A JSON answer with a status or headers of its own; without a body where it is None.

    Fields of the body that `secrets` names are shown this once: an answer that is kept for a retry
    has null there.
    """

    body: T
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: Sequence[str] = ()


class Tagged(Reply[T]):
    """A JSON answer with the revision of what it shows as its `ETag`."""

    def __init__(self, body: T, etag: str, status: int | None = None) -> None:
        super().__init__(body, status, {"ETag": etag})


class Accepted(Reply[T]):
    """A JSON answer that says what goes on after it: 202."""

    def __init__(self, body: T) -> None:
        super().__init__(body, 202)


class NotModified(Reply[None]):
    """Tells a client that what it has is what there is: 304."""

    def __init__(self, etag: str) -> None:
        super().__init__(None, 304, {"ETag": etag})


class Redirect(Reply[None]):
    """Sends the client on to another address: 302."""

    code = 302

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(None, self.code, {"Location": url} | dict(headers or {}))


class SeeOther(Redirect):
    """Sends a browser that posted a form on to what came of it: 303."""

    code = 303


class Html(Reply[str]):
    """A page for browsers."""

    def __init__(
        self, text: str, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        kind = {"Content-Type": "text/html; charset=utf-8"}
        super().__init__(text, status, kind | dict(headers or {}))


class Csv(Reply[str]):
    """A page of a list as a table; where there is another, `X-Next-Cursor` leads to it."""

    def __init__(self, text: str, next_cursor: str | None) -> None:
        more = {"X-Next-Cursor": next_cursor} if next_cursor else {}
        super().__init__(text, None, {"Content-Type": "text/csv; charset=utf-8"} | more)


class Blob(Reply[bytes], Generic[M]):
    """Bytes of one of the media types that the view's return type lists, as a `Literal`."""

    def __init__(
        self, data: bytes, media_type: M, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(data, None, {"Content-Type": media_type} | dict(headers or {}))


@dataclass(frozen=True)
class Answers:
    """What a view may answer, as its return type declares.

    Attributes:
        json: the type of the JSON body, or None.
        accepted: the type of the JSON body of a 202 besides, or None.
        media_types: those of other bodies.
        tagged: it comes with an `ETag`.
        redirects: the statuses of redirects.
        not_modified: it may be 304.
    """

    json: Any = None
    accepted: Any = None
    media_types: tuple[str, ...] = ()
    tagged: bool = False
    redirects: tuple[int, ...] = ()
    not_modified: bool = False

    @classmethod
    def of(cls, declared: Any) -> "Answers":
        """Read a return type.

        Raises:
            TypeError: it has two types of JSON, of which no client could tell which one it got.
        """
        kinds = list(_options(declared))
        plain = [_plain(kind) for kind in kinds]
        bodies = [body for kind in kinds for body in _json_bodies(kind)]
        if len(bodies) > 1:
            raise TypeError(f"two types of JSON in {declared}")
        redirects = [one for one in plain if issubclass(one, Redirect)]
        accepted = [get_args(kind)[0] for kind in kinds if _plain(kind) is Accepted]
        return cls(
            json=bodies[0] if bodies else None,
            accepted=accepted[0] if accepted else None,
            media_types=tuple(media for kind in kinds for media in _media_types(kind)),
            tagged=any(issubclass(one, Tagged) for one in plain),
            redirects=tuple(one.code for one in redirects),
            not_modified=any(issubclass(one, NotModified) for one in plain),
        )


def response(reply: Reply[Any], status: int, content_type: str = "application/json") -> Response:
    """Write an answer: bytes and text as they are, everything else as JSON.

    Args:
        reply: the answer.
        status: the status where the reply has none.
        content_type: the type of a body where the reply does not say it.
    """
    common = {"X-Request-Id": logs.request_id.get(), "Cache-Control": "no-store"}
    out, status = common | dict(reply.headers), reply.status or status
    if reply.body is None:
        return Response(b"", headers=out, status_code=status)
    data = reply.body.encode() if isinstance(reply.body, str) else reply.body
    if not isinstance(data, bytes):
        data = msgspec.json.encode(data)
    return Response(data, headers={"Content-Type": content_type} | out, status_code=status)


def _options(declared: Any) -> list[Any]:
    """Take a union apart; nothing counts as no option."""
    union = get_origin(declared) in (Union, UnionType)
    options = get_args(declared) if union else (declared,)
    return [option for option in options if option not in (None, NoneType)]


def _plain(kind: Any) -> type:
    plain = get_origin(kind) or kind
    return plain if isinstance(plain, type) else object


def _json_bodies(kind: Any) -> list[Any]:
    if not issubclass(_plain(kind), Reply):
        return [kind]
    return _options(get_args(kind)[0]) if _plain(kind) in (Reply, Tagged) else []


def _media_types(kind: Any) -> tuple[str, ...]:
    if _plain(kind) is Blob:
        (listed,) = get_args(kind)
        assert get_origin(listed) is Literal, "a Blob lists its media types"
        return get_args(listed)
    return {Html: ("text/html",), Csv: ("text/csv",)}.get(_plain(kind), ())
