"""The Lambda that makes zips."""

import msgspec
from chalice.app import Blueprint

from chalicelib.core import clock, entrypoint
from chalicelib.processing.zips import making

bp = Blueprint(__name__)


class Asked(msgspec.Struct):
    """A job of which the next zip is to be made."""

    tenant_id: str
    job_id: str


def _asked(body: str) -> list[Asked]:
    return [msgspec.json.decode(body, type=Asked)]


@bp.on_sqs_message(queue="zips", batch_size=1)
@entrypoint.batch(_asked)
def make_zip(asked: Asked) -> None:
    """Make one zip of a job."""
    making.make(asked.tenant_id, asked.job_id, clock.now())
