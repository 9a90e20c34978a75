"""From an object in the uploads bucket to a verdict, and to content that is kept."""

import hashlib
import logging
from collections.abc import Iterator
from datetime import datetime

import msgspec

from chalicelib.assets import catalog, contents, media_types, versions
from chalicelib.assets.contents import Content
from chalicelib.assets.faces import Face, Scan
from chalicelib.assets.models import Upload, asset_key
from chalicelib.core import clock, storage
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.settings import Settings, settings
from chalicelib.core.tables import Write, change, find, update
from chalicelib.processing import advancing, arrivals, keeping, tasks
from chalicelib.processing.keeping import Clean
from chalicelib.processing.models import ProcessingJob
from chalicelib.processing.tasks import Task, TaskError
from chalicelib.tenants import accounts

log = logging.getLogger(__name__)

_HEAD_BYTES = 1024 * 1024
_SCAN_SECONDS = {False: 100.0, True: 840.0}
_BACK_OFF_SECONDS = (2, 5, 15, 30, 60)

REASONS = {
    "size_mismatch": "The file does not have the size that was declared.",
    "checksum_mismatch": "The file does not have the sha256 that was declared.",
    "type_mismatch": "The file is not of the type that was declared, or not of one accepted here.",
    "unreadable": "The file is empty.",
    "source_gone": "The file with the same bytes has been deleted meanwhile; upload it again.",
    "unscannable": "The scanner could not look at all of the file.",
    "scanner_unavailable": "The virus scanner could not be reached; try again later.",
}


def examine(upload: Upload, now: datetime) -> None:
    """Scan an upload's bytes in one pass and act on the verdict; again is fine.

    Raises:
        RetryLater: the scanner cannot answer now.
    """
    if upload.state == "open":
        found = storage.first_version(settings().uploads_bucket, upload.key)
        if found is None:
            return
        arrivals.mark(upload, found[0], now)
        upload = find(Upload, upload.pk, upload.sk) or upload
    if upload.state != "arrived":
        return
    job = _job(upload)
    kept = _kept(upload, job)
    if kept is not None:
        _go_on(kept, now)
        return
    task = _begin_scan(job, now)
    if upload.linked:
        _link(upload, job, task, now)
        return
    reading = _Reading(storage.stream(settings().uploads_bucket, upload.key, _pinned(upload)))
    try:
        scan = _scanned(upload, reading)
    except storage.ObjectGone:
        _fail(upload, job, task, "unreadable", Scan(), "The uploaded file is gone; upload again.")
        return
    if scan is None:
        _postpone(upload, job, task)
    elif scan.status == "infected":
        _end_scan(job, task)
        _quarantine(upload, scan)
    elif scan.status == "unscannable":
        _fail(upload, job, task, "unscannable", scan)
    else:
        _keep(upload, job, task, reading, scan)


class _Reading:
    """One pass over the bytes: hands them on, and learns size, sha256 and head meanwhile."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._hash = hashlib.sha256()
        self.size_bytes = 0
        self.head = b""

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._hash.update(chunk)
            self.size_bytes += len(chunk)
            if len(self.head) < _HEAD_BYTES:
                self.head += chunk[: _HEAD_BYTES - len(self.head)]
            yield chunk

    def exhaust(self) -> None:
        """Read what nobody else has read."""
        for _ in self:
            continue

    @property
    def sha256(self) -> str:
        """The digest of what has been read."""
        return self._hash.hexdigest()


def _scanned(upload: Upload, reading: _Reading) -> Scan | None:
    """Scan; None where the scanner cannot answer. Only a deployment may leave the scan out."""
    from chalicelib.processing import supply  # clamd's client stays out of the API's cold start
    from chalicelib.processing.scanner import ScannerUnavailable

    effective = settings()
    wanted = effective.virus_scan_enabled and upload.declared["virus_scan"]
    if effective.allow_unscanned and not wanted:
        reading.exhaust()
        return Scan(status="skipped")
    large = upload.declared["size_bytes"] > arrivals.LARGE_ABOVE_BYTES
    try:
        verdict = supply.scanner().scan(reading, _SCAN_SECONDS[large])
    except ScannerUnavailable as error:
        log.warning("scanner unavailable", extra={"reason": str(error)})
        return None
    if verdict.status == "clean":
        reading.exhaust()
    return Scan(
        status=verdict.status,
        signature=verdict.signature,
        scanned_at=clock.timestamp(clock.now()),
    )


def _keep(upload: Upload, job: ProcessingJob, task: Task, reading: _Reading, scan: Scan) -> None:
    from chalicelib.processing import sniffing

    now = clock.now()
    sniffed = sniffing.sniff(reading.head)
    effective = accounts.settings_of(accounts.get(upload.tenant_id))
    problem = _difference(upload, reading, sniffed, effective)
    if problem is not None:
        _fail(upload, job, task, problem, scan)
        return
    clean = Clean(reading.sha256, sniffed, media_types.kind_of(sniffed), reading.size_bytes, scan)
    content, missing = keeping.keep(upload, clean, now)
    job.sha256 = clean.sha256
    _end_scan(job, task)
    keeping.attach(upload, content, clean, now)
    for job_type in missing:
        arrivals.send_task(content.tenant_id, content.sha256, job_type)


def _link(upload: Upload, job: ProcessingJob, task: Task, now: datetime) -> None:
    """Give a version the bytes that its tenant has already, instead of having them sent."""
    content = contents.get(upload.tenant_id, upload.declared["sha256"])
    if content is None or content.state == "deleting":
        _fail(upload, job, task, "source_gone", Scan())
        return
    if content.state == "copying":
        raise RetryLater("the bytes are just being copied", 10)
    scan = msgspec.convert(content.scan, Scan)
    if content.size_bytes != upload.declared["size_bytes"]:
        _fail(upload, job, task, "size_mismatch", scan)
        return
    if not media_types.same_family(upload.declared["content_type"], content.content_type):
        _fail(upload, job, task, "type_mismatch", scan)
        return
    job.sha256 = content.sha256
    _end_scan(job, task)
    missing = keeping.want(upload, content)
    clean = Clean(content.sha256, content.content_type, content.kind, int(content.size_bytes), scan)
    keeping.attach(upload, content, clean, now)
    for job_type in missing:
        arrivals.send_task(content.tenant_id, content.sha256, job_type)


def _difference(upload: Upload, reading: _Reading, sniffed: str, effective: Settings) -> str | None:
    """Say in what the bytes differ from what was declared."""
    declared = upload.declared
    if reading.size_bytes != declared["size_bytes"]:
        return "size_mismatch"
    if declared["sha256"] and declared["sha256"] != reading.sha256:
        return "checksum_mismatch"
    if reading.size_bytes == 0:
        return "unreadable"
    allowed = {media_types.canonical(name) for name in effective.allowed_mime_types}
    if sniffed not in allowed or not media_types.same_family(declared["content_type"], sniffed):
        return "type_mismatch"
    return None


def _job(upload: Upload) -> ProcessingJob:
    key = asset_key(upload.tenant_id, upload.upload_id)
    return arrivals.find_job(upload) or ProcessingJob(key, "JOB", asset_id=upload.asset_id)


def _kept(upload: Upload, job: ProcessingJob) -> Content | None:
    """Give the content to which an earlier delivery has attached the upload's version."""
    if job.sha256 is None:
        return None
    version = catalog.version(upload.tenant_id, upload.asset_id, int(upload.number))
    if version is None or version.status != "processing":
        return None
    return contents.get(upload.tenant_id, job.sha256)


def _go_on(content: Content, now: datetime) -> None:
    """Do what an earlier delivery may have died before: start tasks, or move versions on."""
    if not contents.is_done(content):
        for job_type in sorted(content.pending):
            arrivals.send_task(content.tenant_id, content.sha256, job_type)
    advancing.advance_all(content, now)


def _begin_scan(job: ProcessingJob, now: datetime) -> Task:
    task = tasks.begun(tasks.read(job.scan_task, "virus_scan"), now)
    _store_scan(job, task)
    return task


def _end_scan(job: ProcessingJob, task: Task, error: TaskError | None = None) -> None:
    _store_scan(job, tasks.ended(task, clock.now(), error))


def _store_scan(job: ProcessingJob, task: Task) -> None:
    job.scan_task = tasks.stored(task)
    actions = [
        ProcessingJob.scan_task.set(job.scan_task),
        ProcessingJob.asset_id.set(job.asset_id),
    ]
    if job.sha256:
        actions.append(ProcessingJob.sha256.set(job.sha256))
    update(job, *actions)


def _postpone(upload: Upload, job: ProcessingJob, task: Task) -> None:
    """Try again a little later each time; after the last attempt the upload fails."""
    if task.attempts >= tasks.MAX_ATTEMPTS:
        _fail(upload, job, task, "scanner_unavailable", Scan())
        return
    raise RetryLater("the scanner is unavailable", _BACK_OFF_SECONDS[task.attempts - 1])


def _quarantine(upload: Upload, scan: Scan) -> None:
    def quarantine(face: Face) -> None:
        face.status, face.scan = "quarantined", scan

    versions.move(
        arrivals.version_of(upload),
        ["scanning"],
        quarantine,
        clock.now(),
        action="version.quarantined",
        also=[ended(upload)],
    )


def _fail(
    upload: Upload,
    job: ProcessingJob,
    task: Task,
    reason: str,
    scan: Scan,
    message: str | None = None,
) -> None:
    def fail(face: Face) -> None:
        face.status, face.status_reason, face.scan = "failed", reason, scan

    _end_scan(job, task, TaskError(reason, message or REASONS[reason]))
    versions.move(
        arrivals.version_of(upload),
        ["scanning"],
        fail,
        clock.now(),
        action="version.failed",
        release=True,
        also=[ended(upload)],
    )


def give_up(upload: Upload) -> None:
    """End an upload that no attempt could scan."""
    job = _job(upload)
    task = _begin_scan(job, clock.now())
    _fail(upload, job, task, "scanner_unavailable", Scan())


def ended(upload: Upload) -> Write:
    """End an upload, so that nobody looks after it any more."""
    return change(
        upload, Upload.state.set("ended"), Upload.due_shard.remove(), Upload.due_at.remove()
    )


def _pinned(upload: Upload) -> str:
    assert upload.object_version is not None  # set when it arrived
    return str(upload.object_version)
