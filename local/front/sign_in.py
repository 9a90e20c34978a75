"""Plays Cognito's sign-in page: authorization code with PKCE."""

import base64
import hashlib
import re
from html import escape
from urllib.parse import urlencode

from local.edge.answers import Answer, Headers, Request
from local.front.tokens import Denied, Form, NewPasswordNeeded, TokenEndpoint

_PASSED_ON = (
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "scope",
    "code_challenge",
    "code_challenge_method",
)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")

_STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:22rem;"
    "margin:15vh auto;padding:0 1rem}label,input,button{display:block;width:100%;"
    "box-sizing:border-box;font:inherit}input,button{padding:.5rem;margin:.25rem 0 1rem}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Headers = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    (
        "Content-Security-Policy",
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
    ),
]


class SignInPage:
    """The page at `/_local/authorize`.

    Args:
        endpoint: where its codes are exchanged for tokens.
        redirect_uri: the only address that it sends people back to.
    """

    def __init__(self, endpoint: TokenEndpoint, redirect_uri: str) -> None:
        self._endpoint, self._redirect_uri = endpoint, redirect_uri

    def show(self, request: Request) -> Answer:
        """Show the form, or what is wrong with the request for it."""
        wish = dict(request.query)
        problem = self._problem(wish)
        return _page(400, f"<p>{escape(problem)}</p>") if problem else _form(200, wish)

    def submit(self, form: Form) -> Answer:
        """Check the form, and send the person back with a code."""
        problem = self._problem(form)
        if problem:
            return _page(400, f"<p>{escape(problem)}</p>")
        email = form.get("email", "")
        try:
            if form.get("session"):
                tokens = self._endpoint.choose_password(
                    email, form["session"], form.get("new_password", "")
                )
            else:
                tokens = self._endpoint.sign_in(email, form.get("password", ""))
        except NewPasswordNeeded as needed:
            return _form(200, form, session=needed.session)
        except Denied:
            if form.get("session"):
                message = "That password was not taken: use 12 characters of several kinds."
            else:
                message = "The address or the password is wrong."
            return _form(403, form, message, form.get("session", ""))
        code = self._endpoint.issue_code(tokens, form["code_challenge"], form["redirect_uri"])
        query = {"code": code} | ({"state": form["state"]} if form.get("state") else {})
        location = f"{self._redirect_uri}?{urlencode(query)}"
        return Answer(302, [("Location", location), ("Cache-Control", "no-store")], [b""])

    def sign_out(self, request: Request) -> Answer:
        """Send the person back; there is no session of this page to end."""
        wish = dict(request.query)
        if (
            wish.get("client_id") != self._endpoint.client_id
            or wish.get("logout_uri") != self._redirect_uri
        ):
            return _page(400, "<p>client_id or logout_uri is not the console's.</p>")
        return Answer(302, [("Location", self._redirect_uri)], [b""])

    def _problem(self, wish: Form) -> str | None:
        if wish.get("client_id") != self._endpoint.client_id:
            return "client_id is not the console's; see /config.json."
        if wish.get("redirect_uri") != self._redirect_uri:
            return f"redirect_uri has to be {self._redirect_uri}"
        if wish.get("response_type") != "code":
            return "response_type has to be code."
        if wish.get("code_challenge_method") != "S256":
            return "code_challenge_method has to be S256."
        if not _CHALLENGE.fullmatch(wish.get("code_challenge", "")):
            return "code_challenge has to be the verifier's SHA-256 in base64url."
        return None


def _form(status: int, wish: Form, message: str = "", session: str = "") -> Answer:
    hidden = {name: wish[name] for name in _PASSED_ON if name in wish}
    if session:
        hidden |= {"session": session, "email": wish.get("email", "")}
        fields = _field("new_password", "New password", "password", "new-password")
        message = message or "Your password was a temporary one. Choose one of your own."
    else:
        fields = _field("email", "Address", "email", "username", wish.get("email", ""))
        fields += _field("password", "Password", "password", "current-password")
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    said = f'<p role="alert">{escape(message)}</p>' if message else ""
    button = '<button type="submit">Sign in</button>'
    return _page(
        status,
        f'{said}<form method="post" action="/_local/authorize">{inputs}{fields}{button}</form>',
    )


def _field(name: str, label: str, kind: str, autocomplete: str, value: str = "") -> str:
    return (
        f'<label for="{name}">{label}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" autocomplete="{autocomplete}" '
        f'value="{escape(value)}" required>'
    )


def _page(status: int, content: str) -> Answer:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Sign in to Reef</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>Sign in to Reef</h1>{content}"
        "<p>The addresses and passwords stand in the table that <code>make run</code> printed.</p>"
        "</main></body></html>"
    )
    return Answer(status, _HEADERS, [html.encode()])
