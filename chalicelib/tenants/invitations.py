"""Invitations: how people become members, and get to know how to sign in."""

from datetime import datetime

from chalicelib.core import clock
from chalicelib.core.errors import Conflict
from chalicelib.core.outbox import Person, record
from chalicelib.core.tables import ConditionFailed, find, put, transact
from chalicelib.tenants import directory, members, memberships
from chalicelib.tenants.directory import PoolUser
from chalicelib.tenants.models import Member, MemberEmail, Tenant, email_key, member_key

_ATTEMPTS = 5
"""How often a person's last membership may end at the very moment of an invitation."""


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

    Whether the address is known elsewhere shows in nothing but the person's own mail.

    Args:
        tenant_id: where.
        email: their address.
        names: their roles.
        actor: who invites.
        now: when.
        is_active: whether they may come in at once.
        password: a lasting one, for seeds; without it a temporary one is mailed to whoever has no
            password yet.

    Raises:
        Invalid: not an address, or not roles.
        Conflict: they are a member already.
    """
    address = members.checked_email(email)
    names = members.checked_roles(names)
    if find(MemberEmail, tenant_id, email_key(address)):
        raise Conflict(f"{address} is a member already.")
    for _ in range(_ATTEMPTS):
        person = _pool_user(tenant_id, address)
        member = Member(
            tenant_id,
            member_key(person.id),
            email=address,
            roles=names,
            is_active=is_active,
            created_at=clock.timestamp(now),
        )
        if _is_added(member, person, actor, now):
            break
    else:
        raise Conflict(f"{address} cannot be invited at this moment; try again.")
    try:  # only now, since of several invitations at once this one alone has come about
        _let_in(person, now, password)
        if person.tenant_id != tenant_id:
            _point(person, tenant_id)
    except Exception:
        members.expel(member, actor, now)  # without the mail nobody could sign in
        raise
    return member


def _is_added(member: Member, person: PoolUser, actor: Person, now: datetime) -> bool:
    """Write a new member; False where the person's user in the pool is just being deleted.

    Raises:
        Conflict: they are a member already.
    """
    tenant_id, address = member.pk, member.email
    new = {"email": address, "roles": member.roles, "is_active": member.is_active}
    try:
        transact(
            put(member, condition=Member.pk.does_not_exist()),
            put(
                MemberEmail(tenant_id, email_key(address), member_id=person.id),
                condition=MemberEmail.pk.does_not_exist(),
            ),
            members.counted(
                tenant_id, members.is_admin(member), Tenant.suspended_at.does_not_exist()
            ),
            put(record(tenant_id, actor, "member.invited", ("member", person.id), now, new=new)),
            memberships.joining(person.id, {tenant_id, *_earlier(person)}),
        )
    except ConditionFailed as failure:
        if failure.index == _JOINING:
            return False
        if failure.index == _COUNTING:
            raise Conflict("This tenant is suspended.") from None
        raise Conflict(f"{address} is a member already.") from None
    return True


_COUNTING, _JOINING = 2, 4
"""The positions of the writes that fail where the tenant is suspended, and where a person's user is
being deleted."""


def _earlier(person: PoolUser) -> set[str]:
    """Return the tenant of a person who became a member before memberships were kept."""
    known = not person.tenant_id or memberships.of(person.id) is not None
    if known or find(Member, person.tenant_id, member_key(person.id)) is None:
        return set()
    return {person.tenant_id}


def _pool_user(tenant_id: str, address: str) -> PoolUser:
    """Create the user of a new member, or find them; one who has left everywhere is replaced."""
    person = directory.create(tenant_id, address)
    if person.password is None and memberships.is_closed(person.id):
        directory.delete(person.id)
        person = directory.create(tenant_id, address)
    return person


def _point(person: PoolUser, tenant_id: str) -> None:
    """Have a person's tokens be for this tenant where they are for one that is not theirs."""
    found = memberships.of(person.id)
    if found is not None and person.tenant_id not in (found.tenants or ()):
        directory.choose_tenant(person.id, tenant_id)


def _let_in(person: PoolUser, now: datetime, password: str | None) -> None:
    """Give a new member a password where they have none, and mail them the invitation."""
    if password is not None:
        directory.set_password(person.id, password, lasting=True)
        return
    if person.has_password or not memberships.begin_password(person.id, now):
        directory.mail_welcome(person)
        return
    sent = False
    try:
        directory.mail_password(person)
        sent = True
    finally:
        memberships.end_password(person.id, now, sent=sent)
