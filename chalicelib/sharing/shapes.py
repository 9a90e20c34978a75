"""Share links as answers show them to their owners."""

from datetime import datetime
from typing import cast

import msgspec

from chalicelib.core.outbox import Person
from chalicelib.core.settings import Settings
from chalicelib.sharing import addresses, qr_codes
from chalicelib.sharing.models import ShareLink, ShareType


class ShareShown(msgspec.Struct, kw_only=True):
    """A share link as its owner sees it.

    Attributes:
        uuid: the secret of its address; a regenerated link has a new one.
        url: the page that it opens.
        short_url: a short address of the same page, for print and QR codes.
        share_type: `public`, `protected` by a password, or `private`.
        asset_id: the asset that it shares; null for a collection.
        collection_id: the collection that it shares; null for an asset.
        version: the version that it is pinned to; null shares whatever is published.
        title: shown instead of the asset's, or null.
        description: shown instead of the asset's, or null.
        allow_download: whether visitors may download.
        allow_preview: whether visitors see the media before they download.
        allow_comments: whether visitors may comment.
        emails: who may open a private link besides members.
        expires_at: when it ends; null for never.
        max_downloads: how many downloads there are in all; null for no limit.
        download_count: how many are spent, at this very moment.
        view_count: how often it was opened, a few seconds ago.
        is_active: whether it was neither revoked nor is over.
        created_by: whose link it is.
        created_at: since when.
    """

    uuid: str
    url: str
    short_url: str
    share_type: ShareType
    asset_id: str | None
    collection_id: str | None
    version: int | None
    title: str | None
    description: str | None
    allow_download: bool
    allow_preview: bool
    allow_comments: bool
    emails: list[str]
    expires_at: str | None
    max_downloads: int | None
    download_count: int
    view_count: int
    is_active: bool
    created_by: Person
    created_at: str


class ShareMade(msgspec.Struct, kw_only=True):
    """A new share link, and what it is passed on with.

    Attributes:
        share_link: the link.
        qr_code: a picture of its address, as a `data:` URL of a PNG.
        social_links: where it is passed on, by the network's name; empty where that is off.
        embed_code: the HTML that shows it in another page.
        short_url: a short address of its page.
    """

    share_link: ShareShown
    qr_code: str
    social_links: dict[str, str]
    embed_code: str
    short_url: str


def shown(link: ShareLink, views: int, now: datetime) -> ShareShown:
    """Show a link.

    Args:
        link: as it was read.
        views: how often it was opened.
        now: when.
    """
    return ShareShown(
        uuid=link.uuid,
        url=addresses.page(link.uuid),
        short_url=addresses.short(link.code),
        share_type=cast(ShareType, link.share_type),
        asset_id=link.shared.asset_id,
        collection_id=link.shared.collection_id,
        version=link.shared.version,
        title=link.title,
        description=link.description,
        allow_download=link.allow_download,
        allow_preview=link.allow_preview,
        allow_comments=link.allow_comments,
        emails=link.emails,
        expires_at=link.expires_at,
        max_downloads=link.max_downloads,
        download_count=link.download_count,
        view_count=views,
        is_active=link.is_active(now),
        created_by=link.created_by,
        created_at=link.created_at,
    )


def made(
    link: ShareLink, shared_title: str, views: int, allowed: Settings, now: datetime
) -> ShareMade:
    """Show a link with what it is passed on with.

    Args:
        link: the link.
        shared_title: the title of what it shares.
        views: how often it was opened.
        allowed: the tenant's settings.
        now: when.
    """
    locked = link.share_type != "public"
    title = link.title or ("" if locked else shared_title) or "Shared with you"
    return ShareMade(
        share_link=shown(link, views, now),
        qr_code=qr_codes.data_url(addresses.page(link.uuid), allowed.qr_code_size),
        social_links=addresses.social(link, title) if allowed.enable_social_sharing else {},
        embed_code=addresses.embed_code(link.uuid, title),
        short_url=addresses.short(link.code),
    )
