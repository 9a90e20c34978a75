"""Roll-outs, as the devices table holds them."""

from typing import Literal

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.due import ByDue, Due
from chalicelib.core.outbox import Person
from chalicelib.core.settings import settings

ROLLOUT = "ROLLOUT#"

Status = Literal["canary", "complete", "rolled_back"]
Reason = Literal["errors", "silence"]
"""Why a change was taken back: a device complained of something new, or was not heard any more."""


class RolloutItem(Due):
    """A change of a group's playlists that some devices try first (`sk` = `ROLLOUT#` + its id).

    `errors_before` holds what each of those devices complained of when it began.
    """

    class Meta:  # noqa: D106
        table_name = settings().devices_table

    group = UnicodeAttribute()
    status = UnicodeAttribute()
    playlist_ids = StructAttribute(list[str])
    device_ids = StructAttribute(list[str])
    errors_before = StructAttribute(dict[str, list[str]])
    begun_at = UnicodeAttribute()
    ends_at = UnicodeAttribute()
    ended_at = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    failed_device_id = UnicodeAttribute(null=True)
    error = UnicodeAttribute(null=True)
    created_by = StructAttribute(Person)
    ttl = IntegerAttribute(null=True)

    by_due = ByDue()

    @property
    def id(self) -> str:
        """Its id, which carries the time of its beginning."""
        return str(self.sk.removeprefix(ROLLOUT))
