"""The Chalice application, safe to call from several threads."""

from contextvars import ContextVar
from typing import Any

from chalice.app import Chalice, Request

_current: ContextVar[Request | None] = ContextVar("current_request", default=None)


class ReefApp(Chalice):  # type: ignore[misc]
    """A Chalice app whose `current_request` belongs to its thread.

    Chalice keeps one per app; where threads share the app, one caller would get another's data.
    """

    def __call__(self, event: Any, context: Any) -> Any:
        """Answer one event of the gateway.

        Every answer is binary to Chalice, which then refuses clients that send no Accept header;
        by RFC 9110 their silence means that they take anything.
        """
        headers = event.setdefault("headers", {}) or {}
        if not any(name.lower() == "accept" for name in headers):
            event["headers"] = headers | {"accept": "*/*"}
        return super().__call__(event, context)

    @property
    def current_request(self) -> Request | None:
        """The request that this thread answers."""
        return _current.get()

    @current_request.setter
    def current_request(self, request: Request | None) -> None:
        _current.set(request)
