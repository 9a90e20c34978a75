"""The Lambdas of webhooks: what happened becomes deliveries, and deliveries are sent."""

from chalice.app import Blueprint, Rate

from chalicelib.core import clock, entrypoint, records
from chalicelib.core.records import Record
from chalicelib.webhooks import attempts, deliveries, recovery
from chalicelib.webhooks.deliveries import Order

bp = Blueprint(__name__)


@bp.on_sqs_message(queue="webhook-events", batch_size=10)
@entrypoint.whole_batch(records.parse)
def make_deliveries(happened: list[Record]) -> None:
    """Make a delivery for each webhook that is for what happened."""
    deliveries.make(happened, clock.now())


@bp.on_sqs_message(queue="webhook-deliveries", batch_size=1)
@entrypoint.batch(deliveries.orders)
def deliver_webhooks(order: Order) -> None:
    """Send one delivery; a receiver that takes its time holds up nothing else."""
    attempts.send(order, clock.now())


@bp.schedule(Rate(1, unit=Rate.MINUTES))
@entrypoint.scheduled
def tend_webhooks() -> None:
    """Send on deliveries whose next attempt is due, or that got stuck."""
    recovery.tend(clock.now())
