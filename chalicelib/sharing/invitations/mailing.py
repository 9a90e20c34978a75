"""Doing what was asked for a private link: mailing invitations, reminders and codes."""

import logging
from contextlib import suppress
from datetime import datetime

from chalicelib.core import clock, mail, mail_layout
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, find, insert, update
from chalicelib.sharing import addresses
from chalicelib.sharing.invitations import codes, receipts, texts
from chalicelib.sharing.invitations.models import Recipient, recipient_key
from chalicelib.sharing.invitations.requests import Request
from chalicelib.sharing.models import LINK, ShareLink, share_key

log = logging.getLogger(__name__)


def do(request: Request, now: datetime) -> None:
    """Do one thing that was asked for. Repeated, it mails nobody twice but by a crash."""
    link = find(ShareLink, share_key(request.tenant_id, request.share_id), LINK)
    if link is None or link.share_type != "private":
        return
    match request.kind:
        case "opened" | "downloaded":
            receipts.note(link, request.email, request.kind, request.at)
        case _ if not link.is_active(now):
            log.info("the link is over", extra={"share_id": link.share_id})
        case "code":
            _mail_code(link, request.email, now)
        case "invite":
            for email in link.emails:
                _invite(link, email, now)
        case "remind":
            for email in link.emails:
                _remind(link, email, request.at)


def _mail_code(link: ShareLink, email: str, now: datetime) -> None:
    if not codes.may_enter(link, email):
        return
    code = codes.make(link, email, now)
    if code is None:
        return
    title, said = texts.CODE.format(code=code), texts.CODE_TEXT.format(code=code)
    body = [mail_layout.paragraph(said), mail_layout.paragraph(texts.CODE_NOTE)]
    public = settings().public_url
    html = mail_layout.page(title, body, texts.CODE_FOOTER, public)
    text = f"{said}\n\n{texts.CODE_NOTE}\n\n{texts.CODE_FOOTER} {public}\n"
    _send(email, title, text, html)


def _invite(link: ShareLink, email: str, now: datetime) -> None:
    """Mail a link to an address that has not got it yet."""
    recipient = Recipient(link.pk, recipient_key(email), email=email)
    with suppress(ConditionFailed):
        insert(recipient)
    there = find(Recipient, link.pk, recipient.sk)
    if there is None or there.sent_at is not None or there.objected_at is not None:
        return
    _write(link, email, texts.INVITED, texts.INVITED_TEXT)
    update(there, Recipient.sent_at.set(clock.timestamp(now)))


def _remind(link: ShareLink, email: str, asked_at: str) -> None:
    """Remind an address that has the link and has not opened it, once for each asking."""
    recipient = Recipient(link.pk, recipient_key(email))
    unmoved = (
        Recipient.sent_at.exists()
        & Recipient.opened_at.does_not_exist()
        & Recipient.objected_at.does_not_exist()
        & (Recipient.reminded_for.does_not_exist() | (Recipient.reminded_for < asked_at))
    )
    try:
        update(recipient, Recipient.reminded_for.set(asked_at), condition=unmoved)
    except ConditionFailed:
        return
    _write(link, email, texts.REMINDED, texts.REMINDED_TEXT)


def _write(link: ShareLink, email: str, subject: str, said: str) -> None:
    words = {"owner": link.created_by.email, "title": link.title or texts.UNTITLED}
    title, text = subject.format(**words), said.format(**words)
    page, objection = addresses.page(link.uuid), receipts.objection(link, email)
    body = [mail_layout.paragraph(text), mail_layout.button(texts.OPEN, page)]
    html = mail_layout.page(title, body, texts.FOOTER, objection)
    _send(email, title, f"{text}\n\n{page}\n\n{texts.FOOTER} {objection}\n", html)


def _send(email: str, title: str, text: str, html: str) -> None:
    try:
        mail.send(email, title, text, html)
    except mail.Refused:
        log.warning("SES takes no mail for an address of a share")
