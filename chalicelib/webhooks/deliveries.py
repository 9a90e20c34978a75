"""Deliveries: made once for each event and webhook, listed, and sent again on request."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from chalicelib.core import clock, pages, queues
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.outbox import record
from chalicelib.core.pages import Position
from chalicelib.core.records import Record
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, change, find, find_many, insert, put, transact
from chalicelib.webhooks import messages, registry, schedule
from chalicelib.webhooks.messages import Event
from chalicelib.webhooks.models import DELIVERY, Delivery, Status, Webhook, deliveries_key

GRACE = timedelta(minutes=1)
"""When the sweeper sends an order anew that came to nothing."""

LONGEST_DELAY = timedelta(minutes=15)
"""How long a queue keeps a message back at most."""


class WebhookInactive(Conflict):
    """The webhook is switched off; switch it on first."""

    code, title = "webhook_inactive", "The webhook is switched off"


class Order(msgspec.Struct, frozen=True):
    """What the queue of deliveries says: send this one."""

    tenant_id: str
    webhook_id: str
    delivery_id: str


def orders(body: str) -> list[Order]:
    """Read the order of a message; for `entrypoint.batch`."""
    return [msgspec.json.decode(body, type=Order)]


def order(delivery: Delivery, delay: timedelta = timedelta()) -> None:
    """Have a delivery sent, now or after a delay of 15 minutes at most."""
    wanted = Order(delivery.tenant_id, delivery.webhook_id, delivery.id)
    queues.send(
        settings().webhook_deliveries_queue,
        delivery.tenant_id,
        msgspec.to_builtins(wanted),
        delay_seconds=round(delay.total_seconds()),
    )


def make(records: Iterable[Record], now: datetime) -> None:
    """Make the deliveries of what happened, one for each event and webhook. Idempotent."""
    by_tenant: dict[str, list[Event]] = {}
    for one in records:
        by_tenant.setdefault(one.tenant_id, []).extend(messages.of(one))
    for tenant_id, events in by_tenant.items():
        webhooks = [one for one in registry.every(tenant_id) if one.is_active] if events else []
        for event in events:
            for webhook in webhooks:
                if event.type in webhook.events and event.created_at >= webhook.created_at:
                    _make(webhook, event, now)


def page(
    webhook: Webhook, limit: int, position: Position, status: Status | None
) -> tuple[list[Delivery], Position]:
    """Read one page of a webhook's deliveries, the newest first."""
    return pages.read(
        Delivery,
        deliveries_key(webhook.pk, webhook.id),
        Delivery.sk.startswith(DELIVERY),
        limit=limit,
        position=position,
        newest_first=True,
        keep=None if status is None else Delivery.status == status,
        consistent=True,
    )


def get(actor: Actor, delivery_id: str) -> Delivery:
    """Read a delivery of one of the tenant's webhooks.

    Raises:
        NotFound: there is none, or its webhook was deleted.
    """
    sort_key = f"{DELIVERY}{delivery_id}"
    webhooks = registry.every(actor.tenant_id)
    keys = [(deliveries_key(actor.tenant_id, one.id), sort_key) for one in webhooks]
    found = find_many(Delivery, keys)
    if not found:
        raise NotFound("There is no such delivery.")
    return found[0]


def redeliver(delivery: Delivery, actor: Actor, now: datetime) -> Delivery:
    """Send a delivery again, with all its attempts before it; the body stays as it was.

    Raises:
        WebhookInactive: its webhook is switched off.
        NotFound: it, or its webhook, has been deleted meanwhile.
    """
    webhook = registry.get(actor, delivery.webhook_id)
    if not webhook.is_active:
        raise WebhookInactive
    subject = ("webhook", delivery.webhook_id)
    told = {"delivery_id": delivery.id, "event_id": delivery.event_id, "event": delivery.event}
    asked = record(delivery.tenant_id, actor.person, "webhook.redelivered", subject, now, new=told)
    actions = [
        Delivery.status.set("pending"),
        Delivery.tries.set(0),
        Delivery.begun_at.set(clock.timestamp(now)),
        Delivery.next_attempt_at.set(clock.timestamp(now)),
        *Delivery.due_actions(now + GRACE, delivery.id),
    ]
    try:
        transact(change(delivery, *actions, condition=Delivery.pk.exists()), put(asked))
    except ConditionFailed:
        raise NotFound("There is no such delivery.") from None
    order(delivery)
    fresh = find(Delivery, delivery.pk, delivery.sk)
    if fresh is None:
        raise NotFound("There is no such delivery.")
    return fresh


def _make(webhook: Webhook, event: Event, now: datetime) -> None:
    """Keep a delivery and order it; one that is there already is ordered anew while it waits."""
    at = datetime.fromisoformat(event.created_at)
    identifier = clock.derived_id(at, f"{webhook.id} {event.id}")
    moment = clock.timestamp(now)
    delivery = Delivery(
        deliveries_key(webhook.pk, webhook.id),
        f"{DELIVERY}{identifier}",
        event_id=event.id,
        event=event.type,
        payload=messages.body(event),
        status="pending",
        begun_at=moment,
        next_attempt_at=moment,
        created_at=moment,
        ttl=int((now + schedule.KEPT).timestamp()),
    )
    delivery.make_due(now + GRACE, identifier)
    try:
        insert(delivery)
    except ConditionFailed:
        there = find(Delivery, delivery.pk, delivery.sk)
        if there is None or there.status != "pending" or there.tries:
            return
    order(delivery)
