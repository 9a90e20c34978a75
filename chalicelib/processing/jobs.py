"""Jobs: how far an upload has come, put together from its scan and its content's tasks."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from chalicelib.assets import reservations
from chalicelib.assets.contents import Content
from chalicelib.assets.faces import Scan
from chalicelib.assets.models import AssetVersion
from chalicelib.assets.tasks import Task, TaskStatus
from chalicelib.assets.upload_models import Upload
from chalicelib.assets.uploads import life as upload_life
from chalicelib.assets.versions import life, moves
from chalicelib.assets.versions.life import Transition
from chalicelib.assets.versions.moves import Move, VersionRef
from chalicelib.core import clock, storage
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Conflict, Forbidden
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, Write
from chalicelib.processing import arrivals, completion, content_tasks
from chalicelib.processing.conversion import requests
from chalicelib.processing.conversion.models import Conversion
from chalicelib.processing.models import ProcessingJob
from chalicelib.processing.progress import Progress
from chalicelib.processing.transfers.models import RowOutcome
from chalicelib.tenants import accounts, quotas
from chalicelib.tenants.roles import ADMINS

_NEVER_ARRIVED = frozenset({"aborted", "upload_expired"})


class Refused(msgspec.Struct):
    """An asset that could not be changed.

    Attributes:
        asset_id: its id.
        code: why not, as a request for that asset alone would say.
    """

    asset_id: str
    code: str


class Job(msgspec.Struct):
    """A job.

    Attributes:
        id: its id.
        asset_id: the asset whose version it works on; null where it is about several.
        status: how far it is; `failed` as soon as one of its tasks has failed for good.
        progress_percent: the share of its tasks that have ended, of a zip's bytes, or of the assets
            to change, 0 to 100.
        tasks: what it does, in order.
        left_out: of a zip, how many of the assets asked for are not in it.
        handed_over: of a job that hands over what a member owns, how much it has moved, by kind.
        dry_run: of an import, whether it only says what would become of its rows.
        row_counts: of an import, how many rows were `changed`, `in_review`, `unchanged`, `refused`;
            of an export how many were `exported`.
        rows: of an import that has ended, what became of its rows; of more than 1000 those alone
            that were refused, 1000 at most. The file at `download_url` has all.
        changed: of a job that renames a tag or a category, how many assets it has changed.
        refused_count: of such a job, how many assets it could not change.
        refused: some of those, 200 at most, and why; the audit trail has each that it changed.
        download_url: of a zip or export that is done, and of an import's report, a signed URL for a
            few minutes.
        download_urls: where it became several files, those of all.
    """

    id: str
    asset_id: str | None
    status: TaskStatus
    progress_percent: int
    tasks: list[Task]
    left_out: int | msgspec.UnsetType = msgspec.UNSET
    handed_over: dict[str, int] | msgspec.UnsetType = msgspec.UNSET
    dry_run: bool | msgspec.UnsetType = msgspec.UNSET
    row_counts: dict[str, int] | msgspec.UnsetType = msgspec.UNSET
    rows: list[RowOutcome] | msgspec.UnsetType = msgspec.UNSET
    changed: int | msgspec.UnsetType = msgspec.UNSET
    refused_count: int | msgspec.UnsetType = msgspec.UNSET
    refused: list[Refused] | msgspec.UnsetType = msgspec.UNSET
    download_url: str | msgspec.UnsetType = msgspec.UNSET
    download_urls: list[str] | msgspec.UnsetType = msgspec.UNSET


def describe(progress: Progress) -> Job:
    """Put a job together."""
    status, shown = progress.status, progress.tasks
    over = sum(task.status in {"completed", "failed"} for task in shown)
    done = status in {"completed", "failed"}
    return Job(
        id=progress.upload.upload_id,
        asset_id=progress.upload.asset_id,
        status=status,
        progress_percent=100 if done else over * 100 // len(shown),
        tasks=shown,
    )


def retry(progress: Progress, actor: Actor, now: datetime) -> None:
    """Run the failed tasks of a job again.

    What arrived when its uploader might not upload any more an admin takes over with that.

    Raises:
        Forbidden: only an admin may.
        Conflict: nothing failed, or the bytes are gone.
        QuotaExceeded: the bytes of a failed upload were given back, and no longer fit.
    """
    upload, version, content = progress.upload, progress.version, progress.content
    reason = version.face.status_reason if version is not None else None
    if reason == "uploader_inactive" and not actor.has(ADMINS):
        raise Forbidden("Its uploader might not upload any more; an admin can take it over.")
    if version is None or version.status != "failed":
        begun = [one for one in progress.conversions if _again(one, now)]
        if not begun:
            raise Conflict("Nothing of this job has failed.")
        return
    if reason in _NEVER_ARRIVED:
        raise Conflict("The bytes never arrived; upload the file again.")
    attached = content is not None and version.content_key is not None
    if not attached and _object_gone(upload):
        raise Conflict("The uploaded bytes are gone; upload the file again.")
    if not attached:
        _reopen(upload, actor, version, life.SCANNED_AGAIN, now)
        if progress.job is not None:
            progress.job.update(actions=[ProcessingJob.scan_task.set(Task(job_type="virus_scan"))])
        arrivals.send_to_scan(upload, upload.declared.size_bytes)
        return
    assert content is not None
    revived = content_tasks.revived(content)
    _reopen(upload, actor, version, life.PROCESSED_AGAIN, now, revived)
    content = Content.get(content.pk, content.sk, consistent_read=True)
    for name in sorted(content.pending or ()):
        arrivals.send_task(content.tenant_id, content.sha256, name)
    # Another upload's retry may have mended it already; the audit trail tells that after the retry.
    completion.advance_all(content, clock.now())


def _again(conversion: Conversion, now: datetime) -> bool:
    return conversion.task.status == "failed" and requests.ask_again(conversion, now)


def _reopen(
    upload: Upload,
    actor: Actor,
    version: AssetVersion,
    transition: Transition,
    now: datetime,
    also: Sequence[Write] = (),
) -> None:
    """Take a failed version back into work, and its bytes back into the quota."""
    size_bytes = version.face.size_bytes
    quota = accounts.settings_of(upload.tenant_id).storage_quota_bytes
    reservation = (upload.tenant_id, clock.new_id(now), size_bytes, 0)
    reservations.reserve(*reservation, quota, now)
    kept = quotas.settled(*reservation)
    taken_over = upload.taken_over or version.face.status_reason == "uploader_inactive"
    again = upload_life.moved(
        upload,
        upload_life.REOPENED,
        now + arrivals.STUCK_AFTER,
        Upload.taken_over.set(taken_over),
    )
    ref = VersionRef(upload.tenant_id, upload.asset_id, upload.number)
    try:
        moved = moves.move(
            ref,
            Move(
                transition,
                now,
                actor=actor.person,
                found={"scan": Scan()} if transition == life.SCANNED_AGAIN else None,
                also=[again, kept, *also],
            ),
        )
    except ConditionFailed:
        moved = False
    if not moved:
        quotas.cancel(*reservation)
        raise Conflict("Somebody else has just started it again.")


def _object_gone(upload: Upload) -> bool:
    return storage.first_version(settings().uploads_bucket, upload.key) is None
