"""Uploads whose bytes have arrived: marked once, and sent on to be scanned."""

from datetime import datetime, timedelta

from chalicelib.assets import versions
from chalicelib.assets.drafts import MULTIPART_ABOVE_BYTES
from chalicelib.assets.faces import Face
from chalicelib.assets.models import Upload, asset_key
from chalicelib.assets.versions import VersionRef
from chalicelib.core import queues, storage
from chalicelib.core.due import due_key
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, change, find
from chalicelib.processing.models import ProcessingJob

LARGE_ABOVE_BYTES = MULTIPART_ABOVE_BYTES
"""Larger uploads are scanned one at a time, with 15 minutes and a larger disk."""

STUCK_AFTER = timedelta(minutes=16)
"""When the sweeper takes an arrived upload for lost."""


def route(upload: Upload, now: datetime) -> None:
    """Send an upload whose bytes have arrived to the queue for its size; again is fine.

    It is marked first, so that the scan finds it marked. Whoever finds it marked but not yet
    scanned may come after one that died in between, and sends it.
    """
    if upload.state == "ended" or (upload.state == "arrived" and find_job(upload) is not None):
        return
    found = storage.first_version(settings().uploads_bucket, upload.key)
    if found is None:
        return
    version_id, size_bytes = found
    if upload.state == "arrived" or mark(upload, version_id, now):
        send_to_scan(upload, size_bytes)


def send_to_scan(upload: Upload, size_bytes: int) -> None:
    """Ask for an upload to be scanned."""
    large = size_bytes > LARGE_ABOVE_BYTES
    queue = settings().scan_large_queue if large else settings().scan_small_queue
    queues.send(
        queue, upload.tenant_id, {"tenant_id": upload.tenant_id, "upload_id": upload.upload_id}
    )


def send_task(tenant_id: str, sha256: str, job_type: str) -> None:
    """Ask for a task on a content that no S3 event asks for."""
    queue = {
        "thumbnail": settings().thumbnails_queue,
        "metadata": settings().metadata_queue,
    }[job_type]
    queues.send(queue, tenant_id, {"tenant_id": tenant_id, "sha256": sha256})


def find_job(upload: Upload) -> ProcessingJob | None:
    """Read the job of an upload; None before it is first scanned."""
    return find(ProcessingJob, asset_key(upload.tenant_id, upload.upload_id), "JOB")


def mark(upload: Upload, version_id: str, now: datetime) -> bool:
    """Note that the bytes are there; False where another delivery was faster."""

    def scanning(face: Face) -> None:
        face.status = "scanning"

    shard, due_at = due_key(now + STUCK_AFTER, upload.upload_id)
    arrived = change(
        upload,
        Upload.state.set("arrived"),
        Upload.object_version.set(version_id),
        Upload.sweeps.set(0),
        Upload.due_shard.set(shard),
        Upload.due_at.set(due_at),
        condition=Upload.state == "open",
    )
    try:
        return versions.move(version_of(upload), ["uploading"], scanning, now, also=[arrived])
    except ConditionFailed:
        return False


def version_of(upload: Upload) -> VersionRef:
    """Say which version an upload makes."""
    return VersionRef(upload.tenant_id, upload.asset_id, int(upload.number))
