"""Share links and what belongs to one, as the shares table holds them."""

from datetime import datetime
from typing import Literal

import msgspec
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.core import clock
from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.outbox import Person
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item

ShareType = Literal["public", "private", "protected"]


class ByTenant(GlobalSecondaryIndex["ShareLink"]):
    """A tenant's links in the order of their creation."""

    class Meta:  # noqa: D106
        index_name = "by_tenant"
        projection = AllProjection()

    tenant_id = UnicodeAttribute(hash_key=True)
    share_id = UnicodeAttribute(range_key=True)


class ByOwner(GlobalSecondaryIndex["ShareLink"]):
    """A member's links in the order of their creation."""

    class Meta:  # noqa: D106
        index_name = "by_owner"
        projection = AllProjection()

    owner_key = UnicodeAttribute(hash_key=True)
    share_id = UnicodeAttribute(range_key=True)


class ByShared(GlobalSecondaryIndex["ShareLink"]):
    """The links of one asset or collection in the order of their creation."""

    class Meta:  # noqa: D106
        index_name = "by_shared"
        projection = AllProjection()

    shared_key = UnicodeAttribute(hash_key=True)
    share_id = UnicodeAttribute(range_key=True)


class Shared(msgspec.Struct, frozen=True):
    """What a link shares: an asset, perhaps one of its versions, or a collection."""

    asset_id: str | None = None
    version: int | None = None
    collection_id: str | None = None

    @property
    def id(self) -> str:
        """The id of the asset or the collection."""
        return self.asset_id or self.collection_id or ""


class ShareLink(Item):
    """A share link (`pk` = tenant + `#` + share id, `sk` = `LINK`).

    `share_id` is a UUIDv7 that stays; `uuid` and `code` are the secrets of its addresses, which a
    regenerated link has new. `epoch` grows with whatever ends earlier unlocks. `expires_at` is
    missing where the link never ends.
    """

    class Meta:  # noqa: D106
        table_name = settings().shares_table

    tenant_id = UnicodeAttribute()
    share_id = UnicodeAttribute()
    owner_key = UnicodeAttribute()
    shared_key = UnicodeAttribute()
    shared = StructAttribute(Shared)
    uuid = UnicodeAttribute()
    code = UnicodeAttribute()
    share_type = UnicodeAttribute()
    password_hash = UnicodeAttribute(null=True)
    epoch = IntegerAttribute(default=1)
    revision = IntegerAttribute(default=1)
    allow_download = BooleanAttribute(default=True)
    allow_preview = BooleanAttribute(default=True)
    allow_comments = BooleanAttribute(default=False)
    expires_at = UnicodeAttribute(null=True)
    max_downloads = IntegerAttribute(null=True)
    download_count = IntegerAttribute(default=0)
    title = UnicodeAttribute(null=True)
    description = UnicodeAttribute(null=True)
    emails = StructAttribute(list[str], default=list)
    created_by = StructAttribute(Person)
    created_at = UnicodeAttribute()
    revoked_at = UnicodeAttribute(null=True)
    reminded_at = UnicodeAttribute(null=True)

    by_tenant = ByTenant()
    by_owner = ByOwner()
    by_shared = ByShared()

    def is_over(self, now: datetime) -> bool:
        """Return whether the link's time is over."""
        return self.expires_at is not None and self.expires_at <= clock.timestamp(now)

    def is_active(self, now: datetime) -> bool:
        """Return whether the link can be opened, as far as it alone decides."""
        return self.revoked_at is None and not self.is_over(now)


LINK = "LINK"


def share_key(tenant_id: str, share_id: str) -> str:
    """Return the partition key of a link and what belongs to it."""
    return f"{tenant_id}#{share_id}"


def owner_key(tenant_id: str, member_id: str) -> str:
    """Return the key under which a member's links are listed."""
    return f"{tenant_id}#{member_id}"
