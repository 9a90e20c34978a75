"""What people are told of, and how they want it: by mail at once, in the daily digest, or not."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, get_args

from pynamodb.expressions.update import Action

from chalicelib.core.outbox import Person, record
from chalicelib.core.tables import change, find, put, transact
from chalicelib.notifications.models import Preferences, person_key

NotificationKind = Literal[
    "assignment",
    "reminder",
    "escalation",
    "decision",
    "mention",
    "quarantine",
    "rights_ending",
    "screens",
    "saved_search",
    "webhooks",
]
Delivery = Literal["mail", "digest", "off"]
"""How a member is told; the inbox shows everything, whatever they choose."""

KINDS: tuple[NotificationKind, ...] = get_args(NotificationKind)


def of(tenant_id: str, member_id: str) -> dict[NotificationKind, Delivery]:
    """Return how a member wants to be told of each kind."""
    return _values(find(Preferences, person_key(tenant_id, member_id), "PREFERENCES"))


def of_all(
    tenant_id: str, member_ids: Iterable[str]
) -> dict[str, dict[NotificationKind, Delivery]]:
    """Return how each of some members wants to be told, by their ids."""
    keys = {(person_key(tenant_id, member_id), "PREFERENCES") for member_id in member_ids}
    found = Preferences.batch_get(list(keys), consistent_read=True)
    said = {item.pk.partition("#")[2]: _values(item) for item in found}
    return {member_id: said.get(member_id) or _values(None) for member_id in member_ids}


def alter(
    tenant_id: str,
    member_id: str,
    wanted: dict[NotificationKind, Delivery],
    actor: Person,
    now: datetime,
) -> dict[NotificationKind, Delivery]:
    """Change how a member wants to be told of some kinds; gives all of them."""
    old = of(tenant_id, member_id)
    new = old | wanted
    if new == old:
        return old
    item = Preferences(person_key(tenant_id, member_id), "PREFERENCES")
    actions: list[Action] = [
        getattr(Preferences, kind).set(value) for kind, value in wanted.items()
    ]
    actions.append(Preferences.schema_version.set(1))
    subject = ("member", member_id)
    written = record(tenant_id, actor, "member.preferences_changed", subject, now, old=old, new=new)
    transact(change(item, *actions), put(written))
    return new


def _values(item: Preferences | None) -> dict[NotificationKind, Delivery]:
    return {kind: (item and getattr(item, kind)) or "mail" for kind in KINDS}
