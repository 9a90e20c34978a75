"""Tenants and their members, as the tenants table holds them: `pk` is the tenant's id.

The seals of a tenant's records are kept beside those, in the audit table.
"""

from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from chalicelib.core.settings import settings
from chalicelib.core.tables import Item


class Tenant(Item):
    """A team that shares one library (`sk` = `TENANT`).

    `admins` counts the active admins, so that the last one can be kept.
    """

    class Meta:  # noqa: D106
        table_name = settings().tenants_table

    name = UnicodeAttribute()
    overrides: Any = JSONAttribute(default=dict)
    storage_quota_bytes = NumberAttribute(null=True)
    admins = NumberAttribute(default=0)
    created_at = UnicodeAttribute()


class Usage(Item):
    """What a tenant uses of its quota (`sk` = `USAGE`).

    `reservations` holds the ids of uploads that have taken their bytes but are not yet written.
    """

    class Meta:  # noqa: D106
        table_name = settings().tenants_table

    storage_bytes = NumberAttribute(default=0)
    assets = NumberAttribute(default=0)
    reservations = UnicodeSetAttribute(null=True)


class Member(Item):
    """A person in a tenant (`sk` = `MEMBER#` + the token's `sub`)."""

    class Meta:  # noqa: D106
        table_name = settings().tenants_table

    email = UnicodeAttribute()
    roles: Any = JSONAttribute()
    is_active = BooleanAttribute(default=True)
    created_at = UnicodeAttribute()

    @property
    def id(self) -> str:
        """The member's id, which is the token's `sub`."""
        return str(self.sk.removeprefix("MEMBER#"))


class MemberEmail(Item):
    """Which member an address belongs to (`sk` = `EMAIL#` + the address in lower case)."""

    class Meta:  # noqa: D106
        table_name = settings().tenants_table

    member_id = UnicodeAttribute()


class Seal(Item):
    """What proves a batch of audit records (`pk` = tenant + `#seals`, `sk` = the number).

    `records` maps the id of each record to its hash; `previous` is the hash of the seal before.
    """

    class Meta:  # noqa: D106
        table_name = settings().audit_table

    number = NumberAttribute()
    at = UnicodeAttribute()
    records: Any = JSONAttribute()
    previous = UnicodeAttribute()
    hash = UnicodeAttribute()


def seals_key(tenant_id: str) -> str:
    """Give the partition key of a tenant's seals."""
    return f"{tenant_id}#seals"


def seal_key(number: int) -> str:
    """Give the sort key of a tenant's n-th seal, the first being 1."""
    return f"{number:012d}"


def tenant_key(tenant_id: str) -> Tenant:
    """Name a tenant's item without reading it."""
    return Tenant(tenant_id, "TENANT")


def member_key(member_id: str) -> str:
    """Give the sort key of a member."""
    return f"MEMBER#{member_id}"


def email_key(email: str) -> str:
    """Give the sort key of an address; addresses differ in more than case."""
    return f"EMAIL#{email.strip().lower()}"
