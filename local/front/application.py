"""The front as one WSGI application: the API, the site, and what exists in local mode alone."""

import json
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl

from local.edge.answers import Answer, Refused, Request
from local.front.gateway import Gateway
from local.front.sign_in import SignInPage
from local.front.site import Site
from local.front.tokens import Denied, Form, TokenEndpoint

_LARGEST_FORM_BYTES = 64 * 1024
_NO_STORE = ("Cache-Control", "no-store")


class Front:
    """Everything behind the public URL.

    Args:
        gateway: the API.
        api_patterns: which paths are the API's.
        site: the console's files.
        sign_in: the sign-in page.
        tokens: the token endpoint.
        mail: gives the mail that was sent, as JSON.
        queues: gives the depth of every queue.
    """

    def __init__(
        self,
        gateway: Gateway,
        api_patterns: Iterable[str],
        site: Site,
        sign_in: SignInPage,
        tokens: TokenEndpoint,
        mail: Callable[[], bytes],
        queues: Callable[[], dict[str, Any]],
    ) -> None:
        self._gateway, self._api_patterns, self._site = gateway, tuple(api_patterns), site
        self._sign_in, self._tokens, self._mail, self._queues = sign_in, tokens, mail, queues

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        try:
            request = Request(environ)
            answer = self._answer(request)
        except Refused as refused:
            answer = refused.answer()
        else:
            request.drain()
        return answer.send(start_response)

    def _answer(self, request: Request) -> Answer:
        if any(fnmatchcase(request.path, pattern) for pattern in self._api_patterns):
            return self._gateway.answer(request)
        if request.path.startswith("/_local/"):
            return self._answer_locally(request)
        return self._site.answer(request)

    def _answer_locally(self, request: Request) -> Answer:
        match request.method, request.path.rstrip("/"):
            case "GET", "/_local/mail":
                return _json(200, self._mail())
            case "GET", "/_local/queues":
                return _json(200, self._queues())
            case "GET", "/_local/authorize":
                return self._sign_in.show(request)
            case "POST", "/_local/authorize":
                return self._sign_in.submit(_form(request))
            case "GET", "/_local/logout":
                return self._sign_in.sign_out(request)
            case "POST", "/_local/token":
                try:
                    return _json(200, self._tokens.exchange(_form(request)))
                except Denied as denied:
                    return _json(400, {"error": denied.error})
        return _json(404, {"error": "there is no such page in local mode"})


def _form(request: Request) -> Form:
    if request.body_length() > _LARGEST_FORM_BYTES:
        raise Refused(400, "InvalidRequest", "The form is too large.")
    text = b"".join(request.body()).decode("utf-8", "replace")
    return dict(parse_qsl(text, keep_blank_values=True))


def _json(status: int, content: Any) -> Answer:
    body = content if isinstance(content, bytes) else json.dumps(content, indent=2).encode()
    return Answer(status, [("Content-Type", "application/json"), _NO_STORE], [body])
