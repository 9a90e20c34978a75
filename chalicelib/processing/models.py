"""Contents, who refers to them, and jobs, as the processing table holds them."""

from typing import Any

from pynamodb.attributes import (
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from chalicelib.core.settings import settings
from chalicelib.core.tables import Item


class Content(Item):
    """The bytes that a tenant has under one sha256, known clean (`sk` = `CONTENT`).

    `state` is `copying`, `stored` or `deleting`; `pending` holds the job types still to do, and
    `<job type>_task` a `Task` as JSON.
    """

    class Meta:  # noqa: D106
        table_name = settings().processing_table

    tenant_id = UnicodeAttribute()
    sha256 = UnicodeAttribute()
    content_type = UnicodeAttribute()
    size_bytes = NumberAttribute()
    state = UnicodeAttribute(default="copying")
    pending = UnicodeSetAttribute(null=True)
    kind = UnicodeAttribute()
    technical: Any = JSONAttribute(default=dict)
    embedded: Any = JSONAttribute(default=dict)
    text = UnicodeAttribute(default="")
    thumbnails: Any = JSONAttribute(default=dict)
    failure = UnicodeAttribute(null=True)
    thumbnail_task: Any = JSONAttribute(null=True)
    metadata_task: Any = JSONAttribute(null=True)

    @property
    def key(self) -> str:
        """The object's key in the originals bucket."""
        return f"{self.tenant_id}/{self.sha256}"


class ContentReference(Item):
    """A version that has a content (`sk` = `REF#` + asset id + `#` + number)."""

    class Meta:  # noqa: D106
        table_name = settings().processing_table

    asset_id = UnicodeAttribute()
    number = NumberAttribute()
    upload_id = UnicodeAttribute(null=True)


class ProcessingJob(Item):
    """What is done to one upload (`sk` = `JOB`; `pk` = tenant + `#` + the upload's id).

    The scan belongs to the upload and stands here; thumbnails and metadata belong to the content
    and stand there, for duplicates share them.
    """

    class Meta:  # noqa: D106
        table_name = settings().processing_table

    asset_id = UnicodeAttribute(null=True)
    sha256 = UnicodeAttribute(null=True)
    scan_task: Any = JSONAttribute(null=True)
