"""Shares over HTTP, for programs of visitors."""

from datetime import datetime
from functools import partial
from typing import Annotated

import msgspec

from chalicelib.analytics.openings import VISITOR
from chalicelib.analytics.visits import Source
from chalicelib.assets.downloads import NotReady, Quarantined
from chalicelib.core import clock
from chalicelib.core.api import lists
from chalicelib.core.api.audience import Audience
from chalicelib.core.api.http import Incoming
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import NotFound
from chalicelib.sharing.invitations.codes import WrongCode
from chalicelib.sharing.links import ShareRevoked
from chalicelib.sharing.visiting import (
    comments,
    opening,
    previews,
    taking,
    telling,
    unlocking,
    visitors,
)
from chalicelib.sharing.visiting.attempts import TooManyAttempts
from chalicelib.sharing.visiting.comments import (
    CommentShown,
    CommentsNotAllowed,
    CommentWanted,
)
from chalicelib.sharing.visiting.opening import (
    AssetUnavailable,
    Item,
    Opened,
    PasswordRequired,
    ShareExpired,
    SignInRequired,
)
from chalicelib.sharing.visiting.taking import DownloadLimitReached, DownloadNotAllowed, Taken
from chalicelib.sharing.visiting.unlocking import Unlocked, WrongPassword

api = Routes[Actor | None](
    __name__,
    audience=Audience.ANYONE | Audience.MEMBERS,
    variables={"uuid": "The share link's uuid, from its address."},
)

LEADS_NOWHERE = [NotFound, ShareRevoked, ShareExpired, AssetUnavailable]
LOCKED = [PasswordRequired, SignInRequired]


class SharedAsset(msgspec.Struct, kw_only=True):
    """One asset of a shared collection.

    Attributes:
        asset_id: name it to download it.
        title: the asset's title.
        kind: `image`, `video`, `audio`, `document` or `other`.
        content_type: the media type of the download.
        size_bytes: the size of the download.
        preview_url: a signed URL that lives for minutes, or null.
    """

    asset_id: str
    title: str
    kind: str
    content_type: str
    size_bytes: int
    preview_url: str | None


class ShareOpened(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a visitor may see of a share.

    Attributes:
        title: the link's own title, or that of what it shares.
        description: the same of the description.
        kind: `image`, `video`, `audio`, `document`, `other`, or `collection`.
        content_type: the media type of the download; null for a collection.
        size_bytes: the size of the download, of all assets together.
        preview_url: a signed URL that lives for minutes; null where the link allows no preview, or
            there is none.
        pages: signed URLs of a document's pages, in their order.
        allow_download: whether `download/` gives the bytes.
        allow_preview: whether previews are shown.
        allow_comments: whether `comments/` takes comments.
        expires_at: when the link ends; null for never.
        downloads_left: how many are left; null for no limit.
        assets: of a collection, in its order.
    """

    title: str
    description: str
    kind: str
    content_type: str | None
    size_bytes: int
    preview_url: str | None
    pages: list[str]
    allow_download: bool
    allow_preview: bool
    allow_comments: bool
    expires_at: str | None
    downloads_left: int | None
    assets: list[SharedAsset] | msgspec.UnsetType = msgspec.UNSET


class Unlocking(msgspec.Struct, kw_only=True):
    """What unlocks a share: the password of a protected one, or address and code of a private one.

    Attributes:
        password: the link's password.
        email: the address that the code was mailed to.
        code: the code of the mail.
    """

    password: str | None = None
    email: str | None = None
    code: str | None = None


class CodeWanted(msgspec.Struct):
    """Where a code is to be mailed.

    Attributes:
        email: an address that the link lists, or a member's.
    """

    email: Annotated[str, msgspec.Meta(max_length=1000)]


class Download(msgspec.Struct):
    """What to download.

    Attributes:
        asset_id: one of a collection's assets; not needed where there is but one.
    """

    asset_id: str | None = None


@api.get("/shares/{uuid}", problems=LEADS_NOWHERE + LOCKED)
def show_share(actor: Actor | None, uuid: str, incoming: Incoming) -> ShareOpened:
    """Show what a share link opens, as far as its visitor may see it."""
    now, opened = clock.now(), _let_in(actor, uuid, incoming)
    telling.viewed(opened, visitors.of(incoming), Source.API, now)
    return shown(opened, now)


@api.post(
    "/shares/{uuid}/unlock",
    problems=[*LEADS_NOWHERE, WrongPassword, WrongCode, TooManyAttempts],
)
def unlock_share(uuid: str, body: Unlocking, incoming: Incoming) -> Unlocked:
    """Unlock a share link by its password, or by a mailed code."""
    now = clock.now()
    opened = opening.look_up(uuid, now)
    address = visitors.of(incoming).address
    if body.email is not None or body.code is not None:
        return unlocking.by_code(opened.link, body.email or "", body.code or "", address, now)
    return unlocking.by_password(opened.link, body.password or "", address, now)


@api.post("/shares/{uuid}/code", status=202, problems=LEADS_NOWHERE)
def send_code(uuid: str, body: CodeWanted, incoming: Incoming) -> None:
    """Mail a one-time code to an address that a private link is for; the answer tells nothing."""
    now = clock.now()
    opened = opening.look_up(uuid, now)
    unlocking.ask_for_code(opened.link, body.email, visitors.of(incoming).address, now)


@api.post(
    "/shares/{uuid}/download",
    problems=[
        *LEADS_NOWHERE,
        *LOCKED,
        DownloadNotAllowed,
        DownloadLimitReached,
        NotReady,
        Quarantined,
    ],
)
def download_share(actor: Actor | None, uuid: str, body: Download, incoming: Incoming) -> Taken:
    """Issue the signed URL of a download; it spends one where their number is limited."""
    now = clock.now()
    opened = _let_in(actor, uuid, incoming)
    person = VISITOR if actor is None else actor.person
    item = opened.item(body.asset_id)
    taken = taking.take(opened, item, person, now)
    telling.downloaded(opened, [item], visitors.of(incoming), Source.API, now)
    return taken


@api.get("/shares/{uuid}/comments", problems=[*LEADS_NOWHERE, *LOCKED, CommentsNotAllowed])
def list_comments(
    actor: Actor | None, uuid: str, query: ListQuery, incoming: Incoming
) -> Page[CommentShown]:
    """List what visitors have said of a share, oldest first."""
    link = _let_in(actor, uuid, incoming).link
    comments.require_allowed(link)
    read = partial(comments.page, link)
    return lists.page(f"comments of {link.share_id}", link.tenant_id, query, read, comments.shown)


@api.post(
    "/shares/{uuid}/comments",
    status=201,
    problems=[*LEADS_NOWHERE, *LOCKED, CommentsNotAllowed, TooManyAttempts],
)
def add_comment(
    actor: Actor | None, uuid: str, body: CommentWanted, incoming: Incoming
) -> CommentShown:
    """Say something of a share, where its link takes comments."""
    link = _let_in(actor, uuid, incoming).link
    return comments.add(link, body, visitors.of(incoming).address, clock.now())


def _let_in(actor: Actor | None, uuid: str, incoming: Incoming) -> Opened:
    now = clock.now()
    token = incoming.headers.get("x-share-token")
    return opening.open_as(opening.look_up(uuid, now), actor, token, now)


def shown(opened: Opened, now: datetime) -> ShareOpened:
    """Show a share to a visitor who was let in."""
    link, items = opened.link, opened.items
    of_one = items[0] if link.shared.collection_id is None else None
    left = None
    if link.max_downloads is not None:
        left = max(0, link.max_downloads - link.download_count)
    previewed = of_one if link.allow_preview else None
    return ShareOpened(
        title=opened.title,
        description=opened.description,
        kind=of_one.face.kind if of_one else "collection",
        content_type=of_one.face.content_type if of_one else None,
        size_bytes=sum(item.face.size_bytes for item in items),
        preview_url=previews.url(previewed, now) if previewed else None,
        pages=previews.pages(previewed, now) if previewed else [],
        allow_download=link.allow_download,
        allow_preview=link.allow_preview,
        allow_comments=link.allow_comments,
        expires_at=link.expires_at,
        downloads_left=left,
        assets=msgspec.UNSET if of_one else [_asset(item, opened, now) for item in items],
    )


def _asset(item: Item, opened: Opened, now: datetime) -> SharedAsset:
    return SharedAsset(
        asset_id=item.asset.asset_id,
        title=item.asset.title,
        kind=item.face.kind,
        content_type=item.face.content_type,
        size_bytes=item.face.size_bytes,
        preview_url=previews.url(item, now) if opened.link.allow_preview else None,
    )
