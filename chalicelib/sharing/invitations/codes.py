"""One-time codes: mailed to a listed address or a member's, and good once for ten minutes."""

import hmac
import secrets
from datetime import datetime, timedelta

from chalicelib.core import clock, sealing
from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.core.tables import ConditionFailed, delete, find, replace, update
from chalicelib.sharing.invitations.models import Code, code_key
from chalicelib.sharing.models import ShareLink
from chalicelib.tenants import members

LIFETIME = timedelta(minutes=10)
_REST = timedelta(seconds=30)
"""So long no other code is sent to an address."""

_TRIES = 5


class WrongCode(Forbidden):
    """This is not the code, or it is too old; ask for a new one."""

    code, title = "wrong_code", "Wrong code"


def may_enter(link: ShareLink, email: str) -> bool:
    """Return whether a private link opens to an address: a listed one, or an active member's."""
    if email in link.emails:
        return True
    try:
        return "@" in email and bool(members.get(link.tenant_id, email).is_active)
    except NotFound:
        return False


def make(link: ShareLink, email: str, now: datetime) -> str | None:
    """Make a code for an address; None where one has just been sent."""
    code = f"{secrets.randbelow(10**6):06d}"
    item = Code(
        link.pk,
        code_key(email),
        code_hash=_hash(link, email, code),
        sent_at=clock.timestamp(now),
        until=clock.timestamp(now + LIFETIME),
        tries_left=_TRIES,
        ttl=int((now + LIFETIME).timestamp()),
    )
    rested = Code.pk.does_not_exist() | (Code.sent_at < clock.timestamp(now - _REST))
    try:
        replace(item, rested)
    except ConditionFailed:
        return None
    return code


def redeem(link: ShareLink, email: str, code: str, now: datetime) -> None:
    """Take a code, which is then worth nothing any more.

    Raises:
        WrongCode: it is not the one, too old, or tried too often.
    """
    item = find(Code, link.pk, code_key(email))
    if item is None:
        raise WrongCode
    good = (Code.tries_left > 0) & (Code.until > clock.timestamp(now))
    same = Code.code_hash == item.code_hash
    try:
        update(item, Code.tries_left.add(-1), condition=good & same)
        if not hmac.compare_digest(item.code_hash, _hash(link, email, code)):
            raise WrongCode
        delete(item, condition=same)  # of two at once, one
    except ConditionFailed:
        raise WrongCode from None


def normal(email: str) -> str:
    """Return an address as links list it."""
    return email.strip().lower()[:254]


def _hash(link: ShareLink, email: str, code: str) -> str:
    return sealing.keyed_hash(f"{link.pk} {link.uuid} {email} {code.strip()[:20]}", "share code")
