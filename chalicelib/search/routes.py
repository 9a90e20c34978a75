"""Finding assets over HTTP."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.shapes import AssetShown, shown
from chalicelib.core import clock
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.replies import Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import NotFound, invalid
from chalicelib.core.pages import Position
from chalicelib.search.facets import Facets
from chalicelib.search.listing import Listing, Shown
from chalicelib.search.query import AssetQuery
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.ASSETS,
)


class AssetPage(Page[AssetShown], kw_only=True):
    """One page of assets.

    Attributes:
        matched: with `q`: `exact`, or `similar` where nothing at all that you see fits it by
            itself, and a typing error was forgiven.
        facets: with `facets=true`: how many assets of the whole result have what.
    """

    matched: Literal["exact", "similar"] | msgspec.UnsetType = msgspec.UNSET
    facets: Facets | msgspec.UnsetType = msgspec.UNSET


@api.get("/assets", may=MEMBERS, problems=[NotFound])
def list_assets(actor: Actor, query: AssetQuery) -> AssetPage:
    """List the assets that you see and that have all that you ask for."""
    if query.sort == "relevance" and query.q is None:
        raise invalid("sort", "relevance needs q")
    now = clock.now()
    listing = Listing(actor, query, now)

    def show(found: Shown) -> AssetShown:
        return shown(*found, now, actor)

    # Whoever holds the cursor sees the list with their own eyes, so a member is part of it.
    name = f"assets of {actor.id}"
    if listing.is_plain:
        found = lists.page(name, actor.tenant_id, query, _from_table(actor, query, now), show)
    else:
        found = lists.page(name, actor.tenant_id, query, listing.page, show)
    page = AssetPage(found.items, found.next_cursor)
    if query.q is not None:
        page.matched = "exact" if listing.is_plain else listing.matched
    if query.facets:
        page.facets = listing.facets()
    return page


def _from_table(
    actor: Actor, query: AssetQuery, now: datetime
) -> Callable[[int, Position], tuple[list[Shown], Position]]:
    """Return what reads a page of all assets, or of the trash, in the order of creation."""

    def read(limit: int, position: Position) -> tuple[list[Shown], Position]:
        newest_first = query.order == "desc"
        return catalog.page(
            actor, limit, position, now, trashed=query.trashed, newest_first=newest_first
        )

    return read
