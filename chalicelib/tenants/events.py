"""The Lambda that tells everybody else what has happened."""

from chalice.app import Blueprint

from chalicelib.core import clock, entrypoint
from chalicelib.core.entrypoint import Change
from chalicelib.tenants.audit import dispatching

bp = Blueprint(__name__)


@bp.on_dynamodb_record(stream_arn="audit", batch_size=100, starting_position="TRIM_HORIZON")
@entrypoint.stream
def dispatch_records(changes: list[Change]) -> None:
    """Publish new audit records to those who care, and seal them."""
    dispatching.dispatch(changes, clock.now())
