"""Jobs: how far an upload has come, put together from its scan and its content's tasks."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from chalicelib.assets import catalog, contents, reservations, versions
from chalicelib.assets.contents import Content
from chalicelib.assets.faces import Face, Scan
from chalicelib.assets.models import AssetVersion, Upload, asset_key
from chalicelib.assets.versions import VersionRef
from chalicelib.core import clock, storage
from chalicelib.core.due import due_key
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.identity import Actor
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, Write, change, find
from chalicelib.processing import advancing, arrivals, content_tasks, tasks
from chalicelib.processing.models import ProcessingJob
from chalicelib.processing.tasks import CONTENT_TASKS, JobType, Task, TaskStatus
from chalicelib.tenants import accounts, quotas

_STATUS: dict[str, TaskStatus] = {
    "uploading": "pending",
    "scanning": "running",
    "processing": "running",
    "failed": "failed",
}

_NEVER_ARRIVED = frozenset({"aborted", "upload_expired"})


class Job(msgspec.Struct):
    """A job; `progress_percent` is the share of its tasks that have ended."""

    id: str
    asset_id: str
    status: TaskStatus
    progress_percent: int
    tasks: list[Task]


def find_upload(actor: Actor, job_or_asset_id: str) -> Upload:
    """Find the upload that a job processes, by the job's id or its asset's.

    Raises:
        NotFound: there is none, or the actor may not see the asset.
    """
    upload = find(Upload, asset_key(actor.tenant_id, job_or_asset_id), "UPLOAD")
    asset = catalog.visible(actor, upload.asset_id if upload else job_or_asset_id)
    if upload is None:
        face = catalog.face_for(asset, actor, clock.now())
        assert face is not None  # it is visible
        version = catalog.version(asset.tenant_id, asset.asset_id, face.number)
        if version is not None and version.upload_id:
            upload = find(Upload, asset_key(actor.tenant_id, version.upload_id), "UPLOAD")
    if upload is None or not catalog.sees_version(asset, actor, int(upload.number)):
        raise NotFound("There is no such job.")
    return upload


def version_status(upload: Upload) -> str:
    """Read how far the upload's version has come."""
    version = catalog.version(upload.tenant_id, upload.asset_id, int(upload.number))
    return str(version.status) if version else "failed"


def describe(upload: Upload) -> Job:
    """Put a job together."""
    status = version_status(upload)
    job = arrivals.find_job(upload)
    scan = tasks.read(job.scan_task if job else None, "virus_scan")
    content = contents.get(upload.tenant_id, job.sha256) if job and job.sha256 else None
    shown = [scan]
    if status not in {"quarantined", "failed"} or content is not None:
        shown += [_task(content, name) for name in CONTENT_TASKS if name in upload.tasks]
    over = sum(task.status in {"completed", "failed"} for task in shown)
    overall = _STATUS.get(status, "completed")
    done = overall in {"completed", "failed"}
    return Job(
        id=upload.upload_id,
        asset_id=upload.asset_id,
        status=overall,
        progress_percent=100 if done else over * 100 // len(shown),
        tasks=shown,
    )


def retry(upload: Upload, actor: Actor, now: datetime) -> None:
    """Run the failed tasks of a job again.

    Raises:
        Conflict: nothing failed, or the bytes are gone.
        QuotaExceeded: the bytes of a failed upload were given back, and no longer fit.
    """
    version = catalog.version(upload.tenant_id, upload.asset_id, int(upload.number))
    if version is None or version.status != "failed":
        raise Conflict("Nothing of this job has failed.")
    if version.face["status_reason"] in _NEVER_ARRIVED:
        raise Conflict("The bytes never arrived; upload the file again.")
    job = arrivals.find_job(upload)
    content = contents.get(upload.tenant_id, job.sha256) if job and job.sha256 else None
    attached = content is not None and version.content_key is not None
    if not attached and _object_gone(upload):
        raise Conflict("The uploaded bytes are gone; upload the file again.")
    if not attached:
        _reopen(upload, actor, version, "scanning", now)
        if job is not None:
            job.update(actions=[ProcessingJob.scan_task.set(_fresh_scan())])
        arrivals.send_to_scan(upload, int(upload.declared["size_bytes"]))
        return
    assert content is not None
    _reopen(upload, actor, version, "processing", now, content_tasks.revived(content))
    content = Content.get(content.pk, content.sk, consistent_read=True)
    for name in sorted(content.pending or ()):
        arrivals.send_task(content.tenant_id, content.sha256, name)
    # Another upload's retry may have mended it already; the audit trail tells that after the retry.
    advancing.advance_all(content, clock.now())


def _reopen(
    upload: Upload,
    actor: Actor,
    version: AssetVersion,
    status: str,
    now: datetime,
    also: Sequence[Write] = (),
) -> None:
    """Take a failed version back into work, and its bytes back into the quota."""
    size_bytes = int(version.face["size_bytes"])
    quota = accounts.settings_of(accounts.get(upload.tenant_id)).storage_quota_bytes
    reservation = (upload.tenant_id, clock.new_id(now), size_bytes, 0)
    reservations.reserve(*reservation, quota, now)
    kept = quotas.settled(*reservation)
    shard, due_at = due_key(now + arrivals.STUCK_AFTER, upload.upload_id)
    again = change(
        upload,
        Upload.state.set("arrived"),
        Upload.sweeps.set(0),
        Upload.due_shard.set(shard),
        Upload.due_at.set(due_at),
        condition=Upload.state == "ended",
    )

    def reopen(face: Face) -> None:
        face.status, face.status_reason = status, None  # type: ignore[assignment]
        if status == "scanning":
            face.scan = Scan()

    ref = VersionRef(upload.tenant_id, upload.asset_id, int(upload.number))
    try:
        moved = versions.move(
            ref,
            ["failed"],
            reopen,
            now,
            action="version.retried",
            actor=actor.person,
            also=[again, kept, *also],
        )
    except ConditionFailed:
        moved = False
    if not moved:
        quotas.cancel(*reservation)
        raise Conflict("Somebody else has just started it again.")


def _object_gone(upload: Upload) -> bool:
    return storage.first_version(settings().uploads_bucket, upload.key) is None


def _fresh_scan() -> dict[str, object]:
    return tasks.stored(Task(job_type="virus_scan"))


def _task(content: Content | None, job_type: JobType) -> Task:
    if content is None:
        return Task(job_type=job_type)
    return content_tasks.task_of(content, job_type) or Task(job_type=job_type)
