"""Assets and their versions, as the assets table holds them."""

import hashlib
from typing import Any

import msgspec
from pynamodb.attributes import (
    BooleanAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import (
    AllProjection,
    GlobalSecondaryIndex,
    IncludeProjection,
)

from chalicelib.assets.faces import DESCRIBED, Face, Rendition
from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.due import ByDue, Due
from chalicelib.core.outbox import Person
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item


class ByTenant(GlobalSecondaryIndex["AssetMetadata"]):
    """A tenant's assets in the order of their creation."""

    class Meta:  # noqa: D106
        index_name = "by_tenant"
        projection = AllProjection()

    listed_in = UnicodeAttribute(hash_key=True)
    asset_id = UnicodeAttribute(range_key=True)


class BySha256(GlobalSecondaryIndex["AssetVersion"]):
    """A tenant's versions with the same bytes."""

    class Meta:  # noqa: D106
        index_name = "by_sha256"
        projection = IncludeProjection(["asset_id", "number", "status"])

    content_key = UnicodeAttribute(hash_key=True)
    sk_ref = UnicodeAttribute(range_key=True)


GUEST = Person("guest", "")
"""Whose version is what somebody without an account sent; the asset is the member's who asked."""


class Schedule(msgspec.Struct, frozen=True):
    """The version to publish, and when."""

    number: int
    at: str


class AnyItem(Due):
    """Whatever lies in the table, by its keys; what it is its sort key says."""

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    by_due = ByDue()


class AssetMetadata(Due):
    """An asset: what people say of it, and the faces of its newest and published versions.

    `current` and `published` are copied from the versions so that a list or a
    detail needs one read. `listed_in` is the tenant, with `#trash` for what is in the trash and
    none for what is being purged. `due_at` is when time itself changes something next. Versions up
    to `rejected_through` were rejected by a moderator, those still in work included. `seen_at` is
    when something changed last that those can see who see published versions alone, and
    `public_since` the revision at the first publication since a rejection. `pending` is an edit
    that waits for a review: `{"workflow_id", "values": {field: value}}`. `categorized_at` is when
    its category last brought another template. `reviewed` is never stored: the version that its
    reader has to decide on, who sees no other.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    tenant_id = UnicodeAttribute()
    asset_id = UnicodeAttribute()
    listed_in = UnicodeAttribute(null=True)
    title = UnicodeAttribute()
    description = UnicodeAttribute(default="")
    alt_text = UnicodeAttribute(default="")
    category = UnicodeAttribute(null=True)
    tags = StructAttribute(list[str], default=list)
    keywords = StructAttribute(list[str], default=list)
    custom_fields = StructAttribute(dict[str, Any], default=dict)
    focal_point = StructAttribute(dict[str, float], null=True)
    rights = StructAttribute(dict[str, str], default=dict)
    revision = IntegerAttribute(default=1)
    current = StructAttribute(Face)
    current_version = IntegerAttribute()
    published = StructAttribute(Face, null=True)
    published_version = IntegerAttribute(null=True)
    last_version = IntegerAttribute(default=1)
    uploaded_by = StructAttribute(Person)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    trashed_at = UnicodeAttribute(null=True)
    purge_at = UnicodeAttribute(null=True)
    schedule = StructAttribute(Schedule, null=True)
    expiry_told = UnicodeAttribute(null=True)
    expiry_recorded = UnicodeAttribute(null=True)
    rejected_through = IntegerAttribute(null=True)
    seen_at = UnicodeAttribute(null=True)
    public_since = IntegerAttribute(null=True)
    pending = StructAttribute(dict[str, Any], null=True)
    categorized_at = UnicodeAttribute(null=True)

    by_tenant = ByTenant()
    reviewed: "AssetVersion | None" = None

    @property
    def said_hash(self) -> str:
        """A hash of what people say of it, by which copies that say the same are known."""
        said = (
            *(self.title, self.description, self.alt_text, self.category),
            *(self.tags, self.keywords, self.custom_fields, self.rights),
        )
        return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()[:16]

    def renditions_of(self, face: Face) -> list[Rendition]:
        """Return what can be had of a version's face now: no copy that says something else."""
        said = self.said_hash if any(one.name == DESCRIBED for one in face.renditions) else None
        return [one for one in face.renditions if one.name != DESCRIBED or one.said_hash == said]


class AssetVersion(Item):
    """One version of an asset (`sk` = `V#` + its number, six digits).

    `described` is what was said of the asset when the next version came. `wants_workflow` is False
    where an admin uploads past the templates. `making_id` names the request that made a version of
    bytes that were there already. `judged_at` is when it was admitted, whose templates
    concern it. `approved_under` is the id of the template that gave the approval, "" where none
    applied, and missing without an approval; `rejected_under` that of the template whose approvers
    rejected it. `taken_from` is what a moderator's rejection took: `published` or a status.
    `approved_at` is when it was approved last. `judged_revision` is the revision of what was said
    of the asset when it was judged; `rules_met` maps the ids of moderation rules whose template
    has approved it, or that a moderator let pass, to a hash of the texts of that time.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    tenant_id = UnicodeAttribute()
    asset_id = UnicodeAttribute()
    number = IntegerAttribute()
    branch = UnicodeAttribute(default="main")
    parent = IntegerAttribute(null=True)
    change_description = UnicodeAttribute(default="")
    status = UnicodeAttribute()
    face = StructAttribute(Face)
    described = StructAttribute(dict[str, Any], null=True)
    embedded = StructAttribute(dict[str, Any], null=True)
    branch_points = IntegerAttribute(default=0)
    wants_workflow = BooleanAttribute(default=True)
    deduplicated = BooleanAttribute(default=False)
    upload_id = UnicodeAttribute(null=True)
    created_by = StructAttribute(Person)
    created_at = UnicodeAttribute()
    content_by = StructAttribute(Person, null=True)
    making_id = UnicodeAttribute(null=True)
    judged_at = UnicodeAttribute(null=True)
    judged_revision = IntegerAttribute(null=True)
    rules_met = StructAttribute(dict[str, str], null=True)
    approved_under = UnicodeAttribute(null=True)
    approved_at = UnicodeAttribute(null=True)
    rejected_under = UnicodeAttribute(null=True)
    taken_from = UnicodeAttribute(null=True)
    content_key = UnicodeAttribute(null=True)
    sk_ref = UnicodeAttribute(null=True)

    by_sha256 = BySha256()

    @property
    def uploader(self) -> Person:
        """Whose content it is: of a version merged or rolled back, who uploaded the bytes."""
        return self.content_by or self.created_by


class Branch(Item):
    """A line of versions beside `main` (`sk` = `BRANCH#` + its name).

    `head` is its newest version; `base` the `main` version that it stands on: the one it began at,
    or the one that its last merge made. While `main` stands there, merging loses nothing. `merged`
    is the version that was merged last. `making_id` names the request that made it.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    name = UnicodeAttribute()
    head = IntegerAttribute()
    from_version = IntegerAttribute(null=True)
    base = IntegerAttribute()
    merged = IntegerAttribute(null=True)
    created_by = StructAttribute(Person)
    created_at = UnicodeAttribute()
    making_id = UnicodeAttribute(null=True)


class MetadataRevision(Item):
    """What was said of an asset from one edit on (`sk` = `META#` + its number, eight digits)."""

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    revision = IntegerAttribute()
    at = UnicodeAttribute()
    actor = StructAttribute(Person)
    changes = StructAttribute(list[dict[str, Any]])
    values_after = StructAttribute(dict[str, Any])


def asset_key(tenant_id: str, asset_id: str) -> str:
    """Return the partition key of an asset and its versions."""
    return f"{tenant_id}#{asset_id}"


def revision_key(revision: int) -> str:
    """Return the sort key of a metadata revision."""
    return f"META#{revision:08d}"


def branch_key(name: str) -> str:
    """Return the sort key of a branch."""
    return f"BRANCH#{name}"


def version_key(number: int) -> str:
    """Return the sort key of a version."""
    return f"V#{number:06d}"


def content_key(tenant_id: str, sha256: str) -> str:
    """Name content within a tenant; the same bytes in two tenants are two contents."""
    return f"{tenant_id}#{sha256}"
