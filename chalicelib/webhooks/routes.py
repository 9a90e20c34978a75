"""Webhooks over HTTP, for admins."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from chalicelib.core import clock
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Page, Reply, Tagged
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import PreconditionFailed
from chalicelib.core.pages import Position
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import ADMINS
from chalicelib.webhooks import deliveries, registry, shapes
from chalicelib.webhooks.deliveries import WebhookInactive
from chalicelib.webhooks.models import Delivery, Status, Webhook
from chalicelib.webhooks.registry import TooManyWebhooks, WebhookChange, WebhookWanted
from chalicelib.webhooks.shapes import DeliveryShown, WebhookMade, WebhookShown

api = Routes[Actor](
    __name__,
    scopes=scopes.TENANT,
    loaders={
        "webhook_id": ("webhook", registry.get),
        "delivery_id": ("delivery", deliveries.get),
    },
    variables={"webhook_id": "The webhook's id.", "delivery_id": "The delivery's id."},
    tags={
        "webhooks": "Addresses of other systems that are told of what happens, signed.",
        "deliveries": "What was sent by a webhook, and what came of it.",
    },
)


class DeliveriesQuery(ListQuery, kw_only=True):
    """Which deliveries.

    Attributes:
        status: those in one state.
    """

    status: Status | None = None


@api.get("/webhooks", may=ADMINS)
def list_webhooks(actor: Actor, query: ListQuery) -> Page[WebhookShown]:
    """List the webhooks, newest first."""

    def read(limit: int, position: Position) -> tuple[list[Webhook], Position]:
        return registry.page(actor.tenant_id, limit, position)

    return lists.page("webhooks", actor.tenant_id, query, read, shapes.webhook)


@api.post("/webhooks", may=ADMINS, status=201, problems=[TooManyWebhooks])
def create_webhook(actor: Actor, body: WebhookWanted) -> Reply[WebhookMade]:
    """Make a webhook; the secret that signs what it sends is shown in this answer alone."""
    made = registry.create(actor, body, clock.now())
    return Reply(shapes.made(made), None, {"ETag": made.etag}, ("secret",))


@api.get("/webhooks/{webhook_id}", may=ADMINS)
def show_webhook(webhook: Webhook) -> Tagged[WebhookShown]:
    """Show a webhook."""
    return Tagged(shapes.webhook(webhook), webhook.etag)


@api.patch("/webhooks/{webhook_id}", may=ADMINS, problems=[PreconditionFailed])
def change_webhook(
    actor: Actor, webhook: Webhook, body: WebhookChange, if_match: str | None
) -> Tagged[WebhookShown]:
    """Change the fields of a webhook that are given."""
    with _showing_current(actor, webhook):
        changed = registry.alter(webhook, body, actor, clock.now(), if_match)
    return Tagged(shapes.webhook(changed), changed.etag)


@api.delete("/webhooks/{webhook_id}", may=ADMINS, problems=[PreconditionFailed])
def delete_webhook(actor: Actor, webhook: Webhook, if_match: str | None) -> None:
    """Remove a webhook; nothing more is sent by it."""
    with _showing_current(actor, webhook):
        registry.delete(webhook, actor, clock.now(), if_match)


@api.get("/webhooks/{webhook_id}/deliveries", may=ADMINS)
def list_deliveries(webhook: Webhook, query: DeliveriesQuery) -> Page[DeliveryShown]:
    """List what a webhook has sent in the last 30 days, newest first."""

    def read(limit: int, position: Position) -> tuple[list[Delivery], Position]:
        return deliveries.page(webhook, limit, position, query.status)

    return lists.page(f"deliveries of {webhook.id}", webhook.pk, query, read, shapes.delivery)


@api.post("/deliveries/{delivery_id}/redeliver", may=ADMINS, status=202, problems=[WebhookInactive])
def redeliver(actor: Actor, delivery: Delivery) -> DeliveryShown:
    """Send a delivery again, with the same body and id."""
    return shapes.delivery(deliveries.redeliver(delivery, actor, clock.now()))


@contextmanager
def _showing_current(actor: Actor, webhook: Webhook) -> Iterator[None]:
    """Let a failed precondition show the webhook as it is now."""
    try:
        yield
    except PreconditionFailed as failure:
        fresh = shapes.webhook(registry.get(actor, webhook.id))
        failure.extra = {"current": msgspec.to_builtins(fresh)}
        raise
