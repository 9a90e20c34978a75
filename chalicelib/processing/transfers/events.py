"""The Lambda that imports and exports metadata."""

import msgspec
from chalice.app import Blueprint

from chalicelib.core import clock, entrypoint
from chalicelib.core.tables import find
from chalicelib.processing.transfers import exporting, importing
from chalicelib.processing.transfers.models import TRANSFER, TransferJob, job_key

bp = Blueprint(__name__)


class Asked(msgspec.Struct):
    """A job whose next run is due."""

    tenant_id: str
    job_id: str


def _asked(body: str) -> list[Asked]:
    return [msgspec.json.decode(body, type=Asked)]


@bp.on_sqs_message(queue="transfers", batch_size=1)
@entrypoint.batch(_asked)
def transfer_metadata(asked: Asked) -> None:
    """Import or export some of a job's rows."""
    job = find(TransferJob, job_key(asked.tenant_id, asked.job_id), TRANSFER)
    if job is None:
        return
    work = importing.run if job.direction == "import" else exporting.run
    work(job, clock.now())
