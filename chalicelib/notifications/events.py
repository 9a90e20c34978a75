"""The Lambdas that tell people: at once, and once a day."""

from chalice.app import Blueprint, Rate

from chalicelib.core import clock, entrypoint, records
from chalicelib.core.records import Record
from chalicelib.notifications import deliveries, digests, recipients

bp = Blueprint(__name__)


@bp.on_sqs_message(queue="notifications", batch_size=10)
@entrypoint.batch(records.parse)
def notify(record: Record) -> None:
    """Tell those of a change whom it concerns."""
    deliveries.tell(record.tenant_id, recipients.of(record), clock.now())


@bp.schedule(Rate(1, unit=Rate.HOURS))
@entrypoint.scheduled
def send_digests() -> None:
    """Send the digests that are due, and mails that could not be sent before."""
    now = clock.now()
    failed = digests.send(now) + deliveries.send_late(now)
    if failed:
        raise RuntimeError(f"{failed} mails could not be sent")  # for the alarm; they still wait
