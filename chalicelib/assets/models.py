"""Assets, their versions and uploads, as the assets table holds them."""

from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection

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


class ByDue(GlobalSecondaryIndex[Any]):
    """Unfinished uploads by the time at which somebody should look after them."""

    class Meta:  # noqa: D106
        index_name = "by_due"
        projection = AllProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class AssetMetadata(Item):
    """An asset: what people say of it, and the faces of its newest and published versions.

    `current` and `published` are `Face`s as JSON, copied from the versions so that a list or a
    detail needs one read.
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

    by_tenant = ByTenant()


class AssetVersion(Item):
    """One version of an asset (`sk` = `V#` + its number, six digits)."""

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
    deduplicated = BooleanAttribute(default=False)
    upload_id = UnicodeAttribute(null=True)
    created_by: Any = JSONAttribute()
    created_at = UnicodeAttribute()
    content_key = UnicodeAttribute(null=True)
    sk_ref = UnicodeAttribute(null=True)

    by_sha256 = BySha256()


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


def version_key(number: int) -> str:
    """Give the sort key of a version."""
    return f"V#{number:06d}"


def content_key(tenant_id: str, sha256: str) -> str:
    """Name content within a tenant; the same bytes in two tenants are two contents."""
    return f"{tenant_id}#{sha256}"
