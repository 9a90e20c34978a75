"""Jobs that make zips, as the processing table holds them."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib.assets.tasks import TaskError
from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.outbox import Person
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item


class ZipJob(Item):
    """Assets that were asked for as one file (`sk` = `ZIP`; `pk` = tenant + `#` + the job's id).

    It is made as `part_count` files, one after the other; `parts_done` of them are there.
    `as_member` says that the one who asked gets what a member gets, and not what visitors do;
    `key_role` is the role of the API key by which they asked.
    `run` names the run that works on the next file: one that is not named any more stops.
    `attempts` counts the runs of that file, `file_bytes` is how far it has come, and `done_bytes`
    what is in those before it. `included` and `left_out` count files in the zips.
    """

    class Meta:  # noqa: D106
        table_name = settings().processing_table

    tenant_id = UnicodeAttribute()
    job_id = UnicodeAttribute()
    name = UnicodeAttribute()
    status = UnicodeAttribute(default="pending")
    requested_by = StructAttribute(Person)
    as_member = BooleanAttribute()
    key_role = UnicodeAttribute(null=True)
    rendition = UnicodeAttribute(null=True)
    part_count = IntegerAttribute()
    parts_done = IntegerAttribute(default=0)
    total_bytes = IntegerAttribute()
    done_bytes = IntegerAttribute(default=0)
    file_bytes = IntegerAttribute(default=0)
    included = IntegerAttribute(default=0)
    left_out = IntegerAttribute(default=0)
    run = UnicodeAttribute(null=True)
    attempts = IntegerAttribute(default=0)
    error = StructAttribute(TaskError, null=True)
    created_at = UnicodeAttribute()
    started_at = UnicodeAttribute(null=True)
    finished_at = UnicodeAttribute(null=True)
    ttl = IntegerAttribute()


class ZipPart(Item):
    """What belongs into one file of a job (`sk` = `ZIP#PART#` + its number, from 0).

    `included` is set when it is made: `[asset id, version]` of all that is in it.
    """

    class Meta:  # noqa: D106
        table_name = settings().processing_table

    asset_ids = StructAttribute(list[str])
    included = StructAttribute(list[tuple[str, int]], null=True)
    ttl = IntegerAttribute()


def job_key(tenant_id: str, job_id: str) -> str:
    """Return the partition key of a job and its parts."""
    return f"{tenant_id}#{job_id}"


def part_key(number: int) -> str:
    """Return the sort key of a part."""
    return f"ZIP#PART#{number:03d}"
