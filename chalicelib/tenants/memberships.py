"""Which tenants a person belongs to: written with the member, so that both always agree."""

from collections.abc import Collection
from datetime import datetime, timedelta

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.core import clock
from chalicelib.core.errors import NotFound
from chalicelib.core.tables import ConditionFailed, Write, change, find, find_many, update
from chalicelib.tenants import directory
from chalicelib.tenants.models import Member, Memberships, Tenant, member_key, person_key

MEMBERSHIPS = "MEMBERSHIPS"

_SENDING = timedelta(seconds=60)
"""A request lives 29 seconds at most; an invitation that is older than this has died."""


def of(person_id: str) -> Memberships | None:
    """Read a person's memberships; None for a member of the time before they were kept."""
    return find(Memberships, person_key(person_id), MEMBERSHIPS)


def is_closed(person_id: str) -> bool:
    """Return whether a person has left their last tenant, and their user in the pool goes."""
    found = of(person_id)
    return found is not None and found.closed_at is not None


def joining(person_id: str, tenant_ids: set[str]) -> Write:
    """Return the write that adds tenants; it fails where the person's user is being deleted."""
    return change(
        _named(person_id),
        Memberships.tenants.add(tenant_ids),
        condition=Memberships.closed_at.does_not_exist(),
    )


def leaving(person_id: str, tenant_id: str, found: Memberships | None, now: datetime) -> Write:
    """Return the write that takes a tenant out; with the last one the memberships are closed.

    It fails where they are not as they were found any more.
    """
    held = set(found.tenants or ()) if found else set()
    if held - {tenant_id}:
        left = Memberships.tenants.delete({tenant_id})
        return change(_named(person_id), left, condition=Memberships.tenants == held)
    tenants = Memberships.tenants
    unchanged: Condition = tenants == held if held else tenants.does_not_exist()
    closing = [Memberships.closed_at.set(clock.timestamp(now)), Memberships.tenants.remove()]
    return change(_named(person_id), *closing, condition=unchanged)


def switch(person_id: str, tenant_id: str, own: Collection[str]) -> None:
    """Have a person's next tokens be for another tenant.

    Args:
        person_id: who.
        tenant_id: the tenant to work in.
        own: the ids of those where they are an active member.

    Raises:
        NotFound: they are none there.
    """
    if tenant_id not in own:
        raise NotFound("There is no such tenant.")
    directory.choose_tenant(person_id, tenant_id)


def active_in(person_id: str) -> list[Tenant]:
    """List the tenants where a person is an active member, by name."""
    found = of(person_id)
    tenant_ids = sorted(found.tenants or ()) if found else []
    own = find_many(Member, [(one, member_key(person_id)) for one in tenant_ids])
    active = [(member.pk, "TENANT") for member in own if member.may_come_in]
    return sorted(find_many(Tenant, active), key=lambda tenant: (tenant.name, tenant.pk))


def begin_password(person_id: str, now: datetime) -> bool:
    """Take it on to mail a person a temporary password; False where another invitation does.

    Of invitations at once one alone mails a password, which no other one then replaces while it
    works.
    """
    free = Memberships.password_until.does_not_exist()
    free |= Memberships.password_until < clock.timestamp(now)
    try:
        update(_named(person_id), _until(now + _SENDING), condition=free)
    except ConditionFailed:
        return False
    return True


def end_password(person_id: str, now: datetime, *, sent: bool) -> None:
    """Note that a temporary password was mailed, or that it was not."""
    lasting = _until(now + directory.TEMPORARY_PASSWORD)
    update(_named(person_id), lasting if sent else Memberships.password_until.remove())


def _until(moment: datetime) -> Action:
    return Memberships.password_until.set(clock.timestamp(moment))


def _named(person_id: str) -> Memberships:
    return Memberships(person_key(person_id), MEMBERSHIPS)
