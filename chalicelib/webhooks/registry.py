"""A tenant's webhooks: made, read, changed, switched off, deleted, listed."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.core import pages
from chalicelib.core.api.identity import Actor
from chalicelib.core.clock import timestamp
from chalicelib.core.errors import Conflict, invalid
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import SYSTEM, record
from chalicelib.core.pages import Position
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.resources import Resources
from chalicelib.core.tables import ConditionFailed, change, find, put, transact, update
from chalicelib.webhooks import addresses, signing
from chalicelib.webhooks.addresses import LONGEST_URL, NotAllowed
from chalicelib.webhooks.models import WEBHOOK, EventType, Webhook

_MOST = 20
"""How many webhooks a tenant may have; each is asked for with every event."""

_LOOK_UP_SECONDS = 3.0

Url = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_URL)]
EventTypes = Annotated[list[EventType], msgspec.Meta(min_length=1, max_length=50)]
Reason = Literal["gone", "failing"]

_webhooks = Resources(Webhook, WEBHOOK, "webhook", "webhook")


class TooManyWebhooks(Conflict):
    """The tenant has as many webhooks as one may have; delete one first."""

    code, title = "too_many_webhooks", "Too many webhooks"


class WebhookWanted(msgspec.Struct, kw_only=True):
    """A webhook to be made.

    Attributes:
        url: where events are sent to, `https://` unless there is a reason; no address of a private
            network, however it is written, and none that a name leads to.
        events: the types of events that it is for.
        is_active: send them; false keeps it for later.
    """

    url: Url
    events: EventTypes
    is_active: bool = True


class WebhookChange(msgspec.Struct, kw_only=True):
    """What changes of a webhook.

    Attributes:
        url: where events are sent to, from the next attempt on.
        events: all types of events that it is for, in place of those there are.
        is_active: send them or not; what is pending is cancelled while it does not.
    """

    url: Url | msgspec.UnsetType = msgspec.UNSET
    events: EventTypes | msgspec.UnsetType = msgspec.UNSET
    is_active: bool | msgspec.UnsetType = msgspec.UNSET


def get(actor: Actor, webhook_id: str) -> Webhook:
    """Read a webhook of the actor's tenant.

    Raises:
        NotFound: there is none.
    """
    return _webhooks.get(actor.tenant_id, webhook_id)


def every(tenant_id: str) -> list[Webhook]:
    """List all webhooks of a tenant, as they are now."""
    return list(Webhook.query(tenant_id, Webhook.sk.startswith(WEBHOOK), consistent_read=True))


def page(tenant_id: str, limit: int, position: Position) -> tuple[list[Webhook], Position]:
    """Read one page of a tenant's webhooks, the newest first."""
    ours = Webhook.sk.startswith(WEBHOOK)
    return pages.read(
        *(Webhook, tenant_id, ours),
        limit=limit,
        position=position,
        newest_first=True,
        consistent=True,
    )


def create(actor: Actor, wanted: WebhookWanted, now: datetime) -> Webhook:
    """Make a webhook with a secret of its own.

    A request that was sent before, and got no answer, gives its webhook another secret.

    Raises:
        Invalid: the address is none where a webhook may lead.
        TooManyWebhooks: the tenant has as many as one may have.
    """
    made = _webhooks.made_before(actor.tenant_id, now)
    if made is not None:
        update(made, Webhook.secret.set(signing.new_secret()), condition=Webhook.pk.exists())
        return made
    values = _checked(msgspec.to_builtins(wanted))
    if len(every(actor.tenant_id)) >= _MOST:
        raise TooManyWebhooks(f"A tenant has at most {_MOST} webhooks.")
    at = timestamp(now)
    webhook = Webhook(
        actor.tenant_id,
        f"{WEBHOOK}{under_way(now).id('webhook')}",
        values=values,
        secret=signing.new_secret(),
        created_by=actor.person,
        created_at=at,
        updated_at=at,
    )
    subject = ("webhook", webhook.id)
    written = record(webhook.pk, actor.person, "webhook.created", subject, now, new=values)
    transact(put(webhook, condition=Webhook.pk.does_not_exist()), put(written))
    return webhook


def alter(
    webhook: Webhook, wanted: WebhookChange, actor: Actor, now: datetime, if_match: str | None
) -> Webhook:
    """Change the fields of a webhook that are given.

    Raises:
        Invalid: as `create`.
        PreconditionFailed: `if_match` names another revision.
        NotFound: it has been deleted.
        Conflict: too many change it at the same time.
    """
    checked = _checked(msgspec.to_builtins(wanted))
    changed = _webhooks.replace(
        webhook, lambda read: read.values | checked, actor.person, now, if_match
    )
    if changed.failing_since is not None and not {"url", "is_active"}.isdisjoint(checked):
        _forget_failures(changed)
    return changed


def delete(webhook: Webhook, actor: Actor, now: datetime, if_match: str | None) -> None:
    """Remove a webhook; what is pending is cancelled. Idempotent.

    Raises:
        PreconditionFailed: `if_match` names another revision.
        Conflict: too many change it at the same time.
    """
    _webhooks.delete(webhook, actor.person, now, if_match)


def switch_off(webhook: Webhook, reason: Reason, now: datetime) -> None:
    """Send nothing any more by a webhook, because its receiver is gone or fails for days."""

    def write(read: Webhook | None) -> None:
        if read is None or not read.is_active:
            return
        new = read.values | {"is_active": False}
        told = record(
            *(read.pk, SYSTEM, "webhook.switched_off", ("webhook", read.id), now),
            old=read.values,
            new=new | {"reason": reason},
        )
        actions = [
            Webhook.values.set(new),
            Webhook.revision.set(read.revision + 1),
            Webhook.updated_at.set(timestamp(now)),
            Webhook.failing_since.remove(),
            Webhook.paused_until.remove(),
        ]
        transact(change(read, *actions, condition=Webhook.revision == read.revision), put(told))

    there: Webhook | None = webhook
    again = lambda _: find(Webhook, webhook.pk, webhook.sk)  # noqa: E731
    despite_others(write, there, again, None)


def _forget_failures(webhook: Webhook) -> None:
    """Ask a receiver that was put right at once, however long it has failed."""
    actions = [
        Webhook.failing_since.remove(),
        Webhook.paused_until.remove(),
        Webhook.pauses.set(0),
    ]
    try:
        update(webhook, *actions, condition=Webhook.pk.exists())
    except ConditionFailed:
        return  # deleted meanwhile


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as they are kept: each type once, and an address that leads to no inside.

    Raises:
        Invalid: the address does not.
    """
    if "events" in values:
        values["events"] = list(dict.fromkeys(values["events"]))
    if "url" in values:
        try:
            addresses.require_allowed(values["url"], _LOOK_UP_SECONDS)
        except NotAllowed as refusal:
            raise invalid("url", str(refusal)) from None
    return values
