"""Jobs, as the processing table holds them."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.assets.tasks import Task
from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item


class ProcessingJob(Item):
    """What is done to one upload (`sk` = `JOB`; `pk` = tenant + `#` + the upload's id).

    The scan belongs to the upload and stands here; thumbnails and metadata belong to the content
    and stand there, for duplicates share them. Long after it was last worked on it goes.
    """

    class Meta:  # noqa: D106
        table_name = settings().processing_table

    asset_id = UnicodeAttribute(null=True)
    sha256 = UnicodeAttribute(null=True)
    scan_task = StructAttribute(Task, null=True)
    ttl = IntegerAttribute(null=True)
