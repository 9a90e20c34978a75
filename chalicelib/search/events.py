"""The Lambda that keeps the index."""

from chalice.app import Blueprint

from chalicelib.core import entrypoint
from chalicelib.core.entrypoint import Change
from chalicelib.search import following

bp = Blueprint(__name__)


@bp.on_dynamodb_record(stream_arn="assets", batch_size=100, starting_position="TRIM_HORIZON")
@entrypoint.stream
def index_assets(changes: list[Change]) -> None:
    """Let assets be found by what is said of them now."""
    following.follow(changes)
