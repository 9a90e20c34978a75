"""Relationships between assets over HTTP."""

from functools import partial

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.metadata.edits import AssetTrashed
from chalicelib.assets.models import AssetMetadata
from chalicelib.assets.relationships import ties
from chalicelib.assets.relationships.graph import RelationshipCycle
from chalicelib.assets.relationships.models import AssetRelationship
from chalicelib.assets.relationships.shapes import (
    NewRelationship,
    RelationshipQuery,
    RelationshipShown,
)
from chalicelib.core import clock
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.replies import Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import CONTRIBUTORS, MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.ASSETS,
    loaders={"asset_id": ("asset", catalog.visible)},
    inner_loaders={"relationship_id": ("relationship", ties.visible)},
    variables={"asset_id": "The asset's id.", "relationship_id": "The relationship's id."},
)


@api.get("/assets/{asset_id}/relationships", may=MEMBERS)
def list_relationships(
    actor: Actor, asset: AssetMetadata, query: RelationshipQuery
) -> Page[RelationshipShown]:
    """List an asset's relationships in both directions, with assets that you see."""
    read = partial(ties.page, actor, asset, query)
    name = f"relationships of {asset.asset_id} for {actor.id}"
    return lists.page(name, actor.tenant_id, query, read, partial(_shown, asset))


@api.post(
    "/assets/{asset_id}/relationships",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    status=201,
    problems=[NotFound, AssetTrashed, RelationshipCycle, Conflict],
)
def relate_asset(actor: Actor, asset: AssetMetadata, body: NewRelationship) -> RelationshipShown:
    """Relate this asset to another that you see."""
    return _shown(asset, ties.add(actor, asset, body, clock.now()))


@api.delete(
    "/assets/{asset_id}/relationships/{relationship_id}",
    may=CONTRIBUTORS,
    guard=ties.require_edit,
    problems=[Conflict],
)
def remove_relationship(
    actor: Actor, asset: AssetMetadata, relationship: AssetRelationship
) -> None:
    """Remove a relationship, from either of its assets; its source has to be yours to edit."""
    ties.delete(asset.tenant_id, relationship, actor.person, clock.now())


def _shown(asset: AssetMetadata, tie: AssetRelationship) -> RelationshipShown:
    fields = {
        name: getattr(tie, name)
        for name in RelationshipShown.__struct_fields__
        if name != "direction"
    }
    return msgspec.convert(fields | {"direction": ties.direction(asset, tie)}, RelationshipShown)
