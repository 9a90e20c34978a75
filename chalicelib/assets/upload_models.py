"""Uploads: bytes on their way to a version, as the assets table holds them."""

import msgspec
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.assets.tasks import ContentTask
from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.due import ByDue, Due
from chalicelib.core.outbox import Person
from chalicelib.core.settings import settings


class ByOwner(GlobalSecondaryIndex["Upload"]):
    """A member's open uploads, the next to expire first."""

    class Meta:  # noqa: D106
        index_name = "by_owner"
        projection = KeysOnlyProjection()

    open_of = UnicodeAttribute(hash_key=True)
    open_until = UnicodeAttribute(range_key=True)


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """What an uploader said of the bytes before they came."""

    filename: str
    content_type: str
    size_bytes: int
    sha256: str | None = None
    virus_scan: bool = True


class Upload(Due):
    """Bytes on their way to a version (`sk` = `UPLOAD`); its id is its processing job's, too.

    `state` goes `open` → `arrived` → `ended`. Until it has ended, `due_at` says when the sweeper
    looks after it. `open_of` is tenant and member while it is open, `open_until` its expiry and id.
    `joining_since` says that its parts are being joined, so that nobody aborts it
    meanwhile. `received_at` is when S3 had all of its bytes; with `taken_over` an admin answers
    for them, whoever sent them. `upload_request_id` is by which a guest sends it, if one does.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    tenant_id = UnicodeAttribute()
    upload_id = UnicodeAttribute()
    asset_id = UnicodeAttribute()
    number = IntegerAttribute()
    state = UnicodeAttribute(default="open")
    declared = StructAttribute(Declared)
    tasks = StructAttribute(list[ContentTask], default=list)
    linked = BooleanAttribute(default=False)
    multipart_id = UnicodeAttribute(null=True)
    part_size_bytes = IntegerAttribute(null=True)
    part_count = IntegerAttribute(null=True)
    joining_since = UnicodeAttribute(null=True)
    object_version = UnicodeAttribute(null=True)
    received_at = UnicodeAttribute(null=True)
    taken_over = BooleanAttribute(default=False)
    upload_request_id = UnicodeAttribute(null=True)
    created_by = StructAttribute(Person)
    created_at = UnicodeAttribute()
    expires_at = UnicodeAttribute()
    sweeps = IntegerAttribute(default=0)
    open_of = UnicodeAttribute(null=True)
    open_until = UnicodeAttribute(null=True)

    by_due = ByDue()
    by_owner = ByOwner()

    @property
    def key(self) -> str:
        """The object's key in the uploads bucket; no name of a user's is part of it."""
        return f"{self.tenant_id}/{self.asset_id}/{self.upload_id}"
