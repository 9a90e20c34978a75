"""The tenant, its members and its audit trail over HTTP."""

import csv
import io
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from chalicelib.core import clock, lists
from chalicelib.core.errors import Conflict, NotFound, invalid
from chalicelib.core.http import Incoming, Page, Reply
from chalicelib.core.identity import Actor
from chalicelib.core.lists import ListQuery
from chalicelib.core.outbox import record
from chalicelib.core.routing import Routes
from chalicelib.tenants import accounts, audit, members
from chalicelib.tenants.members import LastAdmin
from chalicelib.tenants.models import Member, Tenant
from chalicelib.tenants.roles import ADMINS, MEMBERS

api = Routes(
    __name__,
    loaders={"member_id": ("member", lambda actor, value: members.get(actor.tenant_id, value))},
)

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class UsageShown(msgspec.Struct):
    """What a tenant uses of its storage."""

    storage_bytes: int
    storage_quota_bytes: int
    assets: int


class TenantShown(msgspec.Struct):
    """A tenant with the settings in force."""

    id: str
    name: str
    settings: dict[str, Any]
    usage: UsageShown


class TenantChange(msgspec.Struct):
    """Settings to override; null takes an override back."""

    settings: dict[str, Any]


class MemberShown(msgspec.Struct):
    """A member."""

    id: str
    email: str
    roles: list[str]
    is_active: bool
    created_at: str


class Invitation(msgspec.Struct):
    """Somebody to invite."""

    email: str
    roles: list[str]
    is_active: bool = True


class MemberChange(msgspec.Struct):
    """What changes of a member."""

    roles: list[str] | msgspec.UnsetType = msgspec.UNSET
    is_active: bool | msgspec.UnsetType = msgspec.UNSET


Key = Annotated[str, msgspec.Meta(max_length=254)]


class AuditQuery(ListQuery, kw_only=True):
    """Which records; people by id or address."""

    actor: Key | None = None
    subject: Key | None = None
    action: str | None = None
    since: Moment | None = None
    until: Moment | None = None


class AuditShown(msgspec.Struct):
    """One record of the audit trail."""

    id: str
    at: str
    actor: dict[str, str]
    action: str
    subject: dict[str, str]
    old: Any
    new: Any
    request_id: str | None


@api.get("/tenant", may=MEMBERS)
def show_tenant(actor: Actor) -> TenantShown:
    """Show the tenant, its settings and what it uses."""
    return _tenant(accounts.get(actor.tenant_id))


@api.patch("/tenant", may=ADMINS, problems=[Conflict])
def change_tenant(actor: Actor, body: TenantChange) -> TenantShown:
    """Override settings of the tenant."""
    tenant = accounts.get(actor.tenant_id)
    return _tenant(accounts.change_settings(tenant, body.settings, actor.person, clock.now()))


@api.get("/members", may=ADMINS)
def list_members(actor: Actor, query: ListQuery) -> Page[MemberShown]:
    """List the members."""

    def read(position: Any) -> tuple[list[MemberShown], Any]:
        found, following = members.page(actor.tenant_id, query.limit, position)
        return [_member(member) for member in found], following

    return lists.page("members", actor.tenant_id, query, read)


@api.post("/members", may=ADMINS, status=201, problems=[Conflict])
def invite_member(actor: Actor, body: Invitation) -> MemberShown:
    """Invite a person by e-mail."""
    return _member(
        members.invite(
            actor.tenant_id,
            body.email,
            body.roles,
            actor.person,
            clock.now(),
            is_active=body.is_active,
        )
    )


@api.patch("/members/{member_id}", may=ADMINS, problems=[LastAdmin])
def change_member(actor: Actor, member: Member, body: MemberChange) -> MemberShown:
    """Change a member's roles, or deactivate them."""
    names = None if body.roles is msgspec.UNSET else body.roles
    is_active = None if body.is_active is msgspec.UNSET else body.is_active
    return _member(
        members.alter(member, actor.person, clock.now(), names=names, is_active=is_active)
    )


@api.delete("/members/{member_id}", may=ADMINS, problems=[LastAdmin])
def remove_member(actor: Actor, member: Member) -> None:
    """Remove a member."""
    members.expel(member, actor.person, clock.now())


@api.get("/audit", may=ADMINS, problems=[NotFound])
def list_audit(actor: Actor, query: AuditQuery, incoming: Incoming) -> Page[AuditShown]:
    """List the audit trail, newest first; `Accept: text/csv` gives CSV."""
    if query.since and query.until and query.until <= query.since:
        raise invalid("until", "Must come after since")
    # No record lies outside of these, so that no page looks through months without any.
    earliest, latest = audit.earliest(actor.tenant_id), clock.now() + timedelta(minutes=1)
    since = min(max(query.since or earliest, earliest), latest)
    until = max(min(query.until or latest, latest), earliest)
    actor_id = _person_id(actor, query.actor)

    def read(position: Any) -> tuple[list[AuditShown], Any]:
        found, following = audit.page(
            actor.tenant_id,
            since,
            until,
            query.limit,
            position,
            actor_id=actor_id,
            subject_id=query.subject,
            action=query.action,
        )
        return [AuditShown(**audit.shown(item)) for item in found], following

    page = lists.page("audit", actor.tenant_id, query, read)
    if "text/csv" in incoming.headers.get("accept", ""):
        exported = {"records": len(page.items)}
        subject = ("tenant", actor.tenant_id)
        record(
            actor.tenant_id, actor.person, "audit.exported", subject, clock.now(), new=exported
        ).save()
        return _csv(page)  # type: ignore[return-value]
    return page


def _tenant(tenant: Tenant) -> TenantShown:
    usage = accounts.usage(tenant.pk)
    return TenantShown(
        id=tenant.pk,
        name=tenant.name,
        settings=accounts.shown_settings(tenant),
        usage=UsageShown(
            storage_bytes=int(usage.storage_bytes),
            storage_quota_bytes=accounts.settings_of(tenant).storage_quota_bytes,
            assets=int(usage.assets),
        ),
    )


def _member(member: Member) -> MemberShown:
    return MemberShown(
        id=member.id,
        email=member.email,
        roles=list(member.roles),
        is_active=bool(member.is_active),
        created_at=member.created_at,
    )


def _person_id(actor: Actor, id_or_email: str | None) -> str | None:
    if id_or_email and "@" in id_or_email:
        return members.get(actor.tenant_id, id_or_email).id
    return id_or_email


def _csv(page: Page[AuditShown]) -> Reply:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["at", "actor", "action", "subject", "old", "new", "request_id"])
    for item in page.items:
        values = [item.old, item.new]
        old, new = (msgspec.json.encode(v).decode() if v is not None else "" for v in values)
        who = item.actor["email"] or item.actor["id"]
        row = [item.at, who, item.action, item.subject["id"], old, new, item.request_id or ""]
        writer.writerow([_defused(cell) for cell in row])
    headers = {"Content-Type": "text/csv; charset=utf-8"}
    if page.next_cursor:
        headers["X-Next-Cursor"] = page.next_cursor
    return Reply(out.getvalue(), headers=headers)


def _defused(cell: str) -> str:
    """Keep a spreadsheet from reading a cell as a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
