"""Suspending a tenant: nobody works in it and nothing of it is shown until it is resumed."""

from datetime import datetime

from chalicelib.core import clock
from chalicelib.core.outbox import record
from chalicelib.core.tables import ConditionFailed, change, put, transact, update
from chalicelib.tenants import accounts
from chalicelib.tenants.models import Member, Tenant


def suspend(tenant_id: str, now: datetime) -> int:
    """Keep every member, API key and visitor out; return how many members there are. Idempotent.

    Uploads that have arrived are processed, and screens go on with what they have.

    Raises:
        LookupError: there is no such tenant.
    """
    tenant = accounts.get(tenant_id)
    if tenant.suspended_at is None:
        _write(tenant, clock.timestamp(now), "tenant.suspended", now)
    return _mark(tenant_id, tenant.suspended_at)


def resume(tenant_id: str, now: datetime) -> int:
    """Let everybody in again; return how many members there are. Idempotent.

    Raises:
        LookupError: there is no such tenant.
    """
    tenant = accounts.get(tenant_id)
    if tenant.suspended_at is not None:
        _write(tenant, None, "tenant.resumed", now)
    return _mark(tenant_id, None)


def _write(tenant: Tenant, suspended_at: str | None, action: str, now: datetime) -> None:
    """Note it on the tenant, from when on nobody can be invited."""
    at = Tenant.suspended_at
    actions = at.set(suspended_at) if suspended_at else at.remove()
    before = at.does_not_exist() if suspended_at else at.exists()
    written = record(tenant.pk, accounts.OPERATOR, action, ("tenant", tenant.pk), now)
    transact(change(tenant, actions, condition=before & Tenant.pk.exists()), put(written))
    tenant.suspended_at = suspended_at


def _mark(tenant_id: str, suspended_at: str | None) -> int:
    """Note it on every member, since a request reads no more than that."""
    count, at = 0, Member.suspended_at
    for member in Member.query(tenant_id, Member.sk.startswith("MEMBER#"), consistent_read=True):
        action = at.set(suspended_at) if suspended_at else at.remove()
        try:
            update(member, action, condition=Member.pk.exists())
        except ConditionFailed:
            continue  # removed meanwhile
        count += 1
    return count
