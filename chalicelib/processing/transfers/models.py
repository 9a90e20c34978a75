"""Jobs that import and export metadata, as the processing table holds them."""

from typing import Any, Literal

import msgspec
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib.assets.tasks import TaskError
from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.outbox import Person
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item

TRANSFER: Literal["TRANSFER"] = "TRANSFER"

RowStatus = Literal["changed", "in_review", "unchanged", "refused"]


class RowError(msgspec.Struct):
    """What is wrong with a row.

    Attributes:
        field: the column at fault; empty where it is the row or its asset.
        message: what to do, in a sentence for people.
        code: the error code that the same edit of the one asset would get.
    """

    field: str
    message: str
    code: str


class RowOutcome(msgspec.Struct):
    """What became of a row; of a dry run, what would.

    Attributes:
        row: its number as spreadsheets count, the heading's being 1.
        status: `changed`; `in_review` where something waits for approval first; `unchanged` where
            it says nothing new; `refused`, so that nothing of it was done.
        errors: why it was refused.
    """

    row: int
    status: RowStatus
    errors: list[RowError] = []


class TransferJob(Item):
    """An import or export of metadata (`sk` = `TRANSFER`; `pk` = tenant + `#` + the job's id).

    `key_role` is the role of the API key by which it was asked for. `run` names the run that works
    on it: one that is not named any more stops. `attempts` counts runs that got nothing done.

    Of an import `object_version` pins the file, `rows_total` is its last row and `rows_done` the
    last one that is done, by the numbers of spreadsheets; `counts` says what became of them. Until
    `awaited_until` its file may still be on its way. Of an export `position` says where the next
    page starts, and `pieces` names the files of the rows before it.
    """

    class Meta:  # noqa: D106
        table_name = settings().processing_table

    tenant_id = UnicodeAttribute()
    job_id = UnicodeAttribute()
    direction = UnicodeAttribute()
    requested_by = StructAttribute(Person)
    key_role = UnicodeAttribute(null=True)
    status = UnicodeAttribute(default="pending")
    is_dry_run = BooleanAttribute(default=False)
    awaited_until = UnicodeAttribute(null=True)
    object_version = UnicodeAttribute(null=True)
    rows_total = IntegerAttribute(null=True)
    rows_done = IntegerAttribute(default=1)
    counts = StructAttribute(dict[str, int], default=dict)
    position = StructAttribute(dict[str, Any], null=True)
    pieces = StructAttribute(list[str], default=list)
    run = UnicodeAttribute(null=True)
    attempts = IntegerAttribute(default=0)
    error = StructAttribute(TaskError, null=True)
    created_at = UnicodeAttribute()
    started_at = UnicodeAttribute(null=True)
    finished_at = UnicodeAttribute(null=True)
    ttl = IntegerAttribute()


class RowsDone(Item):
    """What became of some rows (`sk` = `TRANSFER#ROWS#` or `TRANSFER#REFUSED#` + their last one).

    Those that were refused stand apart, so that they are found among very many.
    """

    class Meta:  # noqa: D106
        table_name = settings().processing_table

    rows = StructAttribute(list[RowOutcome])
    ttl = IntegerAttribute()


class RowMade(Item):
    """A row whose edit was made (`sk` = `TRANSFER#MADE#` + its number), written along with it."""

    class Meta:  # noqa: D106
        table_name = settings().processing_table

    ttl = IntegerAttribute()


def job_key(tenant_id: str, job_id: str) -> str:
    """Return the partition key of a job and its rows."""
    return f"{tenant_id}#{job_id}"


def rows_key(kind: Literal["ROWS", "REFUSED", "MADE"], number: int) -> str:
    """Return the sort key of an item about rows."""
    return f"{TRANSFER}#{kind}#{number:08d}"
