"""The Lambda that counts visits."""

from chalice.app import Blueprint

from chalicelib.analytics import visits
from chalicelib.analytics.visits import Visit
from chalicelib.core import entrypoint

bp = Blueprint(__name__)


# A burst is counted together; what is seen now stands in reports within seconds.
@bp.on_sqs_message(queue="visits", batch_size=100, maximum_batching_window_in_seconds=1)
@entrypoint.whole_batch(visits.parse)
def count_visits(batch: list[Visit]) -> None:
    """Add visits to the counters of their tenants, assets and share links; record openings."""
    from chalicelib.analytics import counting, programs  # knows thousands of programs

    counting.count(batch, programs.read)
