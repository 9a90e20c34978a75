"""Jobs that import and export metadata: asked for, found, described, tried again."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chalicelib.assets import downloads, job_notes
from chalicelib.assets.tasks import Task, TaskError, TaskStatus
from chalicelib.core import clock, queues, signing, storage
from chalicelib.core.api.identity import Actor, KeyLimits
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.outbox import record
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, Write, find, put, transact, update
from chalicelib.processing.jobs import Job
from chalicelib.processing.transfers.models import (
    TRANSFER,
    RowOutcome,
    RowsDone,
    TransferJob,
    job_key,
)
from chalicelib.tenants import members
from chalicelib.tenants.roles import ADMINS, EDITORS

KEPT = timedelta(days=7)
"""How long a job and its files are kept; the buckets' lifecycle rules delete these afterwards."""

UPLOAD_LIFETIME = timedelta(hours=1)

MOST_SHOWN = 1_000
"""How many rows a job shows; its report has all of them."""

_NEVER_CAME = TaskError("upload_expired", "The file never came; ask for another import.")


class NoEditor(Exception):
    """Whoever asked for a job may not edit everything any more."""


def request_export(actor: Actor, now: datetime) -> str:
    """Have what is said of all assets written as CSV; gives the job's id."""
    job = _new(actor, "export", now)
    subject = ("tenant", actor.tenant_id)
    told = {"job_id": job.job_id}
    written = record(actor.tenant_id, actor.person, "metadata.exported", subject, now, new=told)
    transact(put(job), put(written), _noted(job, now))
    send(job)
    return job.job_id


def request_import(actor: Actor, csv: str, now: datetime, *, dry_run: bool) -> str:
    """Have a small file imported; gives the job's id."""
    job = _new(actor, "import", now, is_dry_run=dry_run)
    storage.put(settings().uploads_bucket, upload_key(job), csv.encode(), "text/csv")
    transact(put(job), _noted(job, now))
    send(job)
    return job.job_id


def await_import(
    actor: Actor, size_bytes: int, now: datetime, *, dry_run: bool
) -> tuple[str, dict[str, Any], datetime]:
    """Have a file imported once it has come.

    Returns:
        The job's id; the presigned POST for the file, as `url` and `fields`; by when it has to
        have come.
    """
    until = now + UPLOAD_LIFETIME
    job = _new(actor, "import", now, is_dry_run=dry_run)
    job.awaited_until = clock.timestamp(until)
    transact(put(job), _noted(job, now))
    exactly = ["content-length-range", size_bytes, size_bytes]
    bucket, key = settings().uploads_bucket, upload_key(job)
    return job.job_id, signing.presigned_post(bucket, key, [exactly], {}, UPLOAD_LIFETIME), until


def arrived(tenant_id: str, job_id: str) -> None:
    """Begin an import whose file has come. Idempotent."""
    job = find(TransferJob, job_key(tenant_id, job_id), TRANSFER)
    if job is not None and job.awaited_until is not None and job.status == "pending":
        send(job)


def send(job: TransferJob) -> None:
    """Ask for the next run of a job."""
    body = {"tenant_id": job.tenant_id, "job_id": job.job_id}
    queues.send(settings().transfers_queue, job.tenant_id, body)


def find_for(actor: Actor, job_id: str) -> TransferJob:
    """Read a job for whoever asked for it, while they are an editor, or an admin.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    job = find(TransferJob, job_key(actor.tenant_id, job_id), TRANSFER)
    if job is None or not may_see(actor, job):
        raise NotFound("There is no such job.")
    return job


def may_see(actor: Actor, job: TransferJob) -> bool:
    """Return whether a job is there for an editor: for who asked for it, and for admins."""
    same_key = actor.key is None or actor.key.role == job.key_role
    is_theirs = actor.id == job.requested_by.id and same_key
    return actor.has(EDITORS) and (is_theirs or actor.has(ADMINS))


def _noted(job: TransferJob, now: datetime) -> Write:
    return job_notes.noted(job.tenant_id, TRANSFER, job.job_id, now, job.ttl)


def actor_of(job: TransferJob) -> Actor:
    """Return who asked for a job, with the roles of this moment.

    Raises:
        NoEditor: they are no active editor any more.
    """
    try:
        member = members.get(job.tenant_id, job.requested_by.id)
    except NotFound:
        raise NoEditor from None
    key = KeyLimits("", job.key_role) if job.key_role else None
    actor = Actor(job.tenant_id, member.id, member.email, frozenset(member.roles), key=key)
    if not member.is_active or not actor.has(EDITORS):
        raise NoEditor
    return actor


def read_again(job: TransferJob) -> TransferJob:
    """Read a job as it is now."""
    return find(TransferJob, job.pk, job.sk) or job


def describe(job: TransferJob, now: datetime) -> Job:
    """Show a job: its rows once they are done, and the URL of the file that it has written."""
    status = msgspec.convert(job.status, TaskStatus)
    error = job.error
    if status == "pending" and job.awaited_until and job.awaited_until < clock.timestamp(now):
        status, error = "failed", _NEVER_CAME
    begin, end = (
        datetime.fromisoformat(at) if at else None for at in (job.started_at, job.finished_at)
    )
    task = Task(
        job_type="metadata_import" if job.direction == "import" else "metadata_export",
        status=status,
        attempts=max(job.attempts, int(job.started_at is not None)),
        started_at=job.started_at,
        finished_at=job.finished_at,
        duration_seconds=(end - begin).total_seconds() if begin and end else None,
        error=error,
    )
    shown = Job(
        id=job.job_id,
        asset_id=None,
        status=status,
        progress_percent=100 if status in {"completed", "failed"} else _percent(job),
        tasks=[task],
    )
    if job.direction == "import":
        shown.dry_run = bool(job.is_dry_run)
    if job.counts:
        shown.row_counts = job.counts
    if job.direction == "import" and status in {"completed", "failed"}:
        shown.rows = _shown_rows(job)
    if status == "completed":
        shown.download_url = _url(job, now)
    return shown


def retry(job: TransferJob) -> None:
    """Have a failed job go on where it was; so does one whose file has come, and nobody was told.

    Raises:
        Conflict: it has not failed.
    """
    again = [
        TransferJob.status.set("pending"),
        TransferJob.attempts.set(0),
        TransferJob.error.remove(),
        TransferJob.finished_at.remove(),
    ]
    failed = TransferJob.status == "failed"
    untold = (TransferJob.status == "pending") & TransferJob.awaited_until.exists()
    try:
        update(job, *again, condition=failed | untold)
    except ConditionFailed:
        raise Conflict("Nothing of this job has failed.") from None
    send(job)


def upload_key(job: TransferJob) -> str:
    """Return the key of an import's file in the uploads bucket."""
    return f"{job.tenant_id}/imports/{job.job_id}"


def object_key(job: TransferJob, name: str) -> str:
    """Return the key of a file of a job's in the renditions bucket."""
    return f"transfers/{job.tenant_id}/{job.job_id}/{name}"


def outcomes(job: TransferJob, kind: str) -> Iterable[RowOutcome]:
    """Read what became of rows: of those that were refused, `REFUSED`, or of the others, `ROWS`."""
    these = RowsDone.sk.startswith(f"{TRANSFER}#{kind}#")
    for some in RowsDone.query(job.pk, these, consistent_read=True):
        yield from some.rows


RESULT = "metadata.csv"
"""The name of the file that a job writes: an export, or the report of an import."""


def _new(actor: Actor, direction: str, now: datetime, *, is_dry_run: bool = False) -> TransferJob:
    job_id = clock.new_id(now)
    return TransferJob(
        job_key(actor.tenant_id, job_id),
        TRANSFER,
        tenant_id=actor.tenant_id,
        job_id=job_id,
        direction=direction,
        requested_by=actor.person,
        key_role=actor.key.role if actor.key else None,
        is_dry_run=is_dry_run,
        created_at=clock.timestamp(now),
        ttl=int((now + KEPT).timestamp()),
    )


def _percent(job: TransferJob) -> int:
    if not job.rows_total:
        return 0
    return min(99, (job.rows_done - 1) * 100 // max(1, job.rows_total - 1))


def _shown_rows(job: TransferJob) -> list[RowOutcome]:
    """Return all rows of a small file, in order, and those of a large one that were refused."""
    rows: list[RowOutcome] = []
    kinds = ("ROWS", "REFUSED") if sum(job.counts.values()) <= MOST_SHOWN else ("REFUSED",)
    for kind in kinds:
        for row in outcomes(job, kind):
            if len(rows) >= MOST_SHOWN:
                break
            rows.append(row)
    return sorted(rows, key=lambda row: row.row)


def _url(job: TransferJob, now: datetime) -> str:
    name = "metadata.csv" if job.direction == "export" else "import-report.csv"
    return signing.media_url(
        f"renditions/{object_key(job, RESULT)}",
        now,
        downloads.LIFETIME,
        {
            "response-content-disposition": downloads.disposition(name),
            "response-content-type": "text/csv; charset=utf-8",
        },
    )
