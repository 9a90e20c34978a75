"""Downloads of shares: each spends one of the link's, by one conditional write."""

from datetime import datetime

import msgspec

from chalicelib.assets import downloads
from chalicelib.core import clock
from chalicelib.core.errors import Forbidden, Gone
from chalicelib.core.outbox import Person, record
from chalicelib.core.tables import ConditionFailed, find, update
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
    """Spend one download of a link.

    Raises:
        DownloadNotAllowed: the link forbids it.
        DownloadLimitReached: the last download is taken.
        ShareRevoked, ShareExpired: it ended meanwhile.
    """
    limit, count = ShareLink.max_downloads, ShareLink.download_count
    open_still = (
        ShareLink.revoked_at.does_not_exist()
        & (ShareLink.uuid == link.uuid)
        & (ShareLink.expires_at.does_not_exist() | (ShareLink.expires_at > clock.timestamp(now)))
        & (limit.does_not_exist() | (count < limit))
        & (ShareLink.allow_download == True)  # noqa: E712 (a condition of DynamoDB's)
    )
    try:
        update(link, count.add(1), condition=open_still)
    except ConditionFailed:
        raise _refusal(link, now) from None


def _refusal(link: ShareLink, now: datetime) -> Exception:
    """Say why a link gives nothing."""
    read = find(ShareLink, link.pk, link.sk)
    if read is None or read.revoked_at is not None or read.uuid != link.uuid:
        return ShareRevoked()
    if read.is_over(now):
        return ShareExpired()
    return DownloadLimitReached() if read.allow_download else DownloadNotAllowed()
