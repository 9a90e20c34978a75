"""Members: who they are, what they may, and how they go."""

import re
from datetime import datetime

from pynamodb.expressions.condition import Condition

from chalicelib.core import clock, pages
from chalicelib.core.api import identity
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Conflict, Forbidden, NotFound, invalid
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import Person, record
from chalicelib.core.pages import Position
from chalicelib.core.tables import (
    ConditionFailed,
    Write,
    change,
    check,
    find,
    put,
    remove,
    transact,
)
from chalicelib.tenants import directory, memberships, roles
from chalicelib.tenants.models import (
    FormerMember,
    Member,
    MemberEmail,
    Memberships,
    Tenant,
    email_key,
    former_key,
    member_key,
    tenant_key,
)

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+"
)
"""What HTML calls a valid e-mail address, in a domain with a dot: SES mails to no others."""
_MAX_ROLES = 50
MAX_ROLE_LENGTH = 64


class LastAdmin(Conflict):
    """A tenant needs at least one active admin; make somebody else one first."""

    code, title = "last_admin", "The last admin stays"


def authenticate(token: str) -> Actor:
    """Turn a bearer token into the member of this very moment.

    Who is no member of the token's tenant (any more), but an active one of another tenant, comes in
    without roles, so that they can choose that one.

    Raises:
        Unauthenticated: the token is not valid.
        Forbidden: the token's owner is a member of no tenant.
    """
    claims = identity.verify(token)
    member = find(Member, claims.tenant_id, member_key(claims.subject))
    if member is None:
        if memberships.active_in(claims.subject):
            return Actor(claims.tenant_id, claims.subject, claims.email, frozenset(), False)
        raise Forbidden("You are not a member of this tenant; ask one of its admins.")
    roles_held, is_active = frozenset(member.roles), member.may_come_in
    return Actor(claims.tenant_id, member.id, member.email, roles_held, is_active)


def get(tenant_id: str, id_or_email: str) -> Member:
    """Read a member by id or address.

    Raises:
        NotFound: there is no such member in this tenant.
    """
    member_id = id_or_email
    if "@" in id_or_email:
        address = find(MemberEmail, tenant_id, email_key(id_or_email))
        member_id = address.member_id if address else ""
    member = find(Member, tenant_id, member_key(member_id)) if member_id else None
    if member is None:
        raise NotFound("There is no such member.")
    return member


def page(tenant_id: str, limit: int, position: Position) -> tuple[list[Member], Position]:
    """Read one page of a tenant's members, in the order of their ids."""
    members = Member.sk.startswith("MEMBER#")
    return pages.read(Member, tenant_id, members, limit=limit, position=position)


def active(tenant_id: str) -> list[Member]:
    """List a tenant's active members in the order of their ids."""
    everyone = Member.query(tenant_id, Member.sk.startswith("MEMBER#"), consistent_read=True)
    return [member for member in everyone if member.is_active]


def alter(
    member: Member,
    actor: Person,
    now: datetime,
    *,
    names: list[str] | None = None,
    is_active: bool | None = None,
) -> Member:
    """Change a member's roles or activity; it acts at their next request.

    Raises:
        Invalid: not roles.
        LastAdmin: nobody could manage the tenant any more.
        Conflict: another request changed the member at the same time.
    """
    old = {"roles": member.roles, "is_active": member.is_active}
    was_admin, could_upload = is_admin(member), roles.may_upload(member)
    condition = _unchanged(member)
    if names is not None:
        member.roles = checked_roles(names)
    if is_active is not None:
        member.is_active = is_active
    new = {"roles": member.roles, "is_active": member.is_active}
    if new == old:
        return member
    if roles.may_upload(member):
        member.upload_lost_at = None
    elif could_upload:
        member.upload_lost_at = clock.timestamp(now)
    subject = ("member", member.id)
    commit(
        put(member, condition=condition),
        counted(member.pk, is_admin(member) - was_admin),
        put(record(member.pk, actor, "member.changed", subject, now, old=old, new=new)),
    )
    return member


def expel(member: Member, actor: Person, now: datetime) -> None:
    """Remove a member; what they uploaded stays. Who is left without any tenant cannot sign in.

    Raises:
        LastAdmin: nobody could manage the tenant any more.
        Conflict: another request changed the member at the same time.
    """
    old = {"email": member.email, "roles": member.roles, "is_active": member.is_active}
    lost_at = clock.timestamp(now) if roles.may_upload(member) else member.upload_lost_at
    written = record(member.pk, actor, "member.removed", ("member", member.id), now, old=old)
    unchanged = _unchanged(member)

    def write(found: Memberships | None) -> Memberships | None:
        commit(
            remove(member, condition=unchanged),
            put(FormerMember(member.pk, former_key(member.id), upload_lost_at=lost_at)),
            remove(MemberEmail(member.pk, email_key(member.email))),
            counted(member.pk, -is_admin(member)),
            put(written),
            memberships.leaving(member.id, member.pk, found, now),
        )
        return found

    before = memberships.of(member.id)
    found = despite_others(
        write,
        before,
        lambda _: memberships.of(member.id),
        "Too many people change this member at the same time; try again.",
    )
    left = sorted(set(found.tenants or ()) - {member.pk}) if found else []
    if left:
        directory.leave(member.id, member.pk, left[0])
    else:
        directory.delete(member.id)


def checked_roles(names: list[str]) -> list[str]:
    """Check role names: one of Reef's own at least, and any of the tenant's.

    Raises:
        Invalid: they are not.
    """
    unique = list(dict.fromkeys(name.strip() for name in names))
    if not roles.BUILT_IN & set(unique):
        raise invalid("roles", f"One of {', '.join(sorted(roles.BUILT_IN))} is needed")
    if len(unique) > _MAX_ROLES:
        raise invalid("roles", f"At most {_MAX_ROLES}")
    for name in unique:
        if not 1 <= len(name) <= MAX_ROLE_LENGTH or not name.isprintable():
            raise invalid("roles", f"A role has 1 to {MAX_ROLE_LENGTH} printable characters")
    return unique


def commit(*writes: Write) -> None:
    """Write a change of a member whole.

    Raises:
        LastAdmin: nobody could manage the tenant any more.
        Conflict: another request changed the member at the same time.
        ConditionFailed: the person's memberships have changed since they were read.
    """
    try:
        transact(*writes)
    except ConditionFailed as failure:
        failed = writes[failure.index].item
        if isinstance(failed, Memberships):
            raise
        if isinstance(failed, Tenant):
            raise LastAdmin from None
        raise Conflict("Somebody changed this member at the same time; look again.") from None


def counted(tenant_id: str, difference: int, condition: Condition | None = None) -> Write:
    """Keep the count of active admins, which never falls to none, while a condition holds."""
    tenant = tenant_key(tenant_id)
    enough: Condition = Tenant.admins > 1 if difference < 0 else Tenant.pk.exists()
    if condition is not None:
        enough &= condition
    if difference == 0:
        return check(tenant, enough)
    return change(tenant, Tenant.admins.add(difference), condition=enough)


def _unchanged(member: Member) -> Condition:
    """Ask that nobody changed what the count of admins depends on."""
    unchanged: Condition = Member.is_active == member.is_active
    unchanged &= Member.roles == member.roles
    return unchanged


def is_admin(member: Member) -> int:
    """Return 1 for an active admin, else 0."""
    return int(bool(member.is_active) and roles.ADMIN in member.roles)


def checked_email(email: str) -> str:
    """Check an e-mail address.

    Raises:
        Invalid: it is none.
    """
    address = email.strip()
    if not _EMAIL.fullmatch(address) or len(address) > 254:
        raise invalid("email", "Not an e-mail address")
    return address
