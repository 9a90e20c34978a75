"""The audit trail over HTTP."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

import msgspec

from chalicelib.core import clock
from chalicelib.core.api import csv_tables, lists
from chalicelib.core.api.http import Incoming
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Csv, Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import NotFound, invalid
from chalicelib.core.outbox import AuditRecord, Person, Subject, record
from chalicelib.tenants import members, scopes
from chalicelib.tenants.audit import trail
from chalicelib.tenants.roles import ADMINS

api = Routes[Actor](__name__, scopes=scopes.TENANT, tags={"audit": "Who changed what, and when."})

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Key = Annotated[str, msgspec.Meta(max_length=254)]


class AuditQuery(ListQuery, kw_only=True):
    """Which records.

    Attributes:
        actor: of changes made by this person, by id or address.
        subject: of this thing, by id.
        action: of this kind, such as `version.published`.
        since: from this time on.
        until: before this time.
    """

    actor: Key | None = None
    subject: Key | None = None
    action: Key | None = None
    since: Moment | None = None
    until: Moment | None = None


class AuditShown(msgspec.Struct):
    """One record of the audit trail.

    Attributes:
        id: its id; ids grow with time.
        at: when it happened.
        actor: who did it, or Reef itself.
        action: what happened, such as `version.published`.
        subject: what it happened to.
        old: what was so before, as JSON; null where there was nothing, or nothing to tell.
        new: what has been so since, as JSON; null where there is nothing.
        api_key_id: of the key by which a program did it for the actor; null where people did it.
        request_id: of the request that did it, as answers and logs name it; null where none did.
    """

    id: str
    at: str
    actor: Person
    action: str
    subject: Subject
    old: Any
    new: Any
    request_id: str | None
    api_key_id: str | None


@api.get("/audit", may=ADMINS, problems=[NotFound])
def list_audit(actor: Actor, query: AuditQuery, incoming: Incoming) -> Page[AuditShown] | Csv:
    """List the audit trail, newest first; `Accept: text/csv` gives CSV."""
    if query.since and query.until and query.until <= query.since:
        raise invalid("until", "Must come after since")
    # No record lies outside of these, so that no page looks through months without any.
    earliest, latest = trail.earliest(actor.tenant_id), clock.now() + timedelta(minutes=1)
    since = min(max(query.since or earliest, earliest), latest)
    until = max(min(query.until or latest, latest), earliest)
    actor_id = _person_id(actor, query.actor)
    read = partial(
        trail.page,
        actor.tenant_id,
        since,
        until,
        actor_id=actor_id,
        subject_id=query.subject,
        action=query.action,
    )
    page = lists.page("audit", actor.tenant_id, query, read, _shown)
    if incoming.accepts("text/csv"):
        exported = {"records": len(page.items)}
        subject = ("tenant", actor.tenant_id)
        record(
            actor.tenant_id, actor.person, "audit.exported", subject, clock.now(), new=exported
        ).save()
        return _csv(page)
    return page


def _shown(item: AuditRecord) -> AuditShown:
    return AuditShown(**trail.shown(item))


def _person_id(actor: Actor, id_or_email: str | None) -> str | None:
    if id_or_email and "@" in id_or_email:
        return members.get(actor.tenant_id, id_or_email).id
    return id_or_email


def _csv(page: Page[AuditShown]) -> Csv:
    heading = ["at", "actor", "action", "subject", "old", "new", "request_id"]
    return Csv(csv_tables.text(heading, [_row(item) for item in page.items]), page.next_cursor)


def _row(item: AuditShown) -> list[str]:
    old, new = (
        msgspec.json.encode(value).decode() if value is not None else ""
        for value in (item.old, item.new)
    )
    who = item.actor.email or item.actor.id
    return [item.at, who, item.action, item.subject.id, old, new, item.request_id or ""]
