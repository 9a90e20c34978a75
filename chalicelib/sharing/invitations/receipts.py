"""Receipts: who of those whom a private link was sent to has opened it, and when."""

from datetime import datetime, timedelta

import msgspec

from chalicelib.core import clock, handles, sealing
from chalicelib.core.errors import NotFound, TooManyRequests
from chalicelib.core.outbox import Person, record
from chalicelib.core.tables import ConditionFailed, change, find, put, transact, update
from chalicelib.sharing import addresses
from chalicelib.sharing.invitations import requests
from chalicelib.sharing.invitations.models import Recipient, recipient_key
from chalicelib.sharing.models import LINK, ShareLink, share_key

_REMINDED_EVERY = timedelta(days=1)


class Receipt(msgspec.Struct, kw_only=True):
    """What became of the mail to one address.

    Attributes:
        email: the address.
        sent_at: when the link was mailed; null while that is under way.
        opened_at: when they first opened it; null for not yet, and where the tenant records
            nothing of visitors.
        downloaded_at: when they first downloaded, likewise.
    """

    email: str
    sent_at: str | None
    opened_at: str | None
    downloaded_at: str | None


def of(link: ShareLink, *, visitors_are_recorded: bool) -> list[Receipt]:
    """List what became of each address that a link lists, in its order."""
    ours = Recipient.sk.startswith(recipient_key(""))
    known = {one.email: one for one in Recipient.query(link.pk, ours, consistent_read=True)}
    return [
        _shown(email, known.get(email), visitors_are_recorded=visitors_are_recorded)
        for email in link.emails
    ]


def remind(link: ShareLink, actor: Person, now: datetime) -> None:
    """Have those reminded who have not opened a link yet.

    Raises:
        TooManyRequests: they were reminded less than a day ago.
    """
    before = clock.timestamp(now - _REMINDED_EVERY)
    rested = ShareLink.reminded_at.does_not_exist() | (ShareLink.reminded_at <= before)
    at = clock.timestamp(now)
    subject = ("share", link.share_id)
    written = record(link.tenant_id, actor, "share.reminded", subject, now)
    try:
        transact(change(link, ShareLink.reminded_at.set(at), condition=rested), put(written))
    except ConditionFailed:
        wait = _REMINDED_EVERY
        fresh = find(ShareLink, link.pk, LINK)
        if fresh is not None and fresh.reminded_at is not None:
            wait -= now - datetime.fromisoformat(fresh.reminded_at)
        seconds = max(1, int(wait.total_seconds()))
        raise TooManyRequests(
            "They were reminded less than a day ago.", headers={"Retry-After": str(seconds)}
        ) from None
    requests.send(link, "remind", at)


def note(link: ShareLink, email: str, deed: str, at: str) -> None:
    """Note when an address first opened or downloaded; only those are noted that are listed."""
    attribute = Recipient.opened_at if deed == "opened" else Recipient.downloaded_at
    item = Recipient(link.pk, recipient_key(email))
    first = Recipient.pk.exists() & attribute.does_not_exist()
    try:
        update(item, attribute.set(at), condition=first)
    except ConditionFailed:
        return  # noted before, or a member who is not listed


def objection(link: ShareLink, email: str) -> str:
    """Return the address at which a recipient asks for no more mails about a link."""
    return f"{addresses.page(link.uuid)}object/?t={sealing.seal(email, _scope(link))}"


def object_to(secret: str, token: str, now: datetime) -> None:
    """Send a recipient no more mails about a link. Idempotent.

    Raises:
        NotFound: this is not an address that Reef has mailed.
    """
    handle = handles.find("share", secret)
    link = handle and find(ShareLink, share_key(handle.tenant_id, handle.id), LINK)
    if not link:
        raise NotFound("There is no such share.")
    try:
        email = str(sealing.unseal(token, _scope(link)))
    except sealing.NotSealed:
        raise NotFound("There is no such share.") from None
    item = Recipient(link.pk, recipient_key(email))
    at = clock.timestamp(now)
    update(item, Recipient.objected_at.set(at), Recipient.email.set(email))


def _scope(link: ShareLink) -> str:
    return f"objection {link.pk}"


def _shown(email: str, item: Recipient | None, *, visitors_are_recorded: bool) -> Receipt:
    told = item is not None and visitors_are_recorded
    return Receipt(
        email=email,
        sent_at=item.sent_at if item else None,
        opened_at=item.opened_at if item and told else None,
        downloaded_at=item.downloaded_at if item and told else None,
    )
