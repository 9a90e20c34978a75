"""The mail that Reef sent is a list to read and follow in a browser, and JSON for programs."""

import json
import re
from typing import Any

import pytest

from local.front.application import Front
from local.mail import Mail
from tests.local.conftest import URL
from tests.local.wire import Reply, call, get

LINK = "http://127.0.0.1:8000/?review=1&turn=2"
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def _mail(**changes: Any) -> Mail:
    mail: Mail = {
        "to": ["manager@acme.test"],
        "subject": "Please review <Reef>",
        "text": f"Open it: {LINK}.\n",
        "html": f'<html><head></head><body><a href="{LINK}">Open</a></body></html>',
        "sent_at": "2026-01-01T12:00:00.000Z",
    }
    return mail | changes


def _show(front: Front, path: str = "") -> Reply:
    return get(front, f"{URL}/_local/mail/{path}", Accept=BROWSER)


def _links(reply: Reply) -> list[str]:
    return re.findall(r'<a href="([^"]+)"', reply.body.decode())


def test_a_browser_gets_a_list_whose_links_can_be_followed(front: Front, sent: list[Mail]) -> None:
    sent += [_mail(), _mail(subject="Second", text="no link")]
    reply = _show(front)
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert _links(reply) == ["/_local/mail/2/", "/_local/mail/1/", LINK.replace("&", "&amp;")]
    assert b"Please review &lt;Reef&gt;" in reply.body


def test_an_empty_mailbox_says_what_comes_there(front: Front) -> None:
    assert b"None yet" in _show(front).body


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/json, text/html;q=0.5"])
def test_a_program_gets_json(front: Front, sent: list[Mail], accept: str) -> None:
    sent.append(_mail())
    reply = get(front, f"{URL}/_local/mail/", Accept=accept)
    assert (reply.headers["Content-Type"], json.loads(reply.body)) == ("application/json", sent)
    one = get(front, f"{URL}/_local/mail/1", Accept=accept)
    assert (json.loads(one.body), one.headers["Vary"]) == (sent[0], "Accept")


def test_a_mail_shows_its_text_and_its_html(front: Front, sent: list[Mail]) -> None:
    sent.append(_mail(text=f"<b> & {LINK}."))
    page = _show(front, "1/")
    assert LINK.replace("&", "&amp;") in _links(page)
    assert b"&lt;b&gt; &amp; " in page.body
    assert b'src="/_local/mail/1/html/"' in page.body
    part = _show(front, "1/html/")
    assert part.body.decode() == sent[0]["html"].replace("<head>", '<head><base target="_blank">')
    policy = part.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert ("sandbox" in policy, "allow-scripts" in policy) == (True, False)


def test_a_mail_without_html_is_its_text_alone(front: Front, sent: list[Mail]) -> None:
    sent.append(_mail(html=""))
    assert b"<iframe" not in _show(front, "1/").body
    assert _show(front, "1/html/").status == 404


@pytest.mark.parametrize("path", ["2/", "0/", "-1/", "x/", "²/", "1/other/"])
def test_there_is_no_other_mail(front: Front, sent: list[Mail], path: str) -> None:
    sent.append(_mail())
    assert _show(front, path).status == 404


def test_mail_is_only_read(front: Front) -> None:
    assert call(front, "POST", f"{URL}/_local/mail/", b"x").status == 404
