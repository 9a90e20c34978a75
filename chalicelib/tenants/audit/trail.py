"""Reading the audit trail, newest first."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.core import clock, pages
from chalicelib.core.outbox import AuditRecord, month_key
from chalicelib.core.pages import Position

_MONTHS_A_PAGE = 12
"""How many empty months one page looks at before it hands out a cursor and stops."""


def page(
    tenant_id: str,
    since: datetime,
    until: datetime,
    limit: int,
    position: Position = None,
    *,
    actor_id: str | None = None,
    subject_id: str | None = None,
    action: str | None = None,
) -> tuple[list[AuditRecord], Position]:
    """Read one page of a tenant's records.

    Args:
        tenant_id: whose.
        since: the earliest time, inclusive.
        until: the latest time, exclusive.
        limit: at most so many.
        position: where the last page stopped.
        actor_id: only what this actor did.
        subject_id: only what was done to this thing.
        action: only this action.

    Returns:
        The records, and the position of the next page or None.
    """
    condition = AuditRecord.action == action if action else None
    if actor_id and subject_id:
        same = AuditRecord.subject_key == f"{tenant_id}#{subject_id}"
        condition = condition & same if condition is not None else same
    span = AuditRecord.sk.between(clock.first_id(since), clock.first_id(until))
    if actor_id or subject_id:
        return pages.read(
            AuditRecord.by_actor if actor_id else AuditRecord.by_subject,
            f"{tenant_id}#{actor_id or subject_id}",
            span,
            limit=limit,
            position=position,
            newest_first=True,
            keep=condition,
        )
    month = _month(position["pk"]["S"]) if position else _first(until)
    start = position if position and "sk" in position else None
    for _ in range(_MONTHS_A_PAGE):
        if month < _first(since):
            return [], None
        records, following = pages.read(
            AuditRecord,
            month_key(tenant_id, month),
            span,
            limit=limit,
            position=start,
            newest_first=True,
            keep=condition,
        )
        earlier = {"pk": {"S": month_key(tenant_id, _before(month))}}
        if following:
            return records, following
        if records:
            return records, earlier if _before(month) >= _first(since) else None
        month, start = _before(month), None
    return [], {"pk": {"S": month_key(tenant_id, month)}}


def _first(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _before(month: datetime) -> datetime:
    year, number = divmod(month.year * 12 + month.month - 2, 12)
    return datetime(year, number + 1, 1, tzinfo=UTC)


def _month(pk: str) -> datetime:
    year, month = pk.rsplit("#", 1)[1].split("-")
    return datetime(int(year), int(month), 1, tzinfo=UTC)


def shown(item: AuditRecord) -> dict[str, Any]:
    """Write a record as answers show it."""
    return {
        "id": item.sk,
        "at": item.at,
        "actor": item.actor,
        "action": item.action,
        "subject": item.subject,
        "old": item.old,
        "new": item.new,
        "request_id": item.request_id,
        "api_key_id": item.api_key_id,
    }


def months(since: datetime, until: datetime) -> Iterator[datetime]:
    """Return the beginning of each month from one time to another."""
    month = _first(since)
    while month <= until:
        yield month
        month = _first(month + timedelta(days=31))


def earliest(tenant_id: str) -> datetime:
    """Return the time before which a tenant has no records, from its id."""
    return clock.id_time(tenant_id)
