"""Tenants themselves: creating one, reading its settings, changing them."""

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from chalicelib.core import clock
from chalicelib.core.errors import Conflict, invalid
from chalicelib.core.outbox import Person, record
from chalicelib.core.settings import TENANT_SETTINGS, Settings, for_tenant, settings
from chalicelib.core.tables import (
    ConditionFailed,
    Item,
    Key,
    change,
    find,
    find_together,
    put,
    transact,
)
from chalicelib.tenants.models import Tenant, Usage

A = TypeVar("A", bound=Item)
B = TypeVar("B", bound=Item)

OPERATOR = Person("operator", "")
"""The actor of what the deployment's admin does at the command line."""


def create(name: str, now: datetime) -> str:
    """Create a tenant without members; gives its id."""
    tenant_id = clock.new_id(now)
    created = clock.timestamp(now)
    transact(
        put(Tenant(tenant_id, "TENANT", name=name, created_at=created)),
        put(Usage(tenant_id, "USAGE")),
        put(
            record(
                tenant_id,
                OPERATOR,
                "tenant.created",
                ("tenant", tenant_id),
                now,
                new={"name": name},
            )
        ),
    )
    return tenant_id


def get(tenant_id: str) -> Tenant:
    """Read a tenant that is known to exist."""
    tenant = find(Tenant, tenant_id, "TENANT")
    if tenant is None:
        raise LookupError(f"no tenant {tenant_id}")
    return tenant


def get_with(
    tenant_id: str, first: Key[A] | None, second: Key[B] | None = None
) -> tuple[Tenant, A | None, B | None]:
    """Read a tenant that is known to exist, and one or two other items, in one request."""
    tenant, one, other = find_together((Tenant, tenant_id, "TENANT"), first, second)
    if tenant is None:
        raise LookupError(f"no tenant {tenant_id}")
    return tenant, one, other


def usage(tenant_id: str) -> Usage:
    """Read what a tenant uses."""
    return find(Usage, tenant_id, "USAGE") or Usage(tenant_id, "USAGE")


def settings_of(tenant_id: str) -> Settings:
    """Return the settings in force for a tenant that is known to exist, its own quota included."""
    return settings_in_force(get(tenant_id))


def settings_in_force(tenant: Tenant) -> Settings:
    """Return the settings in force for a tenant that was read already."""
    effective = for_tenant(tenant.overrides)
    if tenant.storage_quota_bytes is None:
        return effective
    return msgspec.structs.replace(effective, storage_quota_bytes=tenant.storage_quota_bytes)


def shown_settings(tenant: Tenant) -> dict[str, Any]:
    """Return the settings that a tenant may override, with their values in force, by name."""
    values = msgspec.to_builtins(settings_in_force(tenant))
    return {name.upper(): values[name] for name in TENANT_SETTINGS}


def change_settings(
    tenant: Tenant, changes: dict[str, Any], actor: Person, now: datetime
) -> Tenant:
    """Override some settings; None takes an override back.

    Raises:
        Invalid: not a setting of tenants, or a value that it does not take.
        Conflict: another request changed the settings at the same time.
    """
    old = dict(tenant.overrides)
    new = dict(old)
    for name, value in changes.items():
        field = name.lower()
        if field not in TENANT_SETTINGS or name != name.upper():
            raise invalid(f"settings.{name}", "Not a setting that a tenant can change")
        if value is None:
            new.pop(field, None)
        else:
            new[field] = _checked(name, field, value)
    subject = ("tenant", str(tenant.pk))
    change_record = record(
        tenant.pk, actor, "tenant.settings_changed", subject, now, old=old, new=new
    )
    unchanged = Tenant.overrides == old
    try:
        transact(change(tenant, Tenant.overrides.set(new), condition=unchanged), put(change_record))
    except ConditionFailed:
        raise Conflict("Somebody changed the settings at the same time; look again.") from None
    tenant.overrides = new
    return tenant


def _checked(name: str, field: str, value: Any) -> Any:
    try:
        effective = for_tenant({field: value})
    except msgspec.ValidationError as error:
        raise invalid(f"settings.{name}", str(error).partition(" - at ")[0]) from error
    if field == "allowed_mime_types":
        unknown = sorted(set(effective.allowed_mime_types) - set(settings().allowed_mime_types))
        if unknown:
            some = ", ".join(unknown[:10])
            raise invalid(f"settings.{name}", f"Not allowed here: {some}")
        return list(dict.fromkeys(effective.allowed_mime_types))
    return value


def set_quota(tenant_id: str, quota_bytes: int) -> None:
    """Give a tenant a storage quota of its own, as the deployment's admin may.

    Raises:
        Conflict: another request changed it at the same time.
    """
    tenant, now = get(tenant_id), clock.now()
    before = tenant.storage_quota_bytes
    written = record(
        tenant_id,
        OPERATOR,
        "tenant.quota_changed",
        ("tenant", tenant_id),
        now,
        old={"storage_quota_bytes": settings_in_force(tenant).storage_quota_bytes},
        new={"storage_quota_bytes": quota_bytes},
    )
    quota = Tenant.storage_quota_bytes
    unchanged = quota.does_not_exist() if before is None else quota == before
    try:
        transact(change(tenant, quota.set(quota_bytes), condition=unchanged), put(written))
    except ConditionFailed:
        raise Conflict("Somebody changed the quota at the same time; look again.") from None
