"""Sending on what got stuck: lost events, dead functions, uploads that never came."""

import logging
from datetime import datetime, timedelta

from chalicelib.assets import contents, multipart, timekeeping
from chalicelib.assets.models import AnyItem, AssetMetadata, Upload
from chalicelib.core import due, storage
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, find, update
from chalicelib.processing import advancing, arrivals, content_tasks, ingest, jobs
from chalicelib.processing.tasks import CONTENT_TASKS, TaskError

log = logging.getLogger(__name__)

_LOOK_AGAIN = timedelta(minutes=10)
_SLOWEST_POST = timedelta(hours=1)
"""S3 looks at the expiry when a POST begins; it may go on for long."""

_MAX_SWEEPS = 6


def sweep(now: datetime) -> int:
    """Look after every upload, content and asset that is due; gives how many there were."""
    return due.attend(AnyItem, _attend, now)


def _attend(item: AnyItem, now: datetime) -> None:
    """Look after an item by what it is."""
    if item.sk == "UPLOAD":
        upload = find(Upload, item.pk, item.sk)
        if upload is not None and upload.due_at is not None:
            look_after(upload, now)
    elif item.sk == "CONTENT":
        tenant_id, _, sha256 = item.pk.rpartition("#")
        contents.collect(tenant_id, sha256, now)
    elif item.sk == "ASSET":
        asset = find(AssetMetadata, item.pk, item.sk)
        if asset is not None and asset.due_at is not None:
            timekeeping.attend(asset, now)


def look_after(upload: Upload, now: datetime) -> None:
    """Take one unfinished upload a step further."""
    log.info("sweeping", extra={"upload_id": upload.upload_id, "state": upload.state})
    _look_again(upload, now + _LOOK_AGAIN)
    if upload.state == "open":
        _arrived_or_over(upload, now)
        return
    job = arrivals.find_job(upload)
    content = contents.get(upload.tenant_id, job.sha256) if job and job.sha256 else None
    if content is None or jobs.version_status(upload) == "scanning":
        if upload.sweeps > _MAX_SWEEPS:
            ingest.give_up(upload)
            return
        arrivals.send_to_scan(upload, int(upload.declared["size_bytes"]))
        return
    reference = contents.reference(
        upload.tenant_id,
        content.sha256,
        upload.asset_id,
        int(upload.number),
        upload.upload_id,
    )
    if contents.is_done(content):
        advancing.advance(content, reference, now)
        return
    for job_type in CONTENT_TASKS:
        if job_type not in (content.pending or ()):
            continue
        if upload.sweeps > _MAX_SWEEPS:
            task = content_tasks.begin(content, job_type, now)
            error = TaskError("processing_failed", "Reef could not process the file.")
            if task is not None:
                content_tasks.finish(content, task, now, error=error)
            return
        arrivals.send_task(content.tenant_id, content.sha256, job_type)


def _arrived_or_over(upload: Upload, now: datetime) -> None:
    if storage.first_version(settings().uploads_bucket, upload.key) is not None:
        arrivals.route(upload, now)
    elif datetime.fromisoformat(upload.expires_at) + _SLOWEST_POST < now:
        if upload.multipart_id:
            storage.abort_multipart(settings().uploads_bucket, upload.key, upload.multipart_id)
        multipart.give_up(upload, "upload_expired", now)


def _look_again(upload: Upload, moment: datetime) -> None:
    _, due_at = due.due_key(moment, upload.upload_id)
    try:
        update(
            upload,
            Upload.due_at.set(due_at),
            Upload.sweeps.add(1),
            condition=Upload.due_at == upload.due_at,
        )
    except ConditionFailed:
        return
