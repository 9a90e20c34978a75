"""Jobs that run tasks again, as the processing table holds them."""

from typing import Literal

from pynamodb.attributes import UnicodeAttribute

from chalicelib.assets.tasks import Task
from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.outbox import Person
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item

AgainTask = Literal[
    "virus_scan", "thumbnail", "metadata", "conversion", "compression", "embed_metadata"
]
"""What can be run again; `embed_metadata` makes a copy that says what is said of the asset."""


class RerunJob(Item):
    """Tasks that somebody has run again (`sk` = `RERUN`; `pk` = tenant + `#` + the job's id).

    `generation` is the content's; of what was deleted meanwhile nothing is left to do. The scan is
    the job's own and stands here; all other tasks belong to the content and stand there. What was
    made before `asked_at` is made once more.
    """

    class Meta:  # noqa: D106
        table_name = settings().processing_table

    tenant_id = UnicodeAttribute()
    job_id = UnicodeAttribute()
    asset_id = UnicodeAttribute()
    number = IntegerAttribute()
    sha256 = UnicodeAttribute()
    generation = UnicodeAttribute()
    tasks = StructAttribute(list[AgainTask])
    scan_task = StructAttribute(Task, null=True)
    requested_by = StructAttribute(Person)
    created_at = UnicodeAttribute()
    asked_at = UnicodeAttribute()
    ttl = IntegerAttribute()


def job_key(tenant_id: str, job_id: str) -> str:
    """Return the partition key of a job."""
    return f"{tenant_id}#{job_id}"
