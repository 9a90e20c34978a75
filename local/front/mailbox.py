"""Shows the mail that Reef sent: pages for people, JSON for programs."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Any

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from local.edge.answers import Answer, Headers, Request
from local.front.pages import MARK, page
from local.mail import PATH, Mail

_LINK = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)]")
_NEVER_KEPT: Headers = [("Cache-Control", "no-store"), ("Vary", "Accept")]
_BODY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; "
    "sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'"
)


class Mailbox:
    """The mail at `/_local/mail/`, each by its number, and its HTML part below that.

    Args:
        sent: gives the mail that was sent as a JSON list, the oldest first.
    """

    def __init__(self, sent: Callable[[], bytes]) -> None:
        self._sent = sent

    def answer(self, request: Request) -> Answer | None:
        """Answer a GET of a path in the mailbox; None where there is nothing."""
        mails: list[Mail] = json.loads(self._sent())
        number, _, part = request.path.removeprefix(PATH.rstrip("/")).strip("/").partition("/")
        for_people = _wants_html(request)
        if not number:
            return _list(mails) if for_people else _json(mails)
        if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= len(mails):
            return None
        mail = mails[int(number) - 1]
        if part == "html" and mail["html"]:
            return _html_part(mail)
        if part:
            return None
        return _one(mail, f"{PATH}{number}/") if for_people else _json(mail)


def _wants_html(request: Request) -> bool:
    accepted = parse_accept_header(request.headers.get("accept"), MIMEAccept)
    return accepted.best_match(["application/json", "text/html"]) == "text/html"


def _list(mails: list[Mail]) -> Answer:
    entries = "".join(_entry(number, mail) for number, mail in reversed([*enumerate(mails, 1)]))
    if not mails:
        entries = "<p>None yet. Invitations, reviews that wait, and digests come here.</p>"
    return _page("Mail that Reef sent", f'<div class="mails">{entries}</div>')


def _entry(number: int, mail: Mail) -> str:
    links = "".join(
        f'<li><a href="{escape(link)}">{escape(link)}</a></li>' for link in _links(mail)
    )
    return (
        f'<article class="mail"><h2><a href="{PATH}{number}/">{escape(mail["subject"])}</a></h2>'
        f"{_envelope(mail)}<ul>{links}</ul></article>"
    )


def _one(mail: Mail, address: str) -> Answer:
    parts = f'<section class="part"><h2>Text</h2><pre>{_linked(mail["text"])}</pre></section>'
    if mail["html"]:
        parts += (
            f'<section class="part"><h2>HTML</h2><iframe src="{address}html/" title="HTML part"'
            ' sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe></section>'
        )
    back = f'<p><a href="{PATH}">All mail</a></p>'
    return _page(mail["subject"], f"{_envelope(mail)}{back}{parts}")


def _envelope(mail: Mail) -> str:
    to = ", ".join(mail["to"])
    moment = escape(mail["sent_at"])
    told = datetime.fromisoformat(moment).strftime("%-d %B %Y, %H:%M:%S UTC")
    return f'<p class="soft">To {escape(to)}, <time datetime="{moment}">{told}</time></p>'


def _links(mail: Mail) -> list[str]:
    """Return the addresses in a mail's text, each once."""
    return list(dict.fromkeys(_LINK.findall(mail["text"])))


def _linked(text: str) -> str:
    """Write text as HTML in which addresses can be followed."""
    written, end = [], 0
    for found in _LINK.finditer(text):
        link = escape(found[0])
        written += [escape(text[end : found.start()]), f'<a href="{link}">{link}</a>']
        end = found.end()
    return "".join([*written, escape(text[end:])])


def _html_part(mail: Mail) -> Answer:
    """Show the HTML as it was sent, without scripts; its links open in a tab of their own."""
    base = '<base target="_blank">'
    head, found, rest = mail["html"].partition("<head>")
    html = f"{head}{found}{base}{rest}" if found else f"{base}{head}"
    headers = [
        *_NEVER_KEPT,
        ("Content-Type", "text/html; charset=utf-8"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", _BODY_POLICY),
    ]
    return Answer(200, headers, [html.encode()])


def _page(title: str, content: str) -> Answer:
    heading = f"<header>{MARK}<h1>{escape(title)}</h1></header>"
    answer = page(200, f"{title} · Reef", f'<main class="local">{heading}{content}</main>')
    answer.headers.append(("Vary", "Accept"))
    return answer


def _json(content: Any) -> Answer:
    headers = [*_NEVER_KEPT, ("Content-Type", "application/json")]
    return Answer(200, headers, [json.dumps(content, indent=2).encode()])
