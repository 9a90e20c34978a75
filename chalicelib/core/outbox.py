"""The record of a change: written in the change's own transaction, so it is audit and outbox."""

from datetime import datetime
from typing import Any

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.core import clock, logs
from chalicelib.core.attributes import StructAttribute
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item


class Person(msgspec.Struct, frozen=True):
    """A person as answers show one: `id` is the token's `sub` and the member's id.

    Attributes:
        id: the `sub` of the person's token, which is the member's id; of what Reef does by itself,
            its name.
        email: the address; empty where Reef acted by itself.
    """

    id: str
    email: str


class Subject(msgspec.Struct, frozen=True):
    """The thing that a record is about: its kind, such as `asset`, and its id.

    Attributes:
        type: the kind of thing, such as `asset`.
        id: its id among things of that kind.
    """

    type: str
    id: str


SYSTEM = Person("reef", "")
"""The actor of what Reef does by itself: scanning, publishing, sweeping."""


class BySubject(GlobalSecondaryIndex["AuditRecord"]):
    """A tenant's records about one thing, in the order of time."""

    class Meta:  # noqa: D106
        index_name = "by_subject"
        projection = AllProjection()

    subject_key = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class ByActor(GlobalSecondaryIndex["AuditRecord"]):
    """A tenant's records of one actor's deeds, in the order of time."""

    class Meta:  # noqa: D106
        index_name = "by_actor"
        projection = AllProjection()

    actor_key = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class AuditRecord(Item):
    """Who did what to which thing, with the values before and after.

    `pk` is tenant and month, `sk` a UUIDv7, so one partition holds a month in order. `api_key_id`
    names the key by which a program did it for the actor.
    """

    class Meta:  # noqa: D106
        table_name = settings().audit_table

    tenant_id = UnicodeAttribute()
    at = UnicodeAttribute()
    actor = StructAttribute(Person)
    action = UnicodeAttribute()
    subject = StructAttribute(Subject)
    subject_key = UnicodeAttribute()
    actor_key = UnicodeAttribute()
    old = StructAttribute(dict[str, Any], null=True)
    new = StructAttribute(dict[str, Any], null=True)
    request_id = UnicodeAttribute(null=True)
    api_key_id = UnicodeAttribute(null=True)

    by_subject = BySubject()
    by_actor = ByActor()


def month_key(tenant_id: str, moment: datetime) -> str:
    """Return the partition key of a tenant's records of one month."""
    return f"{tenant_id}#{moment:%Y-%m}"


def record(
    tenant_id: str,
    actor: Person,
    action: str,
    subject: tuple[str, str],
    now: datetime,
    *,
    old: Any = None,
    new: Any = None,
) -> AuditRecord:
    """Describe a change, to be put into the change's transaction.

    Args:
        tenant_id: whose change it is.
        actor: who did it.
        action: kind and deed, such as `asset.created`.
        subject: kind and id of the thing changed.
        now: when.
        old: the values before, JSON-like.
        new: the values after, JSON-like.
    """
    kind, identifier = subject
    return AuditRecord(
        month_key(tenant_id, now),
        clock.new_id(now),
        tenant_id=tenant_id,
        at=clock.timestamp(now),
        actor=actor,
        action=action,
        subject=Subject(kind, identifier),
        subject_key=f"{tenant_id}#{identifier}",
        actor_key=f"{tenant_id}#{actor.id}",
        old=old,
        new=new,
        request_id=logs.request_id.get() or None,
        api_key_id=logs.api_key_id.get() or None,
    )
