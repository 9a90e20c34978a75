"""Members: who they are, what they may, and how they come and go."""

import re
from datetime import datetime
from typing import Any

from chalicelib.core import clock, identity
from chalicelib.core.errors import Conflict, Forbidden, NotFound, invalid
from chalicelib.core.identity import Actor
from chalicelib.core.outbox import Person, record
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
from chalicelib.tenants import directory, roles
from chalicelib.tenants.models import (
    Member,
    MemberEmail,
    Tenant,
    email_key,
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

    Raises:
        Unauthenticated: the token is not valid.
        Forbidden: the member was deactivated or removed.
    """
    claims = identity.verify(token)
    member = find(Member, claims.tenant_id, member_key(claims.subject))
    if member is None or not member.is_active:
        raise Forbidden("You are not an active member of this tenant; ask one of its admins.")
    return Actor(claims.tenant_id, member.id, member.email, frozenset(member.roles))


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


def page(tenant_id: str, limit: int, after: str | None) -> tuple[list[Member], str | None]:
    """List a tenant's members in the order of their ids, and where the next page starts."""
    start = {"pk": {"S": tenant_id}, "sk": {"S": after}} if after else None
    results = Member.query(
        tenant_id, Member.sk.startswith("MEMBER#"), limit=limit, last_evaluated_key=start
    )
    found = list(results)
    last = results.last_evaluated_key
    return found, last["sk"]["S"] if last else None


def active(tenant_id: str) -> list[Member]:
    """List a tenant's active members in the order of their ids."""
    everyone = Member.query(tenant_id, Member.sk.startswith("MEMBER#"), consistent_read=True)
    return [member for member in everyone if member.is_active]


def invite(
    tenant_id: str,
    email: str,
    names: list[str],
    actor: Person,
    now: datetime,
    *,
    is_active: bool = True,
    password: str | None = None,
) -> Member:
    """Make a person a member and give them a way to sign in.

    Args:
        tenant_id: where.
        email: their address, unique in the whole user pool.
        names: their roles.
        actor: who invites.
        now: when.
        is_active: whether they may come in at once.
        password: a lasting one, for seeds; without it a temporary one is mailed.

    Raises:
        Invalid: not an address, or not roles.
        Conflict: they are a member already, or the address is taken.
    """
    address = checked_email(email)
    names = checked_roles(names)
    if find(MemberEmail, tenant_id, email_key(address)):
        raise Conflict(f"{address} is a member already.")
    person = directory.create(tenant_id, address, password)
    member = Member(
        tenant_id,
        member_key(person.id),
        email=address,
        roles=names,
        is_active=is_active,
        created_at=clock.timestamp(now),
    )
    new = {"email": address, "roles": names, "is_active": is_active}
    subject = ("member", person.id)
    try:
        transact(
            put(member, condition=Member.pk.does_not_exist()),
            put(
                MemberEmail(tenant_id, email_key(address), member_id=person.id),
                condition=MemberEmail.pk.does_not_exist(),
            ),
            _counted(tenant_id, _is_admin(member) - 0),
            put(record(tenant_id, actor, "member.invited", subject, now, new=new)),
        )
    except ConditionFailed:
        raise Conflict(f"{address} is a member already.") from None
    if password is None:
        try:
            directory.send_invitation(person)
        except Exception:
            expel(member, actor, now)  # without the mail nobody could sign in, nor be invited again
            raise
    return member


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
        Conflict: somebody else changed the member at the same time.
    """
    old = {"roles": member.roles, "is_active": member.is_active}
    was_admin = _is_admin(member)
    condition = _unchanged(member)
    if names is not None:
        member.roles = checked_roles(names)
    if is_active is not None:
        member.is_active = is_active
    new = {"roles": member.roles, "is_active": member.is_active}
    if new == old:
        return member
    subject = ("member", member.id)
    _commit(
        put(member, condition=condition),
        _counted(member.pk, _is_admin(member) - was_admin),
        put(record(member.pk, actor, "member.changed", subject, now, old=old, new=new)),
    )
    return member


def expel(member: Member, actor: Person, now: datetime) -> None:
    """Remove a member; what they uploaded stays.

    Raises:
        LastAdmin: nobody could manage the tenant any more.
        Conflict: somebody else changed the member at the same time.
    """
    old = {"email": member.email, "roles": member.roles, "is_active": member.is_active}
    subject = ("member", member.id)
    _commit(
        remove(member, condition=_unchanged(member)),
        remove(MemberEmail(member.pk, email_key(member.email))),
        _counted(member.pk, -_is_admin(member)),
        put(record(member.pk, actor, "member.removed", subject, now, old=old)),
    )
    directory.delete(member.email)


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


def _commit(*writes: Write) -> None:
    try:
        transact(*writes)
    except ConditionFailed as failure:
        if isinstance(writes[failure.index].item, Tenant):
            raise LastAdmin from None
        raise Conflict("Somebody changed this member at the same time; look again.") from None


def _counted(tenant_id: str, difference: int) -> Write:
    """Keep the count of active admins, which never falls to none."""
    tenant = tenant_key(tenant_id)
    if difference == 0:
        return check(tenant, Tenant.pk.exists())
    enough = Tenant.admins > 1 if difference < 0 else Tenant.pk.exists()
    return change(tenant, Tenant.admins.add(difference), condition=enough)


def _unchanged(member: Member) -> Any:
    """Ask that nobody changed what the count of admins depends on."""
    return (Member.is_active == member.is_active) & (Member.roles == member.roles)


def _is_admin(member: Member) -> int:
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
