"""What the routes of relationships take and answer."""

from typing import Annotated, Literal

import msgspec

from chalicelib.assets.relationships.models import RelationshipKind
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.outbox import Person

Direction = Literal["outgoing", "incoming"]


class NewRelationship(msgspec.Struct, kw_only=True):
    """How this asset relates to another.

    Attributes:
        target_id: the other asset, which you see.
        kind: what the target is to this asset; what it depends on or is part of must not lead back
            to it, at any depth.
        note: more about it.
    """

    target_id: str
    kind: RelationshipKind
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class RelationshipShown(msgspec.Struct, kw_only=True):
    """A relationship, seen from one of its assets.

    Attributes:
        id: its id, the same at both ends.
        direction: `outgoing` where the asset is the source, `incoming` where it is the target.
        kind: what the target is to the source; `related` holds both ways.
        source_id: the asset that has the relationship.
        target_id: the asset that it leads to.
        note: more about it; may be empty.
        created_by: who made it.
        created_at: when it was made.
    """

    id: str
    direction: Direction
    kind: RelationshipKind
    source_id: str
    target_id: str
    note: str
    created_by: Person
    created_at: str


class RelationshipQuery(ListQuery, kw_only=True):
    """Which relationships of an asset.

    Attributes:
        kind: those of one kind alone.
        direction: those in one direction alone.
    """

    kind: RelationshipKind | None = None
    direction: Direction | None = None
