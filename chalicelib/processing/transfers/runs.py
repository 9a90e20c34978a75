"""A run of a job: begun, cut off anywhere, and ended by whichever run is the last to have begun."""

import logging
from datetime import datetime

from chalicelib.assets.tasks import TaskError
from chalicelib.core import clock
from chalicelib.core.outbox import record
from chalicelib.core.tables import ConditionFailed, change, put, transact, update
from chalicelib.processing.transfers.models import TransferJob

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 4
"""Runs that get nothing done; the fifth message of a queue's five says that they failed."""

_GAVE_UP = TaskError("processing_failed", "Reef could not do this; try again later.")
FORBIDDEN = TaskError("forbidden", "Whoever asked for this is no editor any more.")


class Overtaken(Exception):
    """Another run has begun, and goes on."""


def begin(job: TransferJob, now: datetime) -> bool:
    """Make this the run that works on a job; False where there is nothing to do."""
    if job.status in {"completed", "failed"}:
        return False
    if job.attempts >= MAX_ATTEMPTS:
        fail(job, _GAVE_UP)
        return False
    try:
        update(
            job,
            TransferJob.status.set("running"),
            TransferJob.run.set(clock.new_id()),
            TransferJob.attempts.add(1),
            TransferJob.started_at.set(TransferJob.started_at | clock.timestamp(now)),
            condition=TransferJob.status.is_in("pending", "running"),
        )
    except ConditionFailed:
        return False
    return True


def fail(job: TransferJob, error: TaskError) -> None:
    """End a job that cannot be done."""
    ended = clock.timestamp(clock.now())
    same = TransferJob.run == job.run if job.run else TransferJob.run.does_not_exist()
    try:
        update(
            job,
            TransferJob.status.set("failed"),
            TransferJob.error.set(error),
            TransferJob.finished_at.set(ended),
            condition=same & TransferJob.status.is_in("pending", "running"),
        )
    except ConditionFailed:
        log.info("another run goes on", extra={"job_id": job.job_id})


def complete(job: TransferJob) -> None:
    """End a job that is done; of an import the audit trail says how many rows did what.

    Raises:
        Overtaken: another run goes on.
    """
    now = clock.now()
    done = change(
        job,
        TransferJob.status.set("completed"),
        TransferJob.finished_at.set(clock.timestamp(now)),
        condition=TransferJob.run == job.run,
    )
    told = []
    if job.direction == "import" and not job.is_dry_run:
        subject, new = ("tenant", job.tenant_id), {"job_id": job.job_id} | job.counts
        imported = record(
            job.tenant_id, job.requested_by, "metadata.imported", subject, now, new=new
        )
        told = [put(imported)]
    try:
        transact(done, *told)
    except ConditionFailed:
        raise Overtaken from None
