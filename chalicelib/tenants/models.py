"""Tenants and their members, as the tenants table holds them: `pk` is the tenant's id.

Which tenants a person belongs to is kept under the person, who is of no single one. The seals of a
tenant's records are kept beside those, in the audit table.
"""

from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item


class Tenant(Item):
    """A team that shares one library (`sk` = `TENANT`).

    `admins` counts the active admins, so that the last one can be kept. `suspended_at` is when the
    deployment's admin suspended it.
    """

    class Meta:  # noqa: D106
        table_name = settings().tenants_table

    name = UnicodeAttribute()
    overrides = StructAttribute(dict[str, Any], default=dict)
    storage_quota_bytes = IntegerAttribute(null=True)
    admins = IntegerAttribute(default=0)
    suspended_at = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()


class Usage(Item):
    """What a tenant uses of its quota (`sk` = `USAGE`).

    `reservations` holds the ids of uploads that have taken their bytes but are not yet written.
    """

    class Meta:  # noqa: D106
        table_name = settings().tenants_table

    storage_bytes = IntegerAttribute(default=0)
    assets = IntegerAttribute(default=0)
    reservations = UnicodeSetAttribute(null=True)


class Member(Item):
    """A person in a tenant (`sk` = `MEMBER#` + the token's `sub`).

    `upload_lost_at` is when they were deactivated or lost the roles that upload, until they may
    upload again. `suspended_at` is the tenant's, so that a request reads the member alone.
    Members of schema version 1 are of the time before `Memberships` were kept.
    """

    class Meta:  # noqa: D106
        table_name = settings().tenants_table

    schema_version = IntegerAttribute(default=2)
    email = UnicodeAttribute()
    roles = StructAttribute(list[str])
    is_active = BooleanAttribute(default=True)
    upload_lost_at = UnicodeAttribute(null=True)
    suspended_at = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()

    @property
    def may_come_in(self) -> bool:
        """Whether the member is active, in a tenant that is not suspended."""
        return bool(self.is_active) and self.suspended_at is None

    @property
    def id(self) -> str:
        """The member's id, which is the token's `sub`."""
        return str(self.sk.removeprefix("MEMBER#"))


class FormerMember(Item):
    """What is left of a member who was removed (`sk` = `LEFT#` + the id)."""

    class Meta:  # noqa: D106
        table_name = settings().tenants_table

    upload_lost_at = UnicodeAttribute(null=True)


class MemberEmail(Item):
    """Which member an address belongs to (`sk` = `EMAIL#` + the address in lower case)."""

    class Meta:  # noqa: D106
        table_name = settings().tenants_table

    member_id = UnicodeAttribute()


class Memberships(Item):
    """The tenants of one person (`pk` = `PERSON#` + the token's `sub`, `sk` = `MEMBERSHIPS`).

    `tenants` holds their ids. `closed_at` is when the last one was left: the person's user in the
    pool is being deleted, or was. `password_until` is until when a password that was mailed has to
    be left alone: for a minute while it is being sent, then for as long as it works.
    """

    class Meta:  # noqa: D106
        table_name = settings().tenants_table

    tenants = UnicodeSetAttribute(null=True)
    closed_at = UnicodeAttribute(null=True)
    password_until = UnicodeAttribute(null=True)


class Seal(Item):
    """What proves a batch of audit records (`pk` = tenant + `#seals`, `sk` = the number).

    `records` maps the id of each record to its hash; `previous` is the hash of the seal before.
    """

    class Meta:  # noqa: D106
        table_name = settings().audit_table

    number = IntegerAttribute()
    at = UnicodeAttribute()
    records = StructAttribute(dict[str, str])
    previous = UnicodeAttribute()
    hash = UnicodeAttribute()


def seals_key(tenant_id: str) -> str:
    """Return the partition key of a tenant's seals."""
    return f"{tenant_id}#seals"


def seal_key(number: int) -> str:
    """Return the sort key of a tenant's n-th seal, the first being 1."""
    return f"{number:012d}"


def tenant_key(tenant_id: str) -> Tenant:
    """Name a tenant's item without reading it."""
    return Tenant(tenant_id, "TENANT")


def member_key(member_id: str) -> str:
    """Return the sort key of a member."""
    return f"MEMBER#{member_id}"


def person_key(person_id: str) -> str:
    """Return the partition key of what concerns a person in all of their tenants."""
    return f"PERSON#{person_id}"


def former_key(member_id: str) -> str:
    """Return the sort key of a member who was removed."""
    return f"LEFT#{member_id}"


def email_key(email: str) -> str:
    """Return the sort key of an address; addresses differ in more than case."""
    return f"EMAIL#{email.strip().lower()}"
