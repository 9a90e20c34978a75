"""From an object in the uploads bucket to a verdict, and to content that is kept."""

import logging
from datetime import datetime, timedelta

from pynamodb.expressions.update import Action

from chalicelib.assets import catalog, contents, media_types
from chalicelib.assets.contents import Content
from chalicelib.assets.faces import Scan
from chalicelib.assets.models import asset_key, content_key
from chalicelib.assets.tasks import Task, TaskError
from chalicelib.assets.upload_models import Upload
from chalicelib.assets.uploads import life as upload_life
from chalicelib.assets.versions import life, moves
from chalicelib.assets.versions.moves import Move
from chalicelib.core import clock, storage
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.settings import settings
from chalicelib.core.tables import Write, change, find, find_together, update
from chalicelib.processing import (
    acceptance,
    arrivals,
    completion,
    originals,
    statistics,
    tasks,
    verdicts,
)
from chalicelib.processing.models import ProcessingJob
from chalicelib.processing.originals import Clean
from chalicelib.processing.verdicts import Reading
from chalicelib.tenants import accounts
from chalicelib.tenants.models import Member, member_key

log = logging.getLogger(__name__)

_BACK_OFF_SECONDS = (2, 5, 15, 30, 60)
_JOB_KEPT = timedelta(days=400)
"""How long a job can be looked at, as the numbers of tasks can."""


def examine(tenant_id: str, upload_id: str, now: datetime) -> None:
    """Scan an upload's bytes in one pass and act on the verdict. Idempotent.

    Raises:
        RetryLater: the scanner cannot answer now.
    """
    key = asset_key(tenant_id, upload_id)
    upload, job = find_together((Upload, key, "UPLOAD"), (ProcessingJob, key, "JOB"))
    if upload is None:
        return
    if upload.state == "open":
        found = storage.first_version(settings().uploads_bucket, upload.key)
        if found is None:
            return
        arrivals.mark(upload, found, now)
        upload = find(Upload, upload.pk, upload.sk) or upload
    if upload.state != "arrived":
        return
    job = job or _new_job(upload)
    kept = _kept(upload, job)
    if kept is not None:
        _go_on(kept, now)
        _forget_bytes(upload)
        return
    if upload.linked:
        _link(upload, job, _begin_scan(job, now), now)
        return
    scanner = verdicts.scanner_for(upload)
    task = _begin_scan(job, now)
    reading = Reading(storage.stream(settings().uploads_bucket, upload.key, _pinned(upload)))
    try:
        scan = verdicts.scan(upload, reading, scanner)
    except storage.ObjectGone:
        _fail(upload, job, task, "unreadable", Scan(), "The uploaded file is gone; upload again.")
        return
    if scan is None:
        _postpone(upload, job, task)
    elif scan.status == "infected":
        _quarantine(upload, _scanned(job, task), scan)
        statistics.count(upload.tenant_id, job.scan_task or task, clock.now())
    elif scan.status == "unscannable":
        _fail(upload, job, task, "unscannable", scan)
    else:
        _keep(upload, job, task, reading, scan)


def _keep(upload: Upload, job: ProcessingJob, task: Task, reading: Reading, scan: Scan) -> None:
    from chalicelib.processing.media.types import sniffing

    now = clock.now()
    sniffed = sniffing.sniff(reading.head, upload.declared.content_type)
    clean = Clean(reading.sha256, sniffed, media_types.kind_of(sniffed), reading.size_bytes, scan)
    tenant, sender, found = accounts.get_with(
        upload.tenant_id,
        (Member, upload.tenant_id, member_key(upload.created_by.id)),
        (Content, content_key(upload.tenant_id, clean.sha256), "CONTENT"),
    )
    problem = acceptance.refusal(upload, clean, tenant, sender)
    if problem is not None:
        _fail(upload, job, task, problem, scan)
        return
    content, missing = originals.keep(upload, clean, found, now)
    job.sha256 = clean.sha256
    originals.attach(upload, content, clean, _scanned(job, task), now)
    statistics.count(upload.tenant_id, job.scan_task or task, now)
    for job_type in missing:
        arrivals.send_task(content.tenant_id, content.sha256, job_type)
    _forget_bytes(upload)


def _link(upload: Upload, job: ProcessingJob, task: Task, now: datetime) -> None:
    """Return a version the bytes that its tenant has already, instead of having them sent."""
    content = contents.get(upload.tenant_id, upload.declared.sha256 or "")
    if content is None or content.state == "deleting":
        _fail(upload, job, task, "source_gone", Scan())
        return
    if content.state == "copying":
        raise RetryLater("the bytes are just being copied", 10)
    scan = content.verdict or Scan()
    if scan.status == "infected":
        _quarantine(upload, _scanned(job, task), scan)
        return
    if content.size_bytes != upload.declared.size_bytes:
        _fail(upload, job, task, "size_mismatch", scan)
        return
    if not media_types.same_family(upload.declared.content_type, content.content_type):
        _fail(upload, job, task, "type_mismatch", scan)
        return
    job.sha256 = content.sha256
    missing = originals.want(upload, content)
    clean = Clean(content.sha256, content.content_type, content.kind, content.size_bytes, scan)
    originals.attach(upload, content, clean, _scanned(job, task), now)
    statistics.count(upload.tenant_id, job.scan_task or task, now)
    for job_type in missing:
        arrivals.send_task(content.tenant_id, content.sha256, job_type)


def _new_job(upload: Upload) -> ProcessingJob:
    key = asset_key(upload.tenant_id, upload.upload_id)
    return ProcessingJob(key, "JOB", asset_id=upload.asset_id)


def _kept(upload: Upload, job: ProcessingJob) -> Content | None:
    """Return the content to which an earlier delivery has attached the upload's version."""
    if job.sha256 is None:
        return None
    version = catalog.version(upload.tenant_id, upload.asset_id, upload.number)
    if version is None or version.status != "processing":
        return None
    return contents.get(upload.tenant_id, job.sha256)


def _go_on(content: Content, now: datetime) -> None:
    """Do what an earlier delivery may have died before: start tasks, or move versions on."""
    if not contents.is_done(content):
        for job_type in sorted(content.pending):
            arrivals.send_task(content.tenant_id, content.sha256, job_type)
    completion.advance_all(content, now)


def _begin_scan(job: ProcessingJob, now: datetime) -> Task:
    task = tasks.begun(job.scan_task or Task(job_type="virus_scan"), now)
    job.scan_task = task
    update(job, *_as_it_is(job))
    return task


def _scanned(job: ProcessingJob, task: Task, error: TaskError | None = None) -> Write:
    """End the scan, in the transaction that says what becomes of the version."""
    job.scan_task = tasks.ended(task, clock.now(), error)
    return change(job, *_as_it_is(job))


def _as_it_is(job: ProcessingJob) -> list[Action]:
    actions: list[Action] = [
        ProcessingJob.scan_task.set(job.scan_task),
        ProcessingJob.asset_id.set(job.asset_id),
        ProcessingJob.ttl.set(int((clock.now() + _JOB_KEPT).timestamp())),
    ]
    if job.sha256:
        actions.append(ProcessingJob.sha256.set(job.sha256))
    return actions


def _postpone(upload: Upload, job: ProcessingJob, task: Task) -> None:
    """Try again a little later each time; after the last attempt the upload fails."""
    if task.attempts >= tasks.MAX_ATTEMPTS:
        _fail(upload, job, task, "scanner_unavailable", Scan())
        return
    raise RetryLater("the scanner is unavailable", _BACK_OFF_SECONDS[task.attempts - 1])


def _quarantine(upload: Upload, scanned: Write, scan: Scan) -> None:
    moves.move(
        arrivals.version_of(upload),
        Move(life.QUARANTINED, clock.now(), found={"scan": scan}, also=[_ended(upload), scanned]),
    )
    _forget_bytes(upload)


def _fail(
    upload: Upload,
    job: ProcessingJob,
    task: Task,
    reason: str,
    scan: Scan,
    message: str | None = None,
) -> None:
    error = TaskError(reason, message or acceptance.REASONS[reason])
    moves.move(
        arrivals.version_of(upload),
        Move(
            life.NOT_KEPT,
            clock.now(),
            found={"status_reason": reason, "scan": scan},
            also=[_ended(upload), _scanned(job, task, error)],
        ),
    )
    statistics.count(upload.tenant_id, job.scan_task or task, clock.now())


def _ended(upload: Upload) -> Write:
    return upload_life.moved(upload, upload_life.DONE, None)


def give_up(upload: Upload) -> None:
    """End an upload that no attempt could scan."""
    job = arrivals.find_job(upload) or _new_job(upload)
    task = _begin_scan(job, clock.now())
    _fail(upload, job, task, "scanner_unavailable", Scan())


def _forget_bytes(upload: Upload) -> None:
    """Delete the bytes that were scanned, where no retry will ask for them: it starts from content.

    What a second POST sent, and what a crash leaves here, goes by the bucket's own rule.
    """
    if not upload.linked:
        storage.delete_version(settings().uploads_bucket, upload.key, _pinned(upload))


def _pinned(upload: Upload) -> str:
    assert upload.object_version is not None  # set when it arrived
    return str(upload.object_version)
