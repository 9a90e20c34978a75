"""Assets, their versions and uploads, as the assets table holds them."""

from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection

from chalicelib.core.due import ByDue
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item


class ByTenant(GlobalSecondaryIndex[Any]):
    """A tenant's assets in the order of their creation."""

    class Meta:  # noqa: D106
        index_name = "by_tenant"
        projection = AllProjection()

    listed_in = UnicodeAttribute(hash_key=True)
    asset_id = UnicodeAttribute(range_key=True)


class BySha256(GlobalSecondaryIndex[Any]):
    """A tenant's versions with the same bytes."""

    class Meta:  # noqa: D106
        index_name = "by_sha256"
        projection = IncludeProjection(["asset_id", "number", "status"])

    content_key = UnicodeAttribute(hash_key=True)
    sk_ref = UnicodeAttribute(range_key=True)


class AnyItem(Item):
    """Whatever lies in the table, by its keys; what it is its sort key says."""

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)

    by_due = ByDue()


class AssetMetadata(Item):
    """An asset: what people say of it, and the faces of its newest and published versions.

    `current` and `published` are `Face`s as JSON, copied from the versions so that a list or a
    detail needs one read. `listed_in` is the tenant, with `#trash` for what is in the trash and
    none for what is being purged. `due_at` is when time itself changes something next. Versions up
    to `rejected_through` were rejected by a moderator, those still in work included. `reviewed` is
    never stored: the version that its reader has to decide on, who sees no other.
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
    tags: Any = JSONAttribute(default=list)
    keywords: Any = JSONAttribute(default=list)
    custom_fields: Any = JSONAttribute(default=dict)
    focal_point: Any = JSONAttribute(null=True)
    rights: Any = JSONAttribute(default=dict)
    revision = NumberAttribute(default=1)
    current: Any = JSONAttribute()
    current_version = NumberAttribute()
    published: Any = JSONAttribute(null=True)
    published_version = NumberAttribute(null=True)
    last_version = NumberAttribute(default=1)
    uploaded_by: Any = JSONAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    trashed_at = UnicodeAttribute(null=True)
    purge_at = UnicodeAttribute(null=True)
    schedule: Any = JSONAttribute(null=True)
    expiry_told = UnicodeAttribute(null=True)
    expiry_recorded = UnicodeAttribute(null=True)
    rejected_through = NumberAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)

    by_tenant = ByTenant()
    reviewed: Any = None


class AssetVersion(Item):
    """One version of an asset (`sk` = `V#` + its number, six digits).

    `described` is what was said of the asset when the next version came. `unreviewed` says that it
    lies on a branch and would be reviewed on `main`, so that it is published by merging alone.
    `wants_workflow` is False where an admin uploads past the templates.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    tenant_id = UnicodeAttribute()
    asset_id = UnicodeAttribute()
    number = NumberAttribute()
    branch = UnicodeAttribute(default="main")
    parent = NumberAttribute(null=True)
    change_description = UnicodeAttribute(default="")
    status = UnicodeAttribute()
    face: Any = JSONAttribute()
    described: Any = JSONAttribute(null=True)
    embedded: Any = JSONAttribute(null=True)
    branch_points = NumberAttribute(default=0)
    unreviewed = BooleanAttribute(default=False)
    wants_workflow = BooleanAttribute(default=True)
    deduplicated = BooleanAttribute(default=False)
    upload_id = UnicodeAttribute(null=True)
    created_by: Any = JSONAttribute()
    created_at = UnicodeAttribute()
    content_by: Any = JSONAttribute(null=True)
    content_key = UnicodeAttribute(null=True)
    sk_ref = UnicodeAttribute(null=True)

    by_sha256 = BySha256()

    @property
    def uploader(self) -> Any:
        """Whose content it is: of a version merged or rolled back, who uploaded the bytes."""
        return self.content_by or self.created_by


class Branch(Item):
    """A line of versions beside `main` (`sk` = `BRANCH#` + its name).

    `head` is its newest version; `base` the `main` version that it stands on: the one it began at,
    or the one that its last merge made. While `main` stands there, merging loses nothing. `merged`
    is the version that was merged last.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    name = UnicodeAttribute()
    head = NumberAttribute()
    from_version = NumberAttribute(null=True)
    base = NumberAttribute()
    merged = NumberAttribute(null=True)
    created_by: Any = JSONAttribute()
    created_at = UnicodeAttribute()


class MetadataRevision(Item):
    """What was said of an asset from one edit on (`sk` = `META#` + its number, eight digits)."""

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    revision = NumberAttribute()
    at = UnicodeAttribute()
    actor: Any = JSONAttribute()
    changes: Any = JSONAttribute()
    values_after: Any = JSONAttribute()


class Upload(Item):
    """Bytes on their way to a version (`sk` = `UPLOAD`); its id is its processing job's, too.

    `state` goes `open` → `arrived` → `ended`. Until it has ended, `due_at` says when the sweeper
    looks after it.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    tenant_id = UnicodeAttribute()
    upload_id = UnicodeAttribute()
    asset_id = UnicodeAttribute()
    number = NumberAttribute()
    state = UnicodeAttribute(default="open")
    declared: Any = JSONAttribute()
    tasks: Any = JSONAttribute(default=list)
    linked = BooleanAttribute(default=False)
    multipart_id = UnicodeAttribute(null=True)
    part_size_bytes = NumberAttribute(null=True)
    part_count = NumberAttribute(null=True)
    object_version = UnicodeAttribute(null=True)
    created_by: Any = JSONAttribute()
    created_at = UnicodeAttribute()
    expires_at = UnicodeAttribute()
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    sweeps = NumberAttribute(default=0)

    by_due = ByDue()

    @property
    def key(self) -> str:
        """The object's key in the uploads bucket; no name of a user's is part of it."""
        return f"{self.tenant_id}/{self.asset_id}/{self.upload_id}"


def asset_key(tenant_id: str, asset_id: str) -> str:
    """Give the partition key of an asset and its versions."""
    return f"{tenant_id}#{asset_id}"


def revision_key(revision: int) -> str:
    """Give the sort key of a metadata revision."""
    return f"META#{revision:08d}"


def branch_key(name: str) -> str:
    """Give the sort key of a branch."""
    return f"BRANCH#{name}"


def version_key(number: int) -> str:
    """Give the sort key of a version."""
    return f"V#{number:06d}"


def content_key(tenant_id: str, sha256: str) -> str:
    """Name content within a tenant; the same bytes in two tenants are two contents."""
    return f"{tenant_id}#{sha256}"
