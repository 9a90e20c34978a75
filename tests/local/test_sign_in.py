"""Signing in is authorization code with PKCE, kept as strictly as by Cognito."""

import json
import re
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from local.front.application import Front
from local.front.tokens import challenge_of
from tests.local.conftest import EMAIL, PASSWORD, URL
from tests.local.wire import call, get, post_form

REDIRECT = f"{URL}/"
VERIFIER = secrets.token_urlsafe(48)


def _wish(aws: Any, **changes: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": aws.environment["REEF_JWT_AUDIENCE"],
        "redirect_uri": REDIRECT,
        "state": "s&t",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    } | changes


def _code(aws: Any, front: Front) -> str:
    form = _wish(aws, email=" Editor@acme.test ", password=PASSWORD)
    reply = post_form(front, f"{URL}/_local/authorize", form)
    assert reply.status == 302
    assert reply.headers["Location"].startswith(f"{REDIRECT}?")
    query = parse_qs(urlsplit(reply.headers["Location"]).query)
    assert query["state"] == ["s&t"]
    return query["code"][0]


def _redeem(aws: Any, front: Front, issued: str, **changes: str) -> tuple[int, Any]:
    form = {
        "grant_type": "authorization_code",
        "client_id": aws.environment["REEF_JWT_AUDIENCE"],
        "redirect_uri": REDIRECT,
        "code": issued,
        "code_verifier": VERIFIER,
    }
    reply = post_form(front, f"{URL}/_local/token", form | changes)
    return reply.status, json.loads(reply.body)


def test_a_code_is_worth_tokens(aws: Any, front: Front) -> None:
    status, tokens = _redeem(aws, front, _code(aws, front))
    assert (status, tokens["token_type"]) == (200, "Bearer")
    form = {
        "grant_type": "refresh_token",
        "client_id": aws.environment["REEF_JWT_AUDIENCE"],
        "refresh_token": tokens["refresh_token"],
    }
    reply = post_form(front, f"{URL}/_local/token", form)
    assert (reply.status, "id_token" in json.loads(reply.body)) == (200, True)


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": secrets.token_urlsafe(48)},
        {"code_verifier": ""},
        {"code_verifier": challenge_of(VERIFIER)},
        {"redirect_uri": "http://evil.test/"},
        {"client_id": "other"},
        {"code": "guessed"},
        {"grant_type": "implicit"},
    ],
)
def test_a_code_alone_is_worth_nothing(aws: Any, front: Front, changes: Any) -> None:
    status, answer = _redeem(aws, front, _code(aws, front), **changes)
    assert (status, list(answer)) == (400, ["error"])


def test_a_code_works_once(aws: Any, front: Front) -> None:
    code = _code(aws, front)
    assert _redeem(aws, front, code)[0] == 200
    assert _redeem(aws, front, code)[0] == 400


def test_a_wrong_verifier_uses_the_code_up(aws: Any, front: Front) -> None:
    code = _code(aws, front)
    assert _redeem(aws, front, code, code_verifier="x" * 43)[0] == 400
    assert _redeem(aws, front, code)[0] == 400


def test_a_code_lasts_a_minute(aws: Any, front: Front, clock: Any) -> None:
    code = _code(aws, front)
    clock.ahead += timedelta(seconds=61)
    assert _redeem(aws, front, code)[0] == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "http://evil.test/"},
        {"redirect_uri": f"{REDIRECT}elsewhere"},
        {"client_id": "other"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
    ],
)
def test_a_wrong_wish_is_never_sent_on(aws: Any, front: Front, changes: Any) -> None:
    wish = _wish(aws, **changes)
    assert get(front, f"{URL}/_local/authorize?{urlencode(wish)}").status == 400
    form = wish | {"email": EMAIL, "password": PASSWORD}
    reply = post_form(front, f"{URL}/_local/authorize", form)
    assert (reply.status, "Location" in reply.headers) == (400, False)


def test_a_wrong_password_is_told_on_the_page(aws: Any, front: Front) -> None:
    for email in (EMAIL, "nobody@acme.test", ""):
        form = _wish(aws, email=email, password="wrong")
        reply = post_form(front, f"{URL}/_local/authorize", form)
        assert (reply.status, b"is wrong" in reply.body) == (403, True)


def test_the_form_keeps_the_wish_and_escapes_it(aws: Any, front: Front) -> None:
    query = urlencode(_wish(aws, state='"><script>'))
    reply = get(front, f"{URL}/_local/authorize?{query}")
    assert (reply.status, b'"><script>' in reply.body) == (200, False)
    assert b"&quot;&gt;&lt;script&gt;" in reply.body
    assert challenge_of(VERIFIER).encode() in reply.body
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]


def test_a_temporary_password_has_to_be_replaced(aws: Any, front: Front) -> None:
    form = _wish(aws, email="new@acme.test", password=PASSWORD)
    reply = post_form(front, f"{URL}/_local/authorize", form)
    assert (reply.status, b"temporary" in reply.body) == (200, True)
    session = reply.body.decode().split('name="session" value="')[1].split('"')[0]
    chosen = form | {"session": session, "new_password": "Better-horse-8"}
    assert post_form(front, f"{URL}/_local/authorize", chosen).status == 302
    assert post_form(front, f"{URL}/_local/authorize", form).status == 403
    again = form | {"password": "Better-horse-8"}
    assert post_form(front, f"{URL}/_local/authorize", again).status == 302


@pytest.mark.parametrize("session", ["short", "x" * 64])
def test_a_session_that_is_unknown_or_over_leads_to_signing_in(
    aws: Any, front: Front, session: str
) -> None:
    form = _wish(aws, email=EMAIL, session=session, new_password="Better-horse-8")
    reply = post_form(front, f"{URL}/_local/authorize", form)
    assert (reply.status, b"sign in again" in reply.body) == (403, True)
    assert b'name="password"' in reply.body
    assert b'name="session"' not in reply.body
    again = _wish(aws, email=EMAIL, password=PASSWORD)
    assert post_form(front, f"{URL}/_local/authorize", again).status == 302


def test_a_new_password_that_is_refused_may_be_chosen_again(
    aws: Any, front: Front, newcomer: str
) -> None:
    form = _wish(aws, email=newcomer, password=PASSWORD)
    reply = post_form(front, f"{URL}/_local/authorize", form)
    session = reply.body.decode().split('name="session" value="')[1].split('"')[0]
    chosen = form | {"session": session, "new_password": "short"}
    reply = post_form(front, f"{URL}/_local/authorize", chosen)
    assert (reply.status, b"was not taken" in reply.body) == (403, True)
    assert session.encode() in reply.body


def test_the_form_has_the_focus_where_something_is_to_be_typed(aws: Any, front: Front) -> None:
    def focused(reply: Any) -> list[str]:
        return re.findall(r'<input id="(\w+)"[^>]* autofocus>', reply.body.decode())

    query = urlencode(_wish(aws))
    assert focused(get(front, f"{URL}/_local/authorize?{query}")) == ["email"]
    wrong = _wish(aws, email=EMAIL, password="wrong")
    assert focused(post_form(front, f"{URL}/_local/authorize", wrong)) == ["password"]


def test_a_page_of_another_run_leads_to_reef(front: Front, aws: Any) -> None:
    form = _wish(aws, client_id="another-run", email=EMAIL, password=PASSWORD)
    reply = post_form(front, f"{URL}/_local/authorize", form)
    assert (reply.status, f'href="{REDIRECT}"'.encode() in reply.body) == (400, True)


def test_the_pages_script_is_told_where_to_go(aws: Any, front: Front) -> None:
    body = urlencode(_wish(aws, email=EMAIL, password=PASSWORD)).encode()
    asked = {"Accept": "application/json"}
    reply = call(front, "POST", f"{URL}/_local/authorize", body, asked)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
    assert json.loads(reply.body)["location"].startswith(f"{REDIRECT}?code=")


def test_signing_out_leads_back_to_the_console_alone(aws: Any, front: Front) -> None:
    wish = {"client_id": aws.environment["REEF_JWT_AUDIENCE"], "logout_uri": REDIRECT}
    reply = get(front, f"{URL}/_local/logout?{urlencode(wish)}")
    assert (reply.status, reply.headers["Location"]) == (302, REDIRECT)
    wish["logout_uri"] = "http://evil.test/"
    assert get(front, f"{URL}/_local/logout?{urlencode(wish)}").status == 400


def test_curl_gets_a_token_by_password(front: Front) -> None:
    form = {"grant_type": "password", "username": EMAIL, "password": PASSWORD}
    assert post_form(front, f"{URL}/_local/token", form).status == 200
    assert post_form(front, f"{URL}/_local/token", form | {"password": "wrong"}).status == 400
