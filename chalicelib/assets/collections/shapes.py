"""A collection as answers show it: with the assets that its reader sees, and no trace of others."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.collections import access, registry
from chalicelib.assets.collections.access import Access
from chalicelib.assets.collections.models import Collection
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata
from chalicelib.core.api.identity import Actor
from chalicelib.core.outbox import Person
from chalicelib.tenants import roles


class CollectionShown(msgspec.Struct, kw_only=True):
    """A collection; `asset_ids` are those of its assets that you see, in its order.

    Attributes:
        id: its id.
        name: its name.
        description: what it is for; may be empty.
        asset_ids: those of its assets that you see, in their order.
        access: for whom it is, besides admins; null for everybody; left out where it is for some,
            and you may neither edit it nor are an editor.
        created_by: who made it.
        created_at: when it was made.
    """

    id: str
    name: str
    description: str
    asset_ids: list[str]
    access: list[Access] | msgspec.UnsetType | None = msgspec.UNSET
    created_by: Person
    created_at: str


def shown(collections: Sequence[Collection], actor: Actor, now: datetime) -> list[CollectionShown]:
    """Show collections to a reader, who is shown nothing that is in the trash."""
    named = [asset_id for one in collections for asset_id in registry.asset_ids(one)]
    there = catalog.find_many(actor.tenant_id, dict.fromkeys(named)) if named else {}
    seen = {one for one, asset in there.items() if _face(asset, actor, now) is not None}
    return [_shown(one, seen, actor) for one in collections]


def seen_assets(
    collection: Collection, actor: Actor, now: datetime
) -> list[tuple[AssetMetadata, Face]]:
    """Return the assets of a collection that a reader sees, each with the face for them."""
    there = catalog.find_many(actor.tenant_id, registry.asset_ids(collection))
    faces = [(asset, _face(asset, actor, now)) for asset in there.values()]
    return [(asset, face) for asset, face in faces if face is not None]


def etag(collection: Collection, shown: CollectionShown, actor: Actor) -> str:
    """Return the tag of a collection: its revision, or, for those not shown all of it, a hash."""
    if actor.has(roles.OVERSEERS):
        return collection.etag
    return f'"{hashlib.sha256(msgspec.json.encode(shown)).hexdigest()[:32]}"'


def _face(asset: AssetMetadata, actor: Actor, now: datetime) -> Face | None:
    return None if asset.trashed_at is not None else catalog.face_for(asset, actor, now)


def _shown(collection: Collection, seen: set[str], actor: Actor) -> CollectionShown:
    listed = access.of(collection)
    told = listed is None or actor.has(roles.EDITORS) or access.may_edit(collection, actor)
    return CollectionShown(
        id=collection.id,
        name=collection.values["name"],
        description=collection.values["description"],
        asset_ids=[one for one in registry.asset_ids(collection) if one in seen],
        access=listed if told else msgspec.UNSET,
        created_by=collection.created_by,
        created_at=collection.created_at,
    )
