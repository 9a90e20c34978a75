"""Share links over HTTP, for the members whose they are."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from chalicelib.analytics import reports
from chalicelib.assets import catalog, lifecycle
from chalicelib.assets.collections import registry as collections
from chalicelib.assets.models import AssetMetadata
from chalicelib.assets.versions.publishing import NotApproved
from chalicelib.core import clock
from chalicelib.core.api import lists
from chalicelib.core.api.http import Incoming
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Blob, Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import Conflict, Forbidden, NotFound, invalid
from chalicelib.core.settings import Settings
from chalicelib.sharing import addresses, links, qr_codes, shapes, terms
from chalicelib.sharing.invitations import receipts, requests
from chalicelib.sharing.invitations.receipts import Receipt
from chalicelib.sharing.links import ShareRevoked
from chalicelib.sharing.models import Shared, ShareLink
from chalicelib.sharing.shapes import ShareMade, ShareShown
from chalicelib.sharing.terms import TermsWanted
from chalicelib.tenants import accounts, roles, scopes
from chalicelib.tenants.roles import CONTRIBUTORS, MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.SHARES,
    loaders={"uuid": ("link", links.owned), "asset_id": ("asset", catalog.visible)},
    variables={"uuid": "The share link's uuid.", "asset_id": "The asset's id."},
    tags={"shares": "Links that open assets and collections to people outside."},
)


class ShareWanted(TermsWanted, kw_only=True):
    """A share link to be made; either an asset or a collection is named.

    Attributes:
        asset_id: the asset to share.
        collection_id: the collection to share.
    """

    asset_id: str | None = None
    collection_id: str | None = None


class ShareQuery(ListQuery, kw_only=True):
    """Which share links; both filters combine.

    Attributes:
        asset_id: those of one asset.
        active: those that can be opened, or those that cannot.
    """

    asset_id: str | None = None
    active: bool | None = None


class QrQuery(msgspec.Struct):
    """Which QR code.

    Attributes:
        share: the uuid of a share link of the asset; its newest live one unless said otherwise.
        format: `png` or `svg`; what `Accept` asks for unless said otherwise.
    """

    share: str | None = None
    format: Literal["png", "svg"] | None = None


class NoShare(NotFound):
    """No share link of this asset can be opened; make one first."""

    code, title = "no_share", "Not shared"


@api.post("/shares", may=CONTRIBUTORS, status=201, problems=[NotFound, NotApproved])
def create_share(actor: Actor, body: ShareWanted) -> ShareMade:
    """Share an asset or a collection by a link."""
    if (body.asset_id is None) == (body.collection_id is None):
        raise invalid("asset_id", "Name either an asset or a collection")
    allowed, now = accounts.settings_of(actor.tenant_id), clock.now()
    wanted = terms.fresh(body, allowed, now)
    if body.asset_id is not None:
        return _share_asset(
            actor, catalog.visible(actor, body.asset_id), body, wanted, allowed, now
        )
    if body.version not in (None, msgspec.UNSET):
        raise invalid("version", "A collection has no versions")
    collection = collections.visible(actor, str(body.collection_id))
    _require_role(actor, allowed)
    shared = Shared(collection_id=collection.id)
    link = links.create(actor.tenant_id, shared, wanted, actor.person, now)
    _invite(link, now)
    return shapes.made(link, collection.values["name"], 0, allowed, now)


@api.post(
    "/assets/{asset_id}/share", may=CONTRIBUTORS, status=201, problems=[NotFound, NotApproved]
)
def share_asset(actor: Actor, asset: AssetMetadata, body: TermsWanted) -> ShareMade:
    """Share this asset by a link."""
    allowed, now = accounts.settings_of(actor.tenant_id), clock.now()
    return _share_asset(actor, asset, body, terms.fresh(body, allowed, now), allowed, now)


@api.get("/shares", may=MEMBERS)
def list_shares(actor: Actor, query: ShareQuery) -> Page[ShareShown]:
    """List your share links, newest first; admins see all of the tenant's."""
    now = clock.now()

    views: dict[str, int] = {}

    def read(limit: int, position: Any) -> tuple[list[ShareLink], Any]:
        found, following = links.page(actor, query.asset_id, limit, position)
        kept = [link for link in found if query.active in (None, link.is_active(now))]
        views.update(reports.view_counts(actor.tenant_id, [link.share_id for link in kept]))
        return kept, following

    def show(link: ShareLink) -> ShareShown:
        return shapes.shown(link, views[link.share_id], now)

    return lists.page(f"shares of {actor.id}", actor.tenant_id, query, read, show)


@api.patch(
    "/shares/{uuid}",
    may=MEMBERS,
    problems=[NotFound, NotApproved, ShareRevoked, Conflict],
)
def change_share(actor: Actor, link: ShareLink, body: TermsWanted) -> ShareShown:
    """Change a share link; a new password or type ends what was unlocked before."""
    allowed, now = accounts.settings_of(actor.tenant_id), clock.now()
    _require_role(actor, allowed)
    wanted, shared = terms.changed(link, body, allowed, now), link.shared
    if body.version is not msgspec.UNSET:
        if shared.asset_id is None:
            raise invalid("version", "A collection has no versions")
        asset = catalog.visible(actor, shared.asset_id)
        shared = _shared(actor, asset, body.version, now)
    link = links.alter(link, wanted, shared, actor.person, now)
    _invite(link, now)
    return _shown_alone(link, now)


@api.delete("/shares/{uuid}", may=MEMBERS)
def revoke_share(actor: Actor, link: ShareLink) -> None:
    """Revoke a share link: it opens nothing any more."""
    links.revoke(link, actor.person, clock.now())


@api.post("/shares/{uuid}/regenerate", may=MEMBERS, problems=[ShareRevoked, Conflict])
def regenerate_share(actor: Actor, link: ShareLink) -> ShareMade:
    """Give a share link new addresses; the old ones open nothing any more."""
    allowed, now = accounts.settings_of(actor.tenant_id), clock.now()
    _require_role(actor, allowed)
    link = links.regenerate(link, actor.person, now)
    views = reports.view_counts(link.tenant_id, [link.share_id])[link.share_id]
    return shapes.made(link, _title(actor, link), views, allowed, now)


@api.get("/shares/{uuid}/receipts", may=MEMBERS)
def show_receipts(actor: Actor, link: ShareLink) -> Page[Receipt]:
    """List who of those whom a private link was sent to has opened it, and when."""
    recorded = accounts.settings_of(actor.tenant_id).record_visitors
    return Page(receipts.of(link, visitors_are_recorded=recorded))


@api.post("/shares/{uuid}/remind", may=MEMBERS, status=202, problems=[ShareRevoked])
def remind(actor: Actor, link: ShareLink) -> None:
    """Remind those who have not opened a private link, once a day at most."""
    if link.revoked_at is not None:
        raise ShareRevoked
    receipts.remind(link, actor.person, clock.now())


@api.get("/assets/{asset_id}/qr_code", may=MEMBERS, problems=[NoShare])
def show_qr_code(
    actor: Actor, asset: AssetMetadata, query: QrQuery, incoming: Incoming
) -> Blob[Literal["image/png", "image/svg+xml"]]:
    """Draw the QR code of the asset's newest live share link, or of a named one."""
    now = clock.now()
    mine = (actor.id, True) if actor.has(roles.ADMINS) else (actor.id, False)
    live = [
        link
        for link in links.of_shared(actor.tenant_id, asset.asset_id)
        if link.is_active(now)
        and query.share in (None, link.uuid)
        and (mine[1] or link.created_by.id == mine[0])
    ]
    if not live:
        raise NoShare
    url = addresses.page(live[0].uuid)
    vector = incoming.accepts("image/svg+xml") and not incoming.accepts("image/png")
    if query.format == "svg" or (query.format is None and vector):
        return Blob(qr_codes.svg(url), "image/svg+xml", _AS_FILE)
    return Blob(qr_codes.png(url, accounts.settings_of(actor.tenant_id).qr_code_size), "image/png")


_AS_FILE = {
    "Content-Security-Policy": "sandbox",
    "Content-Disposition": 'inline; filename="qr.svg"',
}


def _share_asset(
    actor: Actor,
    asset: AssetMetadata,
    body: TermsWanted,
    wanted: terms.Terms,
    allowed: Settings,
    now: datetime,
) -> ShareMade:
    _require_role(actor, allowed)
    number = None if body.version is msgspec.UNSET else body.version
    shared = _shared(actor, asset, number, now)
    link = links.create(actor.tenant_id, shared, wanted, actor.person, now)
    _invite(link, now)
    return shapes.made(link, asset.title, 0, allowed, now)


def _require_role(actor: Actor, allowed: Settings) -> None:
    if not actor.has(frozenset(allowed.share_roles)):
        raise Forbidden("Your role may not share here; ask one of the tenant's admins.")


def _shared(actor: Actor, asset: AssetMetadata, number: int | None, now: datetime) -> Shared:
    """Say what a link to an asset opens.

    Raises:
        NotFound: there is no such version, or not for the actor.
        NotApproved: nothing is published, or the version is not approved.
    """
    if number is None:
        if asset.published is None or not lifecycle.may_be_shown(asset, now):
            raise NotApproved("Nothing of this asset is published.")
        return Shared(asset_id=asset.asset_id)
    seen = catalog.sees_version(asset, actor, number)
    version = catalog.version(actor.tenant_id, asset.asset_id, number) if seen else None
    if version is None:
        raise NotFound("There is no such version.")
    if not links.is_pinnable(asset, version) or not lifecycle.may_be_shown(asset, now):
        raise NotApproved("Only an approved version can be shared.")
    return Shared(asset_id=asset.asset_id, version=number)


def _invite(link: ShareLink, now: datetime) -> None:
    """Have the addresses mailed that a private link lists, and that have not got it yet."""
    if link.emails:
        requests.send(link, "invite", clock.timestamp(now))


def _title(actor: Actor, link: ShareLink) -> str:
    """Return the title of what a link shares; nothing where its owner sees it no more."""
    try:
        if link.shared.asset_id is not None:
            return str(catalog.visible(actor, link.shared.asset_id).title)
        return str(collections.visible(actor, link.shared.id).values["name"])
    except NotFound:
        return ""


def _shown_alone(link: ShareLink, now: datetime) -> ShareShown:
    views = reports.view_counts(link.tenant_id, [link.share_id])
    return shapes.shown(link, views[link.share_id], now)
