"""Webhooks and what is sent by them, as the webhooks table holds them."""

from typing import Literal

import msgspec
from pynamodb.attributes import UnicodeAttribute

from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.due import ByDue, Due
from chalicelib.core.resources import Resource
from chalicelib.core.settings import settings

WEBHOOK, DELIVERY = "WEBHOOK#", "DELIVERY#"

EventType = Literal[
    "asset.ready",
    "asset.approved",
    "asset.rejected",
    "asset.quarantined",
    "version.published",
    "share.opened",
    "share.used_up",
    "workflow.assigned",
    "workflow.decided",
    "device.silent",
]
Status = Literal["pending", "delivered", "failed", "cancelled"]
Failure = Literal[
    "timeout",
    "not_resolved",
    "address_not_allowed",
    "not_connected",
    "tls_failed",
    "bad_answer",
    "redirected",
    "refused",
]


class Webhook(Resource):
    """Where events of some types are sent to (`pk` tenant, `sk` = `WEBHOOK#` + its id).

    Its values are `{"url", "events", "is_active"}`. `secret` signs what is sent. While its receiver
    fails, `failing_since` is when that began; while it is too slow to be asked for more than one
    thing at a time, `paused_until` is when it is asked next, after so many `pauses`.
    """

    class Meta:  # noqa: D106
        table_name = settings().webhooks_table

    secret = UnicodeAttribute()
    failing_since = UnicodeAttribute(null=True)
    paused_until = UnicodeAttribute(null=True)
    pauses = IntegerAttribute(default=0)

    @property
    def url(self) -> str:
        """Where it leads."""
        return str(self.values["url"])

    @property
    def events(self) -> list[EventType]:
        """The types of events that it is for."""
        found: list[EventType] = self.values["events"]
        return found

    @property
    def is_active(self) -> bool:
        """Whether anything is sent."""
        return bool(self.values["is_active"])


class Attempt(msgspec.Struct, frozen=True):
    """One time that a delivery was sent.

    Attributes:
        at: when it began.
        status_code: what the receiver answered; null where no answer came.
        duration_ms: how long it took, in milliseconds.
        error: why it does not count as delivered; null where it does.
    """

    at: str
    status_code: int | None
    duration_ms: int
    error: Failure | None


class Delivery(Due):
    """One event for one webhook (`pk` = tenant + `#` + webhook, `sk` = `DELIVERY#` + its id).

    `payload` is the body, the same each time. `tries` counts the attempts since `begun_at`, by
    which the next one is planned for `next_attempt_at`; `attempts` holds the last ones of all.
    While one is under way, `claimed_until` keeps others from it. `ttl` is when DynamoDB drops it.
    """

    class Meta:  # noqa: D106
        table_name = settings().webhooks_table

    event_id = UnicodeAttribute()
    event = UnicodeAttribute()
    payload = UnicodeAttribute()
    status = UnicodeAttribute()
    attempts = StructAttribute(list[Attempt], default=list)
    tries = IntegerAttribute(default=0)
    begun_at = UnicodeAttribute()
    next_attempt_at = UnicodeAttribute(null=True)
    claimed_until = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    delivered_at = UnicodeAttribute(null=True)
    ttl = IntegerAttribute()

    by_due = ByDue()

    @property
    def id(self) -> str:
        """The delivery's id, which carries the time of its event."""
        return str(self.sk.removeprefix(DELIVERY))

    @property
    def tenant_id(self) -> str:
        """Whose tenant it is."""
        return str(self.pk.partition("#")[0])

    @property
    def webhook_id(self) -> str:
        """By which webhook it is sent."""
        return str(self.pk.partition("#")[2])


def deliveries_key(tenant_id: str, webhook_id: str) -> str:
    """Return the partition key of a webhook's deliveries."""
    return f"{tenant_id}#{webhook_id}"
