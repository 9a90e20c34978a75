"""Unlocking a share: a password or a code earns a token, which is good for that share alone."""

from datetime import datetime, timedelta

import msgspec

from chalicelib.analytics.openings import VISITOR
from chalicelib.core import clock, sealing
from chalicelib.core.errors import Forbidden
from chalicelib.core.outbox import record
from chalicelib.sharing import passwords
from chalicelib.sharing.invitations import codes, requests
from chalicelib.sharing.models import ShareLink
from chalicelib.sharing.visiting import attempts

LIFETIME = timedelta(hours=12)
FREE_ATTEMPTS, FREE_ATTEMPTS_OF_ALL = 10, 100
"""How many attempts need not wait: from one address, and from all of them together."""

_LONGEST_FOR_ALL = 30
"""In seconds: whoever guesses from everywhere must not lock out those who know the password."""


class WrongPassword(Forbidden):
    """This is not the password."""

    code, title = "wrong_password", "Wrong password"


class Key(msgspec.Struct, frozen=True):
    """What a token proves.

    Attributes:
        until: when it ends.
        email: whose code earned it, for a private share.
    """

    until: str
    email: str | None = None


class Unlocked(msgspec.Struct):
    """A share that was unlocked.

    Attributes:
        access_token: send it on as `X-Share-Token`.
        expires_at: until when it is good.
    """

    access_token: str
    expires_at: str


def by_password(link: ShareLink, password: str, address: str, now: datetime) -> Unlocked:
    """Unlock a protected share; a public one needs no password, and takes any.

    Raises:
        WrongPassword: it is not the one, or the share has none.
        TooManyAttempts: there were too many before it.
    """
    if link.share_type == "public":
        return grant(link, None, now)
    with Attempt(link, address, now):
        fits = link.password_hash is not None and passwords.fits(password, link.password_hash)
        if not fits:
            raise WrongPassword
    return grant(link, None, now)


def by_code(link: ShareLink, email: str, code: str, address: str, now: datetime) -> Unlocked:
    """Unlock a private share by the code that was mailed to an address.

    Raises:
        WrongCode: it is not the one, or too old.
        TooManyAttempts: there were too many before it.
    """
    email = codes.normal(email)
    with Attempt(link, address, now):
        codes.redeem(link, email, code, now)
    return grant(link, email, now)


def ask_for_code(link: ShareLink, email: str, address: str, now: datetime) -> None:
    """Have a code mailed to an address, if the link is for it; nobody learns whether it is."""
    hashed = sealing.keyed_hash(address, "address")
    try:
        attempts.take(f"codes {link.pk} {hashed}", FREE_ATTEMPTS, now)
    except attempts.TooManyAttempts:
        return
    if link.share_type == "private":
        requests.send(link, "code", clock.timestamp(now), codes.normal(email))


class Attempt:
    """One attempt at a share's lock: counted before, given back if nothing fails meanwhile."""

    def __init__(self, link: ShareLink, address: str, now: datetime) -> None:
        self._link, self._now = link, now
        self._everyone = f"{link.tenant_id}#{link.share_id}"
        self._theirs = f"{self._everyone}#{sealing.keyed_hash(address, 'address')}"

    def __enter__(self) -> None:
        attempts.take(self._theirs, FREE_ATTEMPTS, self._now)
        attempts.take(
            self._everyone, FREE_ATTEMPTS_OF_ALL, self._now, longest_seconds=_LONGEST_FOR_ALL
        )

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        link = self._link
        if kind is None:
            attempts.forget(self._theirs)
            attempts.give_back(self._everyone)
        elif issubclass(kind, Forbidden):
            subject = ("share", link.share_id)
            record(link.tenant_id, VISITOR, "share.unlock_refused", subject, self._now).save()


def grant(link: ShareLink, email: str | None, now: datetime) -> Unlocked:
    """Make a token for a share as it is now; a new password or address makes it worthless."""
    until = clock.timestamp(now + LIFETIME)
    if link.expires_at is not None:
        until = min(until, link.expires_at)
    token = sealing.seal(msgspec.to_builtins(Key(until, email)), _scope(link))
    return Unlocked(token, until)


def read(link: ShareLink, token: str | None, now: datetime) -> Key | None:
    """Return what a token proves of a share; None for one that is not good (any more)."""
    if not token:
        return None
    try:
        key = msgspec.convert(sealing.unseal(token, _scope(link)), Key)
    except (sealing.NotSealed, msgspec.ValidationError):
        return None
    return key if clock.timestamp(now) < key.until else None


def _scope(link: ShareLink) -> str:
    return f"share {link.tenant_id}#{link.share_id} {link.uuid} {link.epoch}"
