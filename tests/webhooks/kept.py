"""A webhook with a delivery, for tests of other things: written, and never sent."""

from datetime import timedelta

from chalicelib.core import clock
from chalicelib.webhooks.models import Delivery, deliveries_key
from tests.cloud import Cloud

WANTED = {"url": "https://8.8.8.8/hook", "events": ["asset.approved"]}


def with_delivery(cloud: Cloud, tenant_id: str, admin: str) -> tuple[str, str]:
    """Make a webhook, and a delivery that was sent; gives their ids."""
    now = clock.now()
    webhook_id = str(cloud.post("/webhooks/", admin, WANTED).json["id"])
    at, delivery_id = clock.timestamp(now), clock.new_id(now)
    Delivery(
        deliveries_key(tenant_id, webhook_id),
        f"DELIVERY#{delivery_id}",
        event_id=clock.new_id(now),
        event="asset.approved",
        payload="{}",
        status="delivered",
        begun_at=at,
        created_at=at,
        delivered_at=at,
        ttl=int((now + timedelta(days=1)).timestamp()),
    ).save()
    return webhook_id, delivery_id
