"""Uploads whose bytes have arrived: marked once, and sent on to be scanned."""

from datetime import datetime, timedelta

from chalicelib.assets.models import asset_key
from chalicelib.assets.upload_models import Upload
from chalicelib.assets.uploads import life as upload_life
from chalicelib.assets.uploads.drafts import MULTIPART_ABOVE_BYTES
from chalicelib.assets.versions import life, moves
from chalicelib.assets.versions.moves import Move, VersionRef
from chalicelib.core import clock, queues, storage
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, find
from chalicelib.processing.models import ProcessingJob

LARGE_ABOVE_BYTES = MULTIPART_ABOVE_BYTES
"""Larger uploads are scanned one at a time, with 15 minutes and a larger disk."""

STUCK_AFTER = timedelta(minutes=16)
"""When the sweeper takes an arrived upload for lost."""


def route(upload: Upload, now: datetime, told_at: datetime | None = None) -> None:
    """Send an upload whose bytes have arrived to the queue for its size. Idempotent.

    It is marked first, so that the scan finds it marked. Whoever finds it marked but not yet
    scanned may come after one that died in between, and sends it.

    Args:
        upload: as it was read.
        now: the present time.
        told_at: when S3's event says that the bytes came.
    """
    if upload.state == "ended" or (upload.state == "arrived" and find_job(upload) is not None):
        return
    found = storage.first_version(settings().uploads_bucket, upload.key)
    if found is None:
        return
    if upload.state == "arrived" or mark(upload, found, now, told_at):
        send_to_scan(upload, found.size_bytes)


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
        "decoding": settings().thumbnails_queue,
        "metadata": settings().metadata_queue,
    }[job_type]
    queues.send(queue, tenant_id, {"tenant_id": tenant_id, "sha256": sha256})


def find_job(upload: Upload) -> ProcessingJob | None:
    """Read the job of an upload; None before it is first scanned."""
    return find(ProcessingJob, asset_key(upload.tenant_id, upload.upload_id), "JOB")


def mark(
    upload: Upload, found: storage.Stored, now: datetime, told_at: datetime | None = None
) -> bool:
    """Note that the bytes are there; False where another delivery was faster."""
    arrived = upload_life.moved(
        upload,
        upload_life.ARRIVED,
        now + STUCK_AFTER,
        Upload.object_version.set(found.version_id),
        Upload.received_at.set(_received_at(upload, found, told_at)),
    )
    try:
        return moves.move(version_of(upload), Move(life.ARRIVED, now, also=[arrived]))
    except ConditionFailed:
        return False


def _received_at(upload: Upload, found: storage.Stored, told_at: datetime | None) -> str:
    """Return when S3 had all of the bytes; in doubt the later time.

    Its event tells milliseconds, unless it is of a second object under the same key. An object of
    parts bears the time at which its upload began, so when they were joined is what counts.
    """
    if upload.joining_since is not None:
        return str(upload.joining_since)
    second = found.modified_at
    if told_at is not None and second <= told_at < second + timedelta(seconds=1):
        return clock.timestamp(told_at)
    return clock.timestamp(second + timedelta(milliseconds=999))


def version_of(upload: Upload) -> VersionRef:
    """Return which version an upload makes."""
    return VersionRef(upload.tenant_id, upload.asset_id, upload.number)
