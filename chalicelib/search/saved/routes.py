"""Saved searches over HTTP."""

import msgspec

from chalicelib.core import clock, pages
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.outbox import Person
from chalicelib.search.saved import searches, watching
from chalicelib.search.saved.models import SavedSearch
from chalicelib.search.saved.searches import NewSearch, SearchChange, Value
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.ASSETS,
    loaders={"search_id": ("search", searches.get)},
    variables={"search_id": "The saved search's id."},
    tags={"searches": "Searches that members keep under a name."},
)


class SearchShown(msgspec.Struct):
    """A saved search.

    Attributes:
        id: its id.
        name: its name.
        query: the filters, as `GET assets/` takes them.
        shared: all members of the tenant may use it.
        notify: whose it is is told of what it finds anew.
        created_by: whose it is.
        created_at: when it was saved.
    """

    id: str
    name: str
    query: dict[str, Value]
    shared: bool
    notify: bool
    created_by: Person
    created_at: str


@api.get("/searches", may=MEMBERS)
def list_searches(actor: Actor, query: ListQuery) -> Page[SearchShown]:
    """List your saved searches and those that others share, newest first."""

    def read(limit: int, position: int | None) -> tuple[list[SavedSearch], int | None]:
        return pages.cut(searches.every(actor), limit, position)

    return lists.page(f"searches of {actor.id}", actor.tenant_id, query, read, _shown)


@api.post("/searches", may=MEMBERS, status=201)
def save_search(actor: Actor, body: NewSearch) -> SearchShown:
    """Save a search."""
    now = clock.now()
    made = searches.create(actor, body, now)
    if made.notifies:
        watching.begin(made, now)
    return _shown(made)


@api.patch("/searches/{search_id}", may=MEMBERS, guard=searches.require_own)
def change_search(actor: Actor, search: SavedSearch, body: SearchChange) -> SearchShown:
    """Give a saved search another name, share it, or let it notify you, or not."""
    now = clock.now()
    changed = searches.change(actor, search, body, now)
    if changed.notifies:
        watching.begin(changed, now)
    else:
        watching.end(changed)
    return _shown(changed)


@api.delete("/searches/{search_id}", may=MEMBERS, guard=searches.require_own)
def delete_search(actor: Actor, search: SavedSearch) -> None:
    """Delete a saved search."""
    searches.delete(actor, search, clock.now())


def _shown(search: SavedSearch) -> SearchShown:
    values = search.values
    return SearchShown(
        search.id,
        values["name"],
        values["query"],
        values["shared"],
        search.notifies,
        search.created_by,
        search.created_at,
    )
