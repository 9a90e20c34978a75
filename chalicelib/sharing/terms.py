"""The terms of a share link: what a request asks for, checked against what the tenant allows."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from chalicelib.core import clock, texts
from chalicelib.core.errors import Invalid, invalid
from chalicelib.core.settings import LONGEST_HOURS, Settings
from chalicelib.sharing import passwords
from chalicelib.sharing.models import ShareLink, ShareType
from chalicelib.tenants import members

_MOST_EMAILS = 100
_SHORTEST = timedelta(seconds=1)

Password = Annotated[str, msgspec.Meta(max_length=100_000)]
Title = Annotated[str, msgspec.Meta(max_length=300)]
Description = Annotated[str, msgspec.Meta(max_length=5000)]
Number = Annotated[int, msgspec.Meta(ge=1)]


class TermsWanted(msgspec.Struct, kw_only=True):
    """What a request says of a link; what it leaves out keeps its default, or stays as it was.

    Attributes:
        share_type: `public` opens to whoever has the link, `protected` to those with the password,
            `private` to members and the listed addresses.
        password: 8 to 256 characters, for a protected link.
        allow_download: whether visitors may download.
        allow_preview: whether visitors see the media before they download.
        allow_comments: whether visitors may comment.
        expires_in_hours: from now on; fractions are allowed, and null is never.
        max_downloads: how many downloads there are in all; null is no limit.
        version: the version that is shared; null shares whatever is published.
        title: shown instead of the asset's; null shows the asset's.
        description: shown instead of the asset's.
        emails: who may open a private link besides members, at most 100.
    """

    share_type: ShareType | msgspec.UnsetType = msgspec.UNSET
    password: Password | msgspec.UnsetType | None = msgspec.UNSET
    allow_download: bool | msgspec.UnsetType = msgspec.UNSET
    allow_preview: bool | msgspec.UnsetType = msgspec.UNSET
    allow_comments: bool | msgspec.UnsetType = msgspec.UNSET
    expires_in_hours: float | msgspec.UnsetType | None = msgspec.UNSET
    max_downloads: Number | msgspec.UnsetType | None = msgspec.UNSET
    version: Number | msgspec.UnsetType | None = msgspec.UNSET
    title: Title | msgspec.UnsetType | None = msgspec.UNSET
    description: Description | msgspec.UnsetType | None = msgspec.UNSET
    emails: list[str] | msgspec.UnsetType = msgspec.UNSET


class Terms(msgspec.Struct, kw_only=True):
    """The terms of a link, whole and checked."""

    share_type: ShareType
    password_hash: str | None
    allow_download: bool
    allow_preview: bool
    allow_comments: bool
    expires_at: str | None
    max_downloads: int | None
    title: str | None
    description: str | None
    emails: list[str]

    def attributes(self) -> dict[str, object]:
        """Return the attributes of the link's item, by name."""
        return msgspec.structs.asdict(self)


def fresh(wanted: TermsWanted, allowed: Settings, now: datetime) -> Terms:
    """Return the terms of a new link.

    Raises:
        Invalid: they contradict each other, or the tenant does not allow them.
    """
    hours = allowed.default_expiry_hours
    hours = min(hours, allowed.share_max_expiry_hours)
    before = Terms(
        share_type="public",
        password_hash=None,
        allow_download=True,
        allow_preview=True,
        allow_comments=False,
        expires_at=clock.timestamp(now + timedelta(hours=hours)),
        max_downloads=None,
        title=None,
        description=None,
        emails=[],
    )
    if wanted.share_type is msgspec.UNSET:
        raise Invalid(
            "share_type: Required", errors=[{"field": "share_type", "message": "Required"}]
        )
    return _changed(before, wanted, allowed, now)


def changed(link: ShareLink, wanted: TermsWanted, allowed: Settings, now: datetime) -> Terms:
    """Return the terms that a link has after a change.

    Raises:
        Invalid: they contradict each other, or the tenant does not allow them.
    """
    before = Terms(**{name: getattr(link, name) for name in Terms.__struct_fields__})
    return _changed(before, wanted, allowed, now)


def _changed(before: Terms, wanted: TermsWanted, allowed: Settings, now: datetime) -> Terms:
    given = {
        name: value
        for name, value in msgspec.structs.asdict(wanted).items()
        if value is not msgspec.UNSET and name in Terms.__struct_fields__
    }
    after = msgspec.structs.replace(before, **given)
    if wanted.expires_in_hours is not msgspec.UNSET:
        after.expires_at = _ends(wanted.expires_in_hours, allowed, now)
    if wanted.max_downloads is not msgspec.UNSET and wanted.max_downloads is not None:
        most = allowed.max_download_limit
        if wanted.max_downloads > most:
            raise invalid("max_downloads", f"At most {most}")
    _check_texts(after)
    after.emails = _addresses(after.emails)
    if after.share_type != "private":
        if wanted.emails is not msgspec.UNSET and wanted.emails:
            raise invalid("emails", "Only a private link is for listed addresses")
        after.emails = []
    _lock(after, wanted.password)
    if allowed.share_password_required and after.share_type == "public":
        raise invalid("share_type", "Public links are not allowed here; protect it by a password")
    return after


def _lock(after: Terms, password: str | msgspec.UnsetType | None) -> None:
    """Set, keep or drop the password as the type needs it."""
    if after.share_type != "protected":
        if isinstance(password, str):
            raise invalid("password", "Only a protected link has a password")
        after.password_hash = None
        return
    if isinstance(password, str):
        shortest, longest = passwords.LENGTHS
        if not shortest <= len(password) <= longest:
            raise invalid("password", f"{shortest} to {longest} characters")
        if "\0" in password or not password.isprintable():
            raise invalid("password", "Characters that nobody can type are not allowed")
        after.password_hash = passwords.hashed(password)
    elif password is None or after.password_hash is None:
        raise invalid("password", "A protected link needs a password")


def _ends(hours: float | None, allowed: Settings, now: datetime) -> str | None:
    if hours is None:
        if not allowed.allow_never_expire:
            raise invalid("expires_in_hours", "Links that never end are not allowed here")
        return None
    longest = min(LONGEST_HOURS, allowed.share_max_expiry_hours)
    if not 0 < hours <= longest:
        raise invalid("expires_in_hours", f"More than 0, and at most {longest:g}")
    return clock.timestamp(now + max(_SHORTEST, timedelta(hours=hours)))


def _check_texts(after: Terms) -> None:
    if after.title is not None:
        texts.require_line("title", after.title)
    for name in ("title", "description"):
        text = getattr(after, name)
        if text is not None and any(c in text for c in "\0\ufffe\uffff"):
            raise invalid(name, "Holds characters that nobody can read")


def _addresses(emails: list[str]) -> list[str]:
    if len(emails) > _MOST_EMAILS:
        raise invalid("emails", f"At most {_MOST_EMAILS}")
    try:
        checked = [members.checked_email(email).lower() for email in emails]
    except Invalid:
        raise invalid("emails", "Not all of them are e-mail addresses") from None
    return list(dict.fromkeys(checked))
