"""Collections over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from chalicelib.assets.collections import access, registry, shapes
from chalicelib.assets.collections.models import Collection
from chalicelib.assets.collections.registry import AssetIds, CollectionChange, NewCollection
from chalicelib.assets.collections.shapes import CollectionShown
from chalicelib.assets.metadata.edits import AssetTrashed
from chalicelib.core import clock
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Page, Tagged
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import NotFound, PreconditionFailed
from chalicelib.core.pages import Position
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import EDITORS, MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.ASSETS,
    loaders={"collection_id": ("collection", registry.visible)},
    variables={"collection_id": "The collection's id."},
    tags={"collections": "Ordered lists of assets, to find, download and share as one."},
)


class Contents(msgspec.Struct):
    """The assets of a collection, in their order.

    Attributes:
        asset_ids: the assets that you see in it, in their order, in place of those there are.
    """

    asset_ids: AssetIds


@api.get("/collections", may=MEMBERS)
def list_collections(actor: Actor, query: ListQuery) -> Page[CollectionShown]:
    """List the collections, newest first; a page is short where they hold thousands of assets."""

    def read(limit: int, position: Position) -> tuple[list[CollectionShown], Position]:
        found, following = registry.page(actor, limit, position)
        return shapes.shown(found, actor, clock.now()), following

    return lists.page(f"collections for {actor.id}", actor.tenant_id, query, read, lambda one: one)


@api.post("/collections", may=EDITORS, status=201, problems=[NotFound, AssetTrashed])
def create_collection(actor: Actor, body: NewCollection) -> Tagged[CollectionShown]:
    """Make a collection."""
    return _tagged(registry.create(actor, body, clock.now()), actor)


@api.get("/collections/{collection_id}", may=MEMBERS)
def show_collection(actor: Actor, collection: Collection) -> Tagged[CollectionShown]:
    """Show a collection, with the assets that you see."""
    return _tagged(collection, actor)


@api.patch(
    "/collections/{collection_id}",
    may=MEMBERS,
    guard=access.require_edit,
    problems=[AssetTrashed, PreconditionFailed],
)
def change_collection(
    actor: Actor, collection: Collection, body: CollectionChange, if_match: str | None
) -> Tagged[CollectionShown]:
    """Change the fields of a collection that are given; for whom it is, editors alone say."""
    if body.access is not msgspec.UNSET:
        access.require_manage(actor, collection)
    return _changed(actor, collection, body, if_match)


@api.put(
    "/collections/{collection_id}/assets",
    may=MEMBERS,
    guard=access.require_edit,
    problems=[AssetTrashed, PreconditionFailed],
)
def replace_contents(
    actor: Actor, collection: Collection, body: Contents, if_match: str | None
) -> Tagged[CollectionShown]:
    """Replace the assets of a collection; those in the trash, or not for you, keep their places."""
    return _changed(actor, collection, CollectionChange(asset_ids=body.asset_ids), if_match)


@api.delete(
    "/collections/{collection_id}",
    may=EDITORS,
    guard=access.require_manage,
    problems=[PreconditionFailed],
)
def delete_collection(actor: Actor, collection: Collection, if_match: str | None) -> None:
    """Remove a collection; its assets stay."""
    with _showing_current(actor, collection):
        registry.delete(collection, actor, clock.now(), _own_tag(actor, collection, if_match))


def _changed(
    actor: Actor, collection: Collection, wanted: CollectionChange, if_match: str | None
) -> Tagged[CollectionShown]:
    if_match = _own_tag(actor, collection, if_match)
    with _showing_current(actor, collection):
        return _tagged(registry.change(collection, wanted, actor, clock.now(), if_match), actor)


def _own_tag(actor: Actor, collection: Collection, if_match: str | None) -> str | None:
    """Return the collection's own tag where the actor names what they are shown of it."""
    shown_tag = None if if_match is None else _tagged(collection, actor).headers["ETag"]
    return collection.etag if if_match is not None and if_match == shown_tag else if_match


def _tagged(collection: Collection, actor: Actor) -> Tagged[CollectionShown]:
    (shown,) = shapes.shown([collection], actor, clock.now())
    return Tagged(shown, shapes.etag(collection, shown, actor))


@contextmanager
def _showing_current(actor: Actor, collection: Collection) -> Iterator[None]:
    """Let a failed precondition show the collection as it is now."""
    try:
        yield
    except PreconditionFailed as failure:
        fresh = registry.visible(actor, collection.id)
        failure.extra = {"current": msgspec.to_builtins(_tagged(fresh, actor).body)}
        raise
