"""Sending on what got stuck: lost events, dead functions, uploads that never came."""

import logging
from datetime import datetime, timedelta

from chalicelib.assets import multipart, uploads
from chalicelib.assets.models import Upload
from chalicelib.core import clock, storage
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, find, update
from chalicelib.processing import contents, ingest, jobs
from chalicelib.processing.models import ContentReference
from chalicelib.processing.tasks import CONTENT_TASKS, TaskError

log = logging.getLogger(__name__)

_LOOK_AGAIN = timedelta(minutes=10)
_SLOWEST_POST = timedelta(hours=1)
"""S3 looks at the expiry when a POST begins; it may go on for long."""

_MAX_SWEEPS = 6
_AT_ONCE = 100


def sweep(now: datetime) -> int:
    """Look after every unfinished upload that is due; gives how many there were."""
    seen = 0
    for shard in range(uploads.DUE_SHARDS):
        due = Upload.by_due.query(str(shard), Upload.due_at < clock.timestamp(now), limit=_AT_ONCE)
        for stale in due:
            upload = find(Upload, stale.pk, stale.sk)
            if upload is not None and upload.due_at is not None:
                seen += 1
                look_after(upload, now)
    return seen


def look_after(upload: Upload, now: datetime) -> None:
    """Take one unfinished upload a step further."""
    log.info("sweeping", extra={"upload_id": upload.upload_id, "state": upload.state})
    _look_again(upload, now + _LOOK_AGAIN)
    if upload.state == "open":
        _arrived_or_over(upload, now)
        return
    job = jobs.find_job(upload)
    content = contents.get(upload.tenant_id, job.sha256) if job and job.sha256 else None
    if content is None or jobs.version_status(upload) == "scanning":
        if upload.sweeps > _MAX_SWEEPS:
            ingest.give_up(upload)
            return
        ingest.send_to_scan(upload, int(upload.declared["size_bytes"]))
        return
    reference = ContentReference(
        content.pk,
        f"REF#{upload.asset_id}#{int(upload.number):06d}",
        asset_id=upload.asset_id,
        number=int(upload.number),
        upload_id=upload.upload_id,
    )
    if contents.is_done(content):
        contents.advance(content, reference, now)
        return
    for job_type in CONTENT_TASKS:
        if job_type not in (content.pending or ()):
            continue
        if upload.sweeps > _MAX_SWEEPS:
            task = contents.begin_task(content, job_type, now)
            error = TaskError("processing_failed", "Reef could not process the file.")
            if task is not None:
                contents.finish_task(content, task, now, error=error)
            return
        ingest.send_task(content.tenant_id, content.sha256, job_type)


def _arrived_or_over(upload: Upload, now: datetime) -> None:
    if storage.first_version(settings().uploads_bucket, upload.key) is not None:
        ingest.route(upload, now)
    elif datetime.fromisoformat(upload.expires_at) + _SLOWEST_POST < now:
        if upload.multipart_id:
            storage.abort_multipart(settings().uploads_bucket, upload.key, upload.multipart_id)
        multipart.give_up(upload, "upload_expired", now)


def _look_again(upload: Upload, moment: datetime) -> None:
    _, due_at = uploads.due(moment, upload.upload_id)
    try:
        update(
            upload,
            Upload.due_at.set(due_at),
            Upload.sweeps.add(1),
            condition=Upload.due_at == upload.due_at,
        )
    except ConditionFailed:
        return
