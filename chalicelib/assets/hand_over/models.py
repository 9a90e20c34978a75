"""Jobs that hand over what a member owns, as the assets table holds them."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.assets.tasks import TaskError
from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.due import ByDue, Due
from chalicelib.core.outbox import Person
from chalicelib.core.settings import settings

HAND_OVER = "HANDOVER"


class HandOver(Due):
    """A job that hands over what a member owns (`sk` = `HANDOVER`; `pk` = tenant + `#` + its id).

    `part` is the position of the part in work and `position` how far that is. `revision` grows with
    each slice of work. `moved` counts what was handed over, by kind. It is due until it has ended.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    tenant_id = UnicodeAttribute()
    job_id = UnicodeAttribute()
    giver = StructAttribute(Person)
    taker = StructAttribute(Person)
    requested_by = StructAttribute(Person)
    status = UnicodeAttribute()
    part = IntegerAttribute(default=0)
    position = StructAttribute(dict[str, dict[str, str]], null=True)
    revision = IntegerAttribute(default=1)
    moved = StructAttribute(dict[str, int], default=dict)
    error = StructAttribute(TaskError, null=True)
    created_at = UnicodeAttribute()
    finished_at = UnicodeAttribute(null=True)

    by_due = ByDue()


def job_key(tenant_id: str, job_id: str) -> str:
    """Return the partition key of a job."""
    return f"{tenant_id}#{job_id}"
