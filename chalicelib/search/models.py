"""The search table: which assets have a term, what is known of each, and in which order they are.

An asset has an ordinal in its tenant, under which the index knows it.
"""

from typing import Literal

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item

Slot = Literal["both", "current", "published", "trashed", "title", "label"]
"""Why a term holds for an asset: both of its faces have it, or the newest version's alone, or the
published one's alone; it is in the trash; and, of words, they are in its title, or in its tags and
keywords."""

SLOTS: tuple[Slot, ...] = ("both", "current", "published", "trashed", "title", "label")

TermsBySlot = dict[Slot, list[str]]
"""The terms of an asset, each written `family#value`."""


class Term(Item):
    """The assets of one chunk of ordinals that have a term.

    `pk` is tenant and family, such as `word` or `tag`; `sk` the value and the chunk's number.
    `name` is how people spell the value, where that is shown.
    """

    class Meta:  # noqa: D106
        table_name = settings().search_table

    revision = IntegerAttribute(default=1)
    name = UnicodeAttribute(null=True)
    both = BinaryAttribute(null=True, legacy_encoding=False)
    current = BinaryAttribute(null=True, legacy_encoding=False)
    published = BinaryAttribute(null=True, legacy_encoding=False)
    trashed = BinaryAttribute(null=True, legacy_encoding=False)
    title = BinaryAttribute(null=True, legacy_encoding=False)
    label = BinaryAttribute(null=True, legacy_encoding=False)


class AssetTerms(Item):
    """The terms under which an asset is in the index (`pk` tenant and asset, `sk` = `TERMS`).

    `looks` holds what its contents look like, by their sha256. `stale` are terms that it may still
    be found by, because whoever removes them is not done.
    """

    class Meta:  # noqa: D106
        table_name = settings().search_table

    ordinal = IntegerAttribute()
    revision = IntegerAttribute(default=1)
    terms = BinaryAttribute(null=True, legacy_encoding=False)
    stale = BinaryAttribute(null=True, legacy_encoding=False)
    looks = StructAttribute(dict[str, str], default=dict)


class _ByKey(GlobalSecondaryIndex["IndexedAsset"]):
    """A tenant's assets in one order."""

    pk = UnicodeAttribute(hash_key=True)


class ByCreated(_ByKey):
    """In the order of their creation."""

    class Meta:  # noqa: D106
        index_name = "by_created"
        projection = KeysOnlyProjection()

    created_key = UnicodeAttribute(range_key=True)


class ByTitle(_ByKey):
    """In the order of their titles."""

    class Meta:  # noqa: D106
        index_name = "by_title"
        projection = KeysOnlyProjection()

    title_key = UnicodeAttribute(range_key=True)


class ByUpdated(_ByKey):
    """In the order of their last changes."""

    class Meta:  # noqa: D106
        index_name = "by_updated"
        projection = KeysOnlyProjection()

    updated_key = UnicodeAttribute(range_key=True)


class BySeen(_ByKey):
    """In the order of the last changes that those see who see published versions alone."""

    class Meta:  # noqa: D106
        index_name = "by_seen"
        projection = KeysOnlyProjection()

    seen_key = UnicodeAttribute(range_key=True)


class BySize(_ByKey):
    """In the order of the newest version's size."""

    class Meta:  # noqa: D106
        index_name = "by_size"
        projection = KeysOnlyProjection()

    size_key = UnicodeAttribute(range_key=True)


class ByPublicSize(_ByKey):
    """In the order of the published version's size."""

    class Meta:  # noqa: D106
        index_name = "by_public_size"
        projection = KeysOnlyProjection()

    public_size_key = UnicodeAttribute(range_key=True)


class IndexedAsset(Item):
    """What orders an asset, by its ordinal (`pk` tenant and `assets`, `sk` eight digits).

    Each key ends in the asset's id, so that no two are equal.
    """

    class Meta:  # noqa: D106
        table_name = settings().search_table

    created_key = UnicodeAttribute()
    title_key = UnicodeAttribute()
    updated_key = UnicodeAttribute()
    seen_key = UnicodeAttribute(null=True)
    size_key = UnicodeAttribute()
    public_size_key = UnicodeAttribute(null=True)
    valid_from = UnicodeAttribute(null=True)
    expires_at = UnicodeAttribute(null=True)
    look = UnicodeAttribute(null=True)
    public_look = UnicodeAttribute(null=True)

    by_created = ByCreated()
    by_title = ByTitle()
    by_updated = ByUpdated()
    by_seen = BySeen()
    by_size = BySize()
    by_public_size = ByPublicSize()


class Ordinals(Item):
    """How many ordinals a tenant has given out (`pk` tenant, `sk` = `ORDINALS`)."""

    class Meta:  # noqa: D106
        table_name = settings().search_table

    given = IntegerAttribute(default=0)


def family_key(tenant_id: str, family: str) -> str:
    """Return the partition key of the terms of one family."""
    return f"{tenant_id}#{family}"


def term_key(value: str, chunk: int) -> str:
    """Return the sort key of a term in one chunk."""
    return f"{value}#{chunk:05d}"


def terms_key(tenant_id: str, asset_id: str) -> str:
    """Return the partition key of an asset's terms."""
    return f"{tenant_id}#{asset_id}"


def assets_key(tenant_id: str) -> str:
    """Return the partition key of what orders a tenant's assets."""
    return f"{tenant_id}#assets"


def ordinal_key(ordinal: int) -> str:
    """Return the sort key of what orders an asset."""
    return f"{ordinal:08d}"
