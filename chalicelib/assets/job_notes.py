"""Notes of jobs that no asset leads to, by which a tenant's list finds them."""

from datetime import datetime
from typing import Literal

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core import clock
from chalicelib.core.attributes import IntegerAttribute
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item, Write, put

JobKind = Literal["ZIP", "RERUN", "HANDOVER", "TRANSFER", "MOVE"]
"""The sort key under which the job itself lies."""

PREFIX = "NOTED#"


class JobNote(Item):
    """That there is a job (`pk` = tenant + `#jobs`, `sk` = `NOTED#` + an id by its time)."""

    class Meta:  # noqa: D106
        table_name = settings().processing_table

    kind = UnicodeAttribute()
    job_id = UnicodeAttribute()
    ttl = IntegerAttribute(null=True)

    @property
    def listed_as(self) -> str:
        """By what it stands among assets, whose ids tell their time as well."""
        return str(self.sk).removeprefix(PREFIX)


def noted(
    tenant_id: str, kind: JobKind, job_id: str, now: datetime, ttl: int | None = None
) -> Write:
    """Return what notes a job, to be written together with it.

    Args:
        tenant_id: whose.
        kind: what it is.
        job_id: its id.
        now: when it was asked for.
        ttl: when it goes, in seconds since 1970; None where it stays.
    """
    sort_key = f"{PREFIX}{clock.new_id(now)}"
    return put(JobNote(notes_key(tenant_id), sort_key, kind=kind, job_id=job_id, ttl=ttl))


def notes_key(tenant_id: str) -> str:
    """Return the partition key of a tenant's notes."""
    return f"{tenant_id}#jobs"
