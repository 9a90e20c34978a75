"""Sending on what got stuck: lost events, dead functions, uploads that never came."""

import logging
from datetime import datetime, timedelta

from chalicelib.assets import catalog, contents, due_work
from chalicelib.assets.hand_over import jobs as hand_over
from chalicelib.assets.hand_over.models import HAND_OVER
from chalicelib.assets.models import AnyItem, AssetMetadata
from chalicelib.assets.tasks import TaskError
from chalicelib.assets.upload_models import Upload
from chalicelib.assets.uploads import multipart
from chalicelib.core import due, storage
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, find, update
from chalicelib.processing import arrivals, completion, content_tasks, ingest
from chalicelib.processing.conversion import making
from chalicelib.processing.conversion import models as conversions
from chalicelib.processing.reruns import jobs as reruns
from chalicelib.processing.tasks import CONTENT_TASKS
from chalicelib.search.naming import moves
from chalicelib.search.naming.models import MOVE
from chalicelib.search.saved import watching
from chalicelib.search.saved.models import WATCH

log = logging.getLogger(__name__)

_NEXT_SWEEP = timedelta(minutes=10)
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
        if not reruns.go_on(tenant_id, sha256, now):
            contents.collect(tenant_id, sha256, now)
    elif str(item.sk).startswith(conversions.PREFIX):
        making.send_on(item.pk, item.sk, now)
    elif item.sk == MOVE:
        moves.go_on(item.pk, now)
    elif item.sk == WATCH:
        watching.look(item.pk, now)
    elif item.sk == HAND_OVER:
        hand_over.go_on(item.pk, now)
    elif item.sk == "ASSET":
        asset = find(AssetMetadata, item.pk, item.sk)
        if asset is not None and asset.due_at is not None:
            due_work.do_what_is_due(asset, now)


def look_after(upload: Upload, now: datetime) -> None:
    """Take one unfinished upload a step further."""
    log.info("sweeping", extra={"upload_id": upload.upload_id, "state": upload.state})
    _postpone(upload, now + _NEXT_SWEEP)
    if upload.state == "open":
        _arrived_or_over(upload, now)
        return
    job = arrivals.find_job(upload)
    content = contents.get(upload.tenant_id, job.sha256) if job and job.sha256 else None
    if content is None or _is_scanning(upload):
        if upload.sweeps > _MAX_SWEEPS:
            ingest.give_up(upload)
            return
        arrivals.send_to_scan(upload, upload.declared.size_bytes)
        return
    reference = contents.reference(
        upload.tenant_id,
        content.sha256,
        upload.asset_id,
        upload.number,
        upload.upload_id,
    )
    if contents.is_done(content):
        completion.advance(content, reference, now)
        return
    for job_type in CONTENT_TASKS:
        if job_type not in (content.pending or ()):
            continue
        if upload.sweeps > _MAX_SWEEPS:
            task = content_tasks.begin(content, job_type, now)
            error = TaskError("processing_failed", "Reef could not process the file.")
            if task is not None:
                content_tasks.finish(content, job_type, task, now, error=error)
                completion.advance_all(content, now)
            return
        arrivals.send_task(content.tenant_id, content.sha256, job_type)


def _is_scanning(upload: Upload) -> bool:
    version = catalog.version(upload.tenant_id, upload.asset_id, upload.number)
    return version is not None and bool(version.status == "scanning")


def is_abandoned(upload: Upload, now: datetime) -> bool:
    """Return whether an upload is open whose bytes cannot come any more."""
    until = datetime.fromisoformat(upload.expires_at) + _SLOWEST_POST
    return bool(upload.state == "open") and until < now


def _arrived_or_over(upload: Upload, now: datetime) -> None:
    over = is_abandoned(upload, now)
    if over:
        multipart.drop_parts(upload)  # before the look, so that nothing is joined after it
    if storage.first_version(settings().uploads_bucket, upload.key) is not None:
        arrivals.route(upload, now)
    elif over:
        multipart.give_up(upload, "upload_expired", now)


def _postpone(upload: Upload, moment: datetime) -> None:
    try:
        update(
            upload,
            *Upload.due_actions(moment, upload.upload_id),
            Upload.sweeps.add(1),
            condition=Upload.due_at == upload.due_at,
        )
    except ConditionFailed:
        return
