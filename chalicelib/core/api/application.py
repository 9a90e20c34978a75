"""The Chalice application: safe to call from several threads, with failures in one form."""

from contextvars import ContextVar
from typing import Any

from chalice.app import Chalice, Request, Response

from chalicelib.core.api import serving
from chalicelib.core.api.http import problem_response
from chalicelib.core.errors import NotFound, ReefError

_current: ContextVar[Request | None] = ContextVar("current_request", default=None)


class ReefApp(Chalice):  # type: ignore[misc]
    """A Chalice app whose `current_request` belongs to its thread.

    Chalice keeps one per app; where threads share the app, one caller would get another's data.
    """

    def __init__(self, app_name: str) -> None:
        super().__init__(app_name=app_name)
        self.api.binary_types = ["*/*"]
        self.register_middleware(answer_in_problems, "http")

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


def answer_in_problems(event: Any, get_response: Any) -> Response:
    """Give every request its id, and every refusal of the framework's the common form."""
    serving.begin_request(event.context.get("requestId") or event.lambda_context.aws_request_id)
    try:
        response = get_response(event)
    except ReefError as error:
        return problem_response(error)
    if response.status_code == 405:
        return problem_response(NotFound("There is no such method here."))
    return response
