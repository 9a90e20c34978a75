"""Webhooks and deliveries as answers show them."""

from typing import Any, cast

import msgspec

from chalicelib.core.outbox import Person
from chalicelib.webhooks.models import Attempt, Delivery, EventType, Status, Webhook


class WebhookShown(msgspec.Struct):
    """A webhook.

    Attributes:
        id: its id.
        url: where events are sent to.
        events: the types of events that it is for.
        is_active: whether they are sent; it is switched off by itself once its receiver answers
            410, or has taken nothing for three days.
        failing_since: since when its receiver takes nothing; null while it does.
        created_by: who made it.
        created_at: when it was made.
        updated_at: when it was changed.
    """

    id: str
    url: str
    events: list[EventType]
    is_active: bool
    failing_since: str | None
    created_by: Person
    created_at: str
    updated_at: str


class WebhookMade(WebhookShown):
    """A webhook that was just made.

    Attributes:
        secret: signs what is sent, by the Standard Webhooks specification; it is shown this once,
            and null in a retry's answer.
    """

    secret: str | None


class DeliveryShown(msgspec.Struct):
    """One event for one webhook.

    Attributes:
        id: its id.
        webhook_id: by which webhook it is sent.
        event_id: the event's id, which every attempt sends as `webhook-id`.
        event: what happened.
        status: `pending` until it is `delivered`, `failed` after the last attempt, or `cancelled`
            because its webhook was switched off.
        payload: what is sent.
        attempts: the attempts, oldest first; of many the last 25.
        next_attempt_at: when the next one is planned; null where none is.
        delivered_at: when the receiver took it; null until it does.
        created_at: when it was made.
    """

    id: str
    webhook_id: str
    event_id: str
    event: EventType
    status: Status
    payload: dict[str, Any]
    attempts: list[Attempt]
    next_attempt_at: str | None
    delivered_at: str | None
    created_at: str


def webhook(shown: Webhook) -> WebhookShown:
    """Show a webhook."""
    return WebhookShown(
        id=shown.id,
        url=shown.url,
        events=shown.events,
        is_active=shown.is_active,
        failing_since=shown.failing_since,
        created_by=shown.created_by,
        created_at=shown.created_at,
        updated_at=shown.updated_at,
    )


def made(shown: Webhook) -> WebhookMade:
    """Show a webhook with its secret."""
    return WebhookMade(**msgspec.structs.asdict(webhook(shown)), secret=shown.secret)


def delivery(shown: Delivery) -> DeliveryShown:
    """Show a delivery."""
    return DeliveryShown(
        id=shown.id,
        webhook_id=shown.webhook_id,
        event_id=shown.event_id,
        event=cast(EventType, shown.event),
        status=cast(Status, shown.status),
        payload=msgspec.json.decode(shown.payload),
        attempts=shown.attempts,
        next_attempt_at=shown.next_attempt_at,
        delivered_at=shown.delivered_at,
        created_at=shown.created_at,
    )
