"""A tenant's saved searches: each member's own, and those that others share."""

from datetime import datetime
from typing import Annotated

import msgspec

from chalicelib.assets.metadata import categories
from chalicelib.core import texts
from chalicelib.core.api import validation
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Forbidden, Invalid, NotFound, invalid
from chalicelib.core.outbox import Person
from chalicelib.core.resources import Resources, Values
from chalicelib.core.tables import find
from chalicelib.search.query import AssetQuery, asked
from chalicelib.search.saved import waking
from chalicelib.search.saved.models import PREFIX, SavedSearch
from chalicelib.tenants.roles import ADMINS

_MOST = 1000

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Value = str | int | bool | list[str]

_searches = Resources(SavedSearch, PREFIX, "saved_search", "saved search")


class NewSearch(msgspec.Struct, kw_only=True):
    """A search to keep.

    Attributes:
        name: its name.
        query: the filters, as `GET assets/` takes them, by name; `tag` may be a list.
        shared: let all members of the tenant use it.
        notify: tell you of what it finds anew.
    """

    name: Name
    query: Annotated[dict[str, Value], msgspec.Meta(max_length=50)]
    shared: bool = False
    notify: bool = False


class SearchChange(msgspec.Struct):
    """What to change of a saved search.

    Attributes:
        name: its name.
        shared: let all members of the tenant use it.
        notify: tell its owner of what it finds anew.
    """

    name: Name | msgspec.UnsetType = msgspec.UNSET
    shared: bool | msgspec.UnsetType = msgspec.UNSET
    notify: bool | msgspec.UnsetType = msgspec.UNSET


def create(actor: Actor, wanted: NewSearch, now: datetime) -> SavedSearch:
    """Keep a search.

    Raises:
        Invalid: it is no query of assets, or there are too many.
    """
    texts.require_line("name", wanted.name)
    _read(wanted.query)
    made = _searches.made_before(actor.tenant_id, now)
    if made is not None:
        return made
    if len(_searches.every(actor.tenant_id)) >= _MOST:
        raise invalid("name", f"A tenant has at most {_MOST} saved searches")
    values: Values = msgspec.to_builtins(wanted)
    if wanted.notify:
        waking.begin(actor.tenant_id, now)
    return _searches.create(actor.tenant_id, values, actor.person, now)


def change(actor: Actor, search: SavedSearch, wanted: SearchChange, now: datetime) -> SavedSearch:
    """Give a search another name, or share it, or let it notify, or not."""
    if wanted.name is not msgspec.UNSET:
        texts.require_line("name", wanted.name)
    if wanted.notify is True:
        waking.begin(actor.tenant_id, now)
    changed = msgspec.to_builtins(wanted)
    return _searches.replace(search, lambda read: read.values | changed, actor.person, now)


def every(actor: Actor) -> list[SavedSearch]:
    """List a member's own searches and those that are shared, newest first."""
    return [one for one in _searches.every(actor.tenant_id) if _sees(actor, one)]


def notifying(tenant_id: str) -> list[SavedSearch]:
    """List a tenant's searches whose owners are told of what they find anew."""
    return [one for one in _searches.every(tenant_id) if one.notifies]


def lookup(tenant_id: str, search_id: str) -> SavedSearch | None:
    """Read a search, whoever may see it; None where there is none."""
    return find(SavedSearch, tenant_id, f"{PREFIX}{search_id}")


def query_of(search: SavedSearch) -> AssetQuery:
    """Return a search as `GET assets/` takes it."""
    return _read(search.values["query"])


def get(actor: Actor, search_id: str) -> SavedSearch:
    """Read a search.

    Raises:
        NotFound: there is none that the member sees.
    """
    found = _searches.get(actor.tenant_id, search_id)
    if not _sees(actor, found):
        raise NotFound("There is no such saved search.")
    return found


def require_own(actor: Actor, search: SavedSearch) -> None:
    """Let those delete a search whose it is, and admins.

    Raises:
        Forbidden: it is somebody else's.
    """
    if search.created_by.id != actor.id and not actor.has(ADMINS):
        raise Forbidden("This search is somebody else's.")


def delete(actor: Actor, search: SavedSearch, now: datetime) -> None:
    """Remove a search. Idempotent."""
    _searches.delete(search, actor.person, now)


def move_category(tenant_id: str, old: str, new: str, actor: Person, now: datetime) -> None:
    """Let searches for a category, or for what lies below it, go with it."""

    def with_new_path(search: SavedSearch) -> Values:
        query = search.values["query"]
        path = categories.moved(query["category"], old, new)
        return search.values | {"query": query | {"category": path}}

    for search in _searches.every(tenant_id):
        if categories.lies_in(search.values["query"].get("category"), old):
            _searches.replace(search, with_new_path, actor, now)


def _sees(actor: Actor, search: SavedSearch) -> bool:
    own = search.created_by.id == actor.id
    return own or bool(search.values["shared"]) or actor.has(ADMINS)


def _read(query: dict[str, Value]) -> AssetQuery:
    """Read a query as `GET assets/` does.

    Raises:
        Invalid: it is not, by the names of its filters.
    """
    given = {
        name: value if isinstance(value, list) else [_text(value)] for name, value in query.items()
    }
    for name, values in given.items():
        if not values:
            raise invalid(f"query.{name}", "Has no value; leave it out")
    for name in ("cursor", "limit"):
        if name in given:
            raise invalid(f"query.{name}", "Not part of a search")
    try:
        read = validation.query(given, AssetQuery)
        asked(read)
    except Invalid as error:
        error.errors = [one | {"field": f"query.{one['field']}"} for one in error.errors or ()]
        raise
    return read


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
