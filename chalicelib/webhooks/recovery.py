"""What time does to deliveries: those that are due, or got stuck, are sent on."""

from datetime import datetime, timedelta

from chalicelib.core import clock, due
from chalicelib.core.due import Indexed
from chalicelib.core.tables import ConditionFailed, find, update
from chalicelib.webhooks import deliveries
from chalicelib.webhooks.models import Delivery

_LOOKED_AFTER = timedelta(minutes=2)
"""When to look again, should the message get lost."""


def tend(now: datetime) -> int:
    """Order what is due; return how much there was."""
    return due.attend(Delivery, _look_after, now)


def _look_after(item: Indexed, now: datetime) -> None:
    delivery = find(Delivery, item.pk, item.sk)
    if delivery is None:
        return
    pending = (Delivery.status == "pending") & (Delivery.due_at == item.due_at)
    claimed = delivery.claimed_until
    again = Delivery.due_actions(now + _LOOKED_AFTER, delivery.id)
    if claimed is not None and claimed >= clock.timestamp(now):
        return  # a function has it; it is due until that has noted what came of it
    try:
        update(delivery, *again, condition=pending)
    except ConditionFailed:
        return  # the index was behind
    deliveries.order(delivery)
