"""Relationships between assets, as the assets table holds them."""

from typing import Literal

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.outbox import Person
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item

RelationshipKind = Literal["derived_from", "part_of", "replaces", "depends_on", "related"]

ACYCLIC: frozenset[RelationshipKind] = frozenset({"depends_on", "part_of"})
"""The kinds that must not lead back to where they begin."""


class AssetRelationship(Item):
    """A relationship from a source to a target (`sk` = `RELATION#` + a UUIDv7).

    It lies beside both assets, written and removed in one transaction.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    source_id = UnicodeAttribute()
    target_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    note = UnicodeAttribute(default="")
    created_by = StructAttribute(Person)
    created_at = UnicodeAttribute()

    @property
    def id(self) -> str:
        """The relationship's id."""
        return str(self.sk.removeprefix(PREFIX))


class RelatedTargets(Item):
    """What an asset is related to, by kind: the ids of the targets (`sk` = `RELATED`).

    It keeps a relationship from being made twice, and leads through long chains 100 assets a
    request. Of two that are `related`, the one with the smaller id names the other.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    targets = StructAttribute(dict[str, list[str]], default=dict)
    revision = IntegerAttribute(default=0)


class RelationshipGraph(Item):
    """Counts the relationships of an acyclic kind that a tenant ever made.

    `pk` is the tenant, `sk` = `RELATIONSHIPS#` + the kind. Each of them is written on condition
    that no other came since the chains were followed, so that two at once never close a circle.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    revision = IntegerAttribute(default=0)


PREFIX = "RELATION#"
"""What the sort keys of relationships begin with."""

RELATED = "RELATED"


def relationship_key(relationship_id: str) -> str:
    """Return the sort key of a relationship."""
    return f"{PREFIX}{relationship_id}"


def graph_key(kind: str) -> str:
    """Return the sort key of a tenant's relationships of an acyclic kind."""
    return f"RELATIONSHIPS#{kind}"
