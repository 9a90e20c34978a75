"""The front as one WSGI application: the API, the site, and what exists in local mode alone."""

import json
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl

from local.edge.answers import Answer, Refused, Request
from local.front.gateway import Gateway
from local.front.mailbox import Mailbox
from local.front.sign_in import SignInPage
from local.front.site import Site
from local.front.tokens import Denied, Form, TokenEndpoint
from local.mail import PATH as MAIL_PATH

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
        mail: shows the mail that was sent.
        queues: gives the depth of every queue.
        edge_secret: gives what CloudFront proves itself with to the API.
    """

    def __init__(
        self,
        gateway: Gateway,
        api_patterns: Iterable[str],
        site: Site,
        sign_in: SignInPage,
        tokens: TokenEndpoint,
        mail: Mailbox,
        queues: Callable[[], dict[str, Any]],
        edge_secret: Callable[[], str],
    ) -> None:
        self._gateway, self._api_patterns, self._site = gateway, tuple(api_patterns), site
        self._sign_in, self._tokens, self._mail, self._queues = sign_in, tokens, mail, queues
        self._edge_secret = edge_secret

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        try:
            request = Request(environ)
            answer = self._answer(request)
        except Refused as refused:
            answer = refused.answer()
        else:
            request.drain()
        if environ["REQUEST_METHOD"] == "HEAD":
            answer = answer.without_body()
        return answer.send(start_response)

    def _answer(self, request: Request) -> Answer:
        if any(fnmatchcase(request.path, pattern) for pattern in self._api_patterns):
            request.headers = self._as_the_edge_sends(request)
            return self._gateway.answer(request)
        if request.path.startswith("/_local/"):
            return self._answer_locally(request)
        return self._site.answer(request)

    def _as_the_edge_sends(self, request: Request) -> dict[str, str]:
        """Say who asks by the edge's own knowledge, whatever the visitor claims to be."""
        claimed = ("x-reef-", "cloudfront-")
        headers = {
            name: value for name, value in request.headers.items() if not name.startswith(claimed)
        }
        return headers | {"x-reef-edge": self._edge_secret(), "x-reef-address": request.client}

    def _answer_locally(self, request: Request) -> Answer:
        method = "GET" if request.method == "HEAD" else request.method
        path = request.path.rstrip("/")
        if method == "GET" and f"{path}/".startswith(MAIL_PATH):
            return self._mail.answer(request) or _json(404, {"error": "there is no such mail"})
        match method, path:
            case "GET", "/_local/queues":
                return _json(200, self._queues())
            case "GET", "/_local/authorize":
                return self._sign_in.show(request)
            case "POST", "/_local/authorize":
                return self._sign_in.submit(request, _form(request))
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
