"""Plays Cognito's sign-in page: authorization code with PKCE."""

import json
import re
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from local.edge.answers import Answer, Request
from local.front.pages import MARK, page
from local.front.tokens import Denied, Form, NewPasswordNeeded, PasswordRefused, TokenEndpoint

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

_SCRIPT = (Path(__file__).parent / "sign_in.js").read_text()


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
        return self._say(problem) if problem else _form(200, wish)

    def submit(self, request: Request, form: Form) -> Answer:
        """Check the form, and send the person back with a code.

        The page's script asks for JSON, and gets the address to go to instead of a redirect.
        """
        problem = self._problem(form)
        if problem:
            return self._say(problem)
        email = form.get("email", "")
        session = form.get("session", "")
        try:
            if session:
                new = form.get("new_password", "")
                tokens = self._endpoint.choose_password(email, session, new)
            else:
                tokens = self._endpoint.sign_in(email, form.get("password", ""))
        except NewPasswordNeeded as needed:
            return _form(200, form, session=needed.session)
        except PasswordRefused:
            message = "That password was not taken: use 12 characters of several kinds."
            return _form(403, form, message, session)
        except Denied:
            if session:
                return _form(403, form, "That took too long. Please sign in again.")
            return _form(403, form, "The address or the password is wrong.")
        code = self._endpoint.issue_code(tokens, form["code_challenge"], form["redirect_uri"])
        query = {"code": code} | ({"state": form["state"]} if form.get("state") else {})
        location = f"{self._redirect_uri}?{urlencode(query)}"
        if request.headers.get("accept") == "application/json":
            body = json.dumps({"location": location}).encode()
            headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
            return Answer(200, headers, [body])
        return Answer(302, [("Location", location), ("Cache-Control", "no-store")], [b""])

    def sign_out(self, request: Request) -> Answer:
        """Send the person back; there is no session of this page to end."""
        wish = dict(request.query)
        if (
            wish.get("client_id") != self._endpoint.client_id
            or wish.get("logout_uri") != self._redirect_uri
        ):
            return self._say("client_id or logout_uri is not the console's.")
        return Answer(302, [("Location", self._redirect_uri)], [b""])

    def _say(self, problem: str) -> Answer:
        """Say what is wrong with an address, and lead to where signing in begins."""
        link = f'<a class="button primary wide" href="{escape(self._redirect_uri)}">Open Reef</a>'
        words = (
            "This address is not one that Reef's page made while it has been running. "
            "Open Reef, and sign in from there."
        )
        return _page(400, f'<p>{words}</p><p class="soft">{escape(problem)}</p>{link}')

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
        fields = _field("new_password", "New password", "password", "new-password", focus=True)
        message = message or "Your password was a temporary one. Choose one of your own."
    else:
        email = wish.get("email", "")
        fields = _field("email", "Address", "email", "username", email, focus=not email)
        fields += _field("password", "Password", "password", "current-password", focus=bool(email))
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    said = f'<p class="message" role="alert">{escape(message)}</p>' if message else ""
    button = '<button class="button primary wide" type="submit">Sign in</button>'
    return _page(
        status,
        f'{said}<form method="post" action="/_local/authorize">{inputs}{fields}{button}</form>'
        '<p class="soft">The addresses and passwords stand in the table that '
        "<code>make run</code> printed.</p>",
    )


def _field(
    name: str, label: str, kind: str, autocomplete: str, value: str = "", *, focus: bool
) -> str:
    return (
        f'<label for="{name}">{label}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" autocomplete="{autocomplete}" '
        f'value="{escape(value)}" required{" autofocus" if focus else ""}>'
    )


def _page(status: int, content: str) -> Answer:
    card = f'<div class="welcome-card">{MARK}<h1>Sign in to Reef</h1>{content}</div>'
    return page(status, "Sign in to Reef", f'<main class="welcome">{card}</main>', _SCRIPT)
