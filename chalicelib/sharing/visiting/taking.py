"""Downloads of shares: each spends one of the link's, by one conditional write."""

from datetime import datetime

import msgspec

from chalicelib.assets import downloads
from chalicelib.core import clock
from chalicelib.core.errors import Forbidden, Gone
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import SYSTEM, Person, record
from chalicelib.core.tables import change, find, put, transact, update
from chalicelib.sharing.links import ShareRevoked
from chalicelib.sharing.models import ShareLink
from chalicelib.sharing.visiting.opening import Item, Opened, ShareExpired


class DownloadLimitReached(Gone):
    """All downloads of this link are taken; its owner can allow more."""

    code, title = "download_limit_reached", "All downloads are taken"


class DownloadNotAllowed(Forbidden):
    """This link is to be looked at, not to be downloaded from."""

    code, title = "download_not_allowed", "Not to be downloaded"


class Taken(msgspec.Struct):
    """Bytes that may be fetched.

    Attributes:
        url: signed; it answers ranges, too.
        expires_at: until when.
    """

    url: str
    expires_at: str


def take(opened: Opened, item: Item, actor: Person, now: datetime) -> Taken:
    """Spend one download of a link; return where the bytes are.

    Args:
        opened: the share, which the visitor may see.
        item: what of it.
        actor: who downloads, as the audit trail names them.
        now: when.

    Raises:
        DownloadNotAllowed: the link forbids it.
        DownloadLimitReached: the last download is taken.
        ShareRevoked, ShareExpired: it ended meanwhile.
        NotReady: there are no bytes.
    """
    link = opened.link
    if not link.allow_download:
        raise DownloadNotAllowed
    url = downloads.signed_url(item.asset, item.face, None, now)
    spend(link, now)
    told = {
        "share_id": link.share_id,
        "version": item.face.number,
        "size_bytes": item.face.size_bytes,
    }
    subject = ("asset", item.asset.asset_id)
    record(link.tenant_id, actor, "asset.downloaded", subject, now, new=told).save()
    return Taken(url, clock.timestamp(now + downloads.LIFETIME))


def spend(link: ShareLink, now: datetime) -> None:
    """Spend one download of a link; the last one is recorded with it.

    Raises:
        DownloadNotAllowed: the link forbids it.
        DownloadLimitReached: the last download is taken.
        ShareRevoked, ShareExpired: it ended meanwhile.
        Conflict: too many take one, or change the link, at the same time.
    """
    there: ShareLink | None = link
    despite_others(
        lambda read: _spend(read, link.uuid, now),
        there,
        lambda _: find(ShareLink, link.pk, link.sk),
        "Too many people download this at the same time; try again.",
    )


def _spend(link: ShareLink | None, uuid: str, now: datetime) -> None:
    """Spend one download of a link as it was read.

    Raises:
        ConditionFailed: it has changed, or another download was the last but one.
    """
    link = _require_open(link, uuid, now)
    most, count = link.max_downloads, ShareLink.download_count
    limit = ShareLink.max_downloads
    as_read = (
        ShareLink.revoked_at.does_not_exist()
        & (ShareLink.uuid == uuid)
        & (ShareLink.expires_at.does_not_exist() | (ShareLink.expires_at > clock.timestamp(now)))
        & (ShareLink.allow_download == True)  # noqa: E712 (a condition of DynamoDB's)
        & (limit.does_not_exist() if most is None else limit == most)
    )
    if most is None:
        update(link, count.add(1), condition=as_read)
    elif link.download_count < most - 1:
        update(link, count.add(1), condition=as_read & (count < most - 1))
    else:
        subject, told = ("share", str(link.share_id)), {"download_count": most}
        written = record(link.tenant_id, SYSTEM, "share.used_up", subject, now, new=told)
        last = change(link, count.add(1), condition=as_read & (count == most - 1))
        transact(last, put(written))


def _require_open(link: ShareLink | None, uuid: str, now: datetime) -> ShareLink:
    """Return a link from which a download can be taken, as far as it was read."""
    if link is None or link.revoked_at is not None or link.uuid != uuid:
        raise ShareRevoked
    if link.is_over(now):
        raise ShareExpired
    if not link.allow_download:
        raise DownloadNotAllowed
    if link.max_downloads is not None and link.download_count >= link.max_downloads:
        raise DownloadLimitReached
    return link
