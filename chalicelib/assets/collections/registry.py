"""A tenant's collections: made, read, changed, deleted, listed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.collections import access
from chalicelib.assets.collections.access import AccessList
from chalicelib.assets.collections.models import PREFIX, Collection
from chalicelib.assets.metadata import edits
from chalicelib.core import texts
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import NotFound, invalid
from chalicelib.core.pages import Position
from chalicelib.core.resources import Resources, Values

MOST_COLLECTIONS = 1000
MOST_ASSETS = 1000
"""How many assets a collection holds: their ids take 40 kB of an item, and of each record."""

_MOST_ASSETS_A_PAGE = 2000
"""How many assets the collections of one page of a list name together; the first one may exceed
it. Whoever shows them reads each."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Description = Annotated[str, msgspec.Meta(max_length=2000)]
AssetIds = Annotated[list[str], msgspec.Meta(max_length=MOST_ASSETS)]

_collections = Resources(Collection, PREFIX, "collection", "collection")


class NewCollection(msgspec.Struct, kw_only=True):
    """What the API takes as a collection; its assets stand in their order.

    Attributes:
        name: its name.
        description: what it is for.
        asset_ids: the assets, in their order; each has to be one that you see.
        access: for whom it is, besides admins; null for everybody.
    """

    name: Name
    description: Description = ""
    asset_ids: AssetIds = []
    access: AccessList | None = None


class CollectionChange(msgspec.Struct, kw_only=True):
    """What changes of a collection; `asset_ids` replaces all of those that are shown.

    Attributes:
        name: its name.
        description: what it is for.
        asset_ids: the assets that you see in it, in their order, in place of those there are.
        access: for whom it is, besides admins; null for everybody.
    """

    name: Name | msgspec.UnsetType = msgspec.UNSET
    description: Description | msgspec.UnsetType = msgspec.UNSET
    asset_ids: AssetIds | msgspec.UnsetType = msgspec.UNSET
    access: AccessList | msgspec.UnsetType | None = msgspec.UNSET


def get(tenant_id: str, collection_id: str) -> Collection:
    """Read a collection, for whomever it is.

    Raises:
        NotFound: there is none.
    """
    return _collections.get(tenant_id, collection_id)


def visible(actor: Actor, collection_id: str) -> Collection:
    """Read a collection that is there for the actor.

    Raises:
        NotFound: there is none, or it is for others alone.
    """
    found = get(actor.tenant_id, collection_id)
    if not access.may_see(found, actor):
        raise NotFound("There is no such collection.")
    return found


def asset_ids(collection: Collection) -> list[str]:
    """Return the ids of a collection's assets in their order, the trashed and purged included."""
    ids: list[str] = collection.values["asset_ids"]
    return ids


def page(actor: Actor, limit: int, position: Position) -> tuple[list[Collection], Position]:
    """Read one page of the collections that are there for the actor, the newest first.

    A page is short where its collections name thousands of assets. Those for others alone leave
    no gap.

    Returns:
        The collections, and the next position or None.
    """
    results = Collection.query(
        actor.tenant_id,
        Collection.sk.startswith(PREFIX),
        consistent_read=True,
        scan_index_forward=False,
        page_size=limit + 1,
        last_evaluated_key=position,
    )
    found: list[Collection] = []
    named = 0
    for collection in results:
        if not access.may_see(collection, actor):
            continue
        named += len(asset_ids(collection))
        if found and (len(found) == limit or named > _MOST_ASSETS_A_PAGE):
            last = found[-1]
            return found, {"pk": {"S": str(last.pk)}, "sk": {"S": str(last.sk)}}
        found.append(collection)
    return found, None


def create(actor: Actor, wanted: NewCollection, now: datetime) -> Collection:
    """Keep a new collection.

    Raises:
        Invalid: a name is blank, an asset or somebody is named twice, or there are too many
            collections.
        NotFound: the actor does not see one of the assets, or there is no such member.
        AssetTrashed: one of them is in the trash.
    """
    made = _collections.made_before(actor.tenant_id, now)
    if made is not None:
        return made
    texts.require_line("name", wanted.name)
    _require_seen(actor, wanted.asset_ids, now)
    allowed = None if wanted.access is None else access.checked(actor.tenant_id, wanted.access)
    if Collection.count(actor.tenant_id, Collection.sk.startswith(PREFIX)) >= MOST_COLLECTIONS:
        raise invalid("name", f"A tenant has at most {MOST_COLLECTIONS} collections")
    values: Values = {
        "name": wanted.name,
        "description": wanted.description,
        "asset_ids": _placed(actor, wanted.asset_ids, [], now),
    }
    if allowed is not None:
        values["access"] = allowed
    return _collections.create(actor.tenant_id, values, actor.person, now)


def change(
    collection: Collection,
    wanted: CollectionChange,
    actor: Actor,
    now: datetime,
    if_match: str | None = None,
) -> Collection:
    """Change the fields of a collection that are given.

    Assets that the actor is not shown, in the trash or not for them, stay behind the one that they
    followed; what was purged is forgotten.

    Raises:
        Invalid, NotFound: as `create`; or the collection has been deleted.
        PreconditionFailed: `if_match` names another revision.
        AssetTrashed: one that was no part of the collection is in the trash.
        Conflict: too many change it at the same time.
    """
    given: Values = {
        name: value
        for name in wanted.__struct_fields__
        if (value := getattr(wanted, name)) is not msgspec.UNSET
    }
    if "name" in given:
        texts.require_line("name", given["name"])
    ids = given.get("asset_ids")
    if ids is not None:
        _require_seen(actor, ids, now)

    if wanted.access is not msgspec.UNSET and wanted.access is not None:
        given["access"] = access.checked(actor.tenant_id, wanted.access)

    def changed(read: Collection) -> Values:
        placed = {} if ids is None else {"asset_ids": _placed(actor, ids, asset_ids(read), now)}
        values = read.values | given | placed
        return {name: value for name, value in values.items() if value is not None}

    return _collections.replace(collection, changed, actor.person, now, if_match)


def add(collection: Collection, ids: Sequence[str], actor: Actor, now: datetime) -> list[str]:
    """Put assets behind those that a collection holds; those that it has keep their places.

    Args:
        collection: as it was read.
        ids: assets that the actor sees, none of them in the trash.
        actor: who does it.
        now: when.

    Returns:
        Those for which there was no room.

    Raises:
        NotFound: the collection has been deleted.
        Conflict: too many change it at the same time.
    """
    left_over: list[str] = []

    def changed(read: Collection) -> Values:
        before = asset_ids(read)
        new = [one for one in ids if one not in before]
        room = MOST_ASSETS - len(before)
        left_over[:] = new[room:]
        return read.values | {"asset_ids": [*before, *new[:room]]}

    _collections.replace(collection, changed, actor.person, now)
    return left_over


def delete(
    collection: Collection, actor: Actor, now: datetime, if_match: str | None = None
) -> None:
    """Remove a collection; its assets stay. Idempotent.

    Raises:
        PreconditionFailed: `if_match` names another revision.
        Conflict: too many change it at the same time.
    """
    _collections.delete(collection, actor.person, now, if_match)


def count_with(actor: Actor, asset_id: str) -> int:
    """Count the collections that an asset is part of, of those that are there for the actor."""
    named = Collection.values.contains(asset_id)
    found = Collection.query(actor.tenant_id, Collection.sk.startswith(PREFIX), named)
    return sum(asset_id in asset_ids(one) and access.may_see(one, actor) for one in found)


def _require_seen(actor: Actor, ids: Sequence[str], now: datetime) -> None:
    if len(set(ids)) < len(ids):
        raise invalid("asset_ids", "An asset is named more than once")
    found = catalog.find_many(actor.tenant_id, ids)
    for asset_id in ids:
        asset = found.get(asset_id)
        if asset is None or catalog.face_for(asset, actor, now) is None:
            raise NotFound("There is no such asset.")


def _placed(actor: Actor, given: Sequence[str], before: Sequence[str], now: datetime) -> list[str]:
    """Return what a collection holds when the actor has it show the given assets.

    Args:
        actor: who changes it; what they are not shown stays.
        given: the ids to show, in their order.
        before: all ids that it holds so far.
        now: when.
    """
    assets = catalog.find_many(actor.tenant_id, dict.fromkeys([*given, *before]))
    trashed = {one for one, asset in assets.items() if asset.trashed_at is not None}
    if trashed & {*given} - {*before}:
        raise edits.AssetTrashed("An asset is in the trash; restore it first.")
    unseen = {one for one, asset in assets.items() if catalog.face_for(asset, actor, now) is None}
    hidden = [one for one in before if one in (trashed | unseen) - {*given}]
    if len(given) + len(hidden) > MOST_ASSETS:
        most = f"at most {MOST_ASSETS} assets; {len(hidden)} of them are in the trash or not shown"
        raise invalid("asset_ids", f"A collection has {most}")
    return _inserted(given, {*hidden}, before)


def _inserted(given: Sequence[str], hidden: set[str], before: Sequence[str]) -> list[str]:
    """Put each hidden one behind the one that it followed, or else at the beginning."""
    kept = {*given}
    followers: dict[str | None, list[str]] = {}
    ahead: str | None = None
    for one in before:
        if one in kept:
            ahead = one
        elif one in hidden:
            followers.setdefault(ahead, []).append(one)
    placed = followers.get(None, [])
    for one in given:
        placed += [one, *followers.get(one, [])]
    return placed
