"""The work on contents: keeping clean bytes, the tasks on them, and the versions that wait.

Every step can be repeated and can be cut off anywhere: a version is attached in the transaction
that moves it, the last task to finish moves every version that is attached, and whoever attaches
later finds the tasks done and moves itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chalicelib.assets import catalog, faces, versions
from chalicelib.assets import contents as library
from chalicelib.assets.admission import Admission, Candidate
from chalicelib.assets.contents import Content, ContentReference, get
from chalicelib.assets.due import due_key
from chalicelib.assets.faces import Face, Scan
from chalicelib.assets.models import AssetMetadata, Upload, asset_key
from chalicelib.assets.models import content_key as key_of
from chalicelib.assets.versions import VersionRef
from chalicelib.core import clock, storage
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, Write, change, check, find, insert, update
from chalicelib.processing import tasks
from chalicelib.processing.tasks import CONTENT_TASKS, JobType, Task, TaskError
from chalicelib.workflows import moderation, starting

_TASK_ATTRIBUTES: dict[JobType, Any] = {
    "thumbnail": Content.thumbnail_task,
    "metadata": Content.metadata_task,
}


_UNATTACHED = timedelta(hours=1)
"""Bytes that no version has by then are of an upload that died or was purged, and go."""


_BY_CHANCE = "processing_failed"
"""A failure that says nothing of the bytes: when they are sent again, they are tried again."""


class _Deleting(RetryLater):
    """The same content is being deleted; afterwards its bytes can be kept afresh."""

    def __init__(self) -> None:
        super().__init__("the same content is being deleted", 30)


@dataclass(frozen=True)
class Clean:
    """What the scan learned of bytes that are clean."""

    sha256: str
    content_type: str
    kind: str
    size_bytes: int
    scan: Scan


def keep(upload: Upload, clean: Clean, now: datetime) -> tuple[Content, set[JobType]]:
    """Make sure that the tenant has these bytes in the originals bucket.

    The copy is of the very object version that was scanned.

    Returns:
        The content, and the tasks that this upload wants of bytes that were there already: no
        S3 event will start them.

    Raises:
        RetryLater: the same content is just being deleted.
        ObjectGone: the scanned object has left the uploads bucket.
    """
    content = get(upload.tenant_id, clean.sha256) or _begin(upload, clean, now)
    if content.state == "deleting":
        raise _Deleting
    if content.state == "copying":
        source = (settings().uploads_bucket, upload.key, str(upload.object_version))
        storage.copy(source, settings().originals_bucket, content.key, clean.content_type)
        _change(content, Content.state.set("stored"))
    return content, want(upload, content)


def want(upload: Upload, content: Content) -> set[JobType]:
    """Ask for what an upload wants made of bytes that were there already; gives what is to start.

    Raises:
        RetryLater: the content is just being deleted.
    """
    missing = {name for name in _wanted(upload) if task_of(content, name) is None}
    if content.failure == _BY_CHANCE:
        missing |= _failed_tasks(content)
        _change(content, *_afresh(missing))
    elif missing:
        _change(content, Content.pending.add(missing))
    return missing


def attach(upload: Upload, content: Content, clean: Clean, now: datetime) -> None:
    """Let the upload's version refer to the content, and move it on if nothing is left to do.

    Raises:
        RetryLater: the content is just being deleted.
    """
    ref = VersionRef(upload.tenant_id, upload.asset_id, int(upload.number))

    def describe(face: Face) -> None:
        face.sha256, face.content_type, face.kind = clean.sha256, clean.content_type, clean.kind
        face.size_bytes, face.scan, face.status = clean.size_bytes, clean.scan, "processing"

    reference = library.reference(
        ref.tenant_id, clean.sha256, ref.asset_id, ref.number, upload.upload_id
    )
    others = any(other.sk != reference.sk for other in library.references(content))
    try:
        moved = versions.move(
            ref,
            ["scanning"],
            describe,
            now,
            deduplicated=others,
            also=library.attached(reference),
        )
    except ConditionFailed:
        raise _Deleting from None
    if not moved and catalog.version(ref.tenant_id, ref.asset_id, ref.number) is None:
        library.collect(ref.tenant_id, clean.sha256, now)  # purged while it was scanned
        return
    fresh = get(upload.tenant_id, clean.sha256)
    if fresh is not None and is_done(fresh):
        advance(fresh, reference, now)


def is_done(content: Content) -> bool:
    """Say whether every task has ended, well or not."""
    return not content.pending


def begin_task(content: Content, job_type: JobType, now: datetime) -> Task | None:
    """Note that a task runs; None when it was just ended, or the content deleted."""
    task = tasks.begun(tasks.read(_stored_task(content, job_type), job_type), now)
    try:
        update(
            content,
            _TASK_ATTRIBUTES[job_type].set(tasks.stored(task)),
            condition=Content.pending.contains(job_type) & library.is_kept(content),
        )
    except ConditionFailed:
        return None
    return task


def finish_task(
    content: Content,
    task: Task,
    now: datetime,
    *,
    facts: dict[str, Any] | None = None,
    error: TaskError | None = None,
    peak_memory_bytes: int | None = None,
) -> bool:
    """Note what became of a task, and move the versions on when it was the last one.

    Of two deliveries that ran it at once, the first to end counts.

    Args:
        content: what it worked on.
        task: the task as `begin_task` gave it.
        now: the present time.
        facts: attributes of the content that the task found out.
        error: why it failed; the versions fail with this code.
        peak_memory_bytes: the most memory that it took.

    Returns:
        Whether it counts: another delivery may have been faster, or the content deleted.
    """
    done = tasks.ended(task, now, error, peak_memory_bytes)
    actions = [
        _TASK_ATTRIBUTES[task.job_type].set(tasks.stored(done)),
        Content.pending.delete({task.job_type}),
    ]
    actions += [getattr(Content, name).set(value) for name, value in (facts or {}).items()]
    if error is not None:
        actions.append(Content.failure.set(error.code))
    still_mine = Content.pending.contains(task.job_type) & library.is_kept(content)
    try:
        update(content, *actions, condition=still_mine)
    except ConditionFailed:
        return False
    advance_all(content, now)
    return True


def advance_all(content: Content, now: datetime) -> None:
    """Move every attached version on, if nothing is left to do; again is fine.

    Raises:
        RetryLater: a retry has just begun, or too many change a version at the same time.
    """
    if is_done(content):
        for reference in library.references(content):
            try:
                advance(content, reference, now)
            except ConditionFailed as changed:
                raise RetryLater("the content or its version is just changing", 1) from changed


def advance(content: Content, reference: ContentReference, now: datetime) -> None:
    """Move one attached version out of `processing`, once.

    Raises:
        ConditionFailed: it would fail, but a retry has meanwhile taken the content's failure back.
    """
    ref = VersionRef(content.tenant_id, reference.asset_id, int(reference.number))
    ending: list[Write] = []
    if reference.upload_id is not None:
        upload = Upload(asset_key(content.tenant_id, reference.upload_id), "UPLOAD")
        ending.append(
            change(
                upload,
                Upload.state.set("ended"),
                Upload.due_shard.remove(),
                Upload.due_at.remove(),
            )
        )
    failed = content.failure is not None
    if failed:
        stands = Content.failure.exists() & Content.pending.does_not_exist()
        ending.append(check(content, stands & library.is_kept(content)))
    admitted = None if failed else _admitted(content, ref, now)
    if not failed and admitted is None:
        return

    def settle(face: Face) -> None:
        face.kind, face.technical = content.kind, content.technical
        face.thumbnails = content.thumbnails
        face.status = admitted.status if admitted else "failed"
        face.status_reason = admitted.reason if admitted else content.failure

    moved = versions.move(
        ref,
        ["processing"],
        settle,
        now,
        action=f"version.{admitted.status}" if admitted else "version.failed",
        publish=admitted is not None and admitted.publish,
        release=failed,
        embedded=content.embedded,
        unreviewed=admitted.unreviewed if admitted else None,
        also=[*ending, *(admitted.writes if admitted else [])],
    )
    if moved and admitted:
        admitted.afterwards()


def _admitted(content: Content, ref: VersionRef, now: datetime) -> Admission | None:
    """Ask what becomes of a version that is ready; None if somebody else moved it on."""
    version = catalog.version(ref.tenant_id, ref.asset_id, ref.number)
    asset = find(AssetMetadata, asset_key(ref.tenant_id, ref.asset_id), "ASSET")
    if version is None or asset is None or version.status != "processing":
        return None
    face = faces.read(version.face)
    face.kind, face.content_type = content.kind, content.content_type
    candidate = Candidate(
        asset=asset,
        version=version,
        face=face,
        text=lambda: content.text,
        embedded=content.embedded,
    )
    return starting.admit(candidate, now)


def revived(content: Content) -> list[Write]:
    """Let the failed tasks run again, as part of the transaction that takes a version back."""
    if content.failure is None:
        return []
    again = _afresh(_failed_tasks(content))
    return [change(content, *again, condition=library.is_kept(content))]


def task_of(content: Content, job_type: JobType) -> Task | None:
    """Give a task of a content; None when nobody asked for it."""
    stored = _stored_task(content, job_type)
    if stored is None and job_type not in (content.pending or ()):
        return None
    return tasks.read(stored, job_type)


def _begin(upload: Upload, clean: Clean, now: datetime) -> Content:
    content = Content(
        key_of(upload.tenant_id, clean.sha256),
        "CONTENT",
        tenant_id=upload.tenant_id,
        sha256=clean.sha256,
        content_type=clean.content_type,
        kind=clean.kind,
        size_bytes=clean.size_bytes,
        scan=msgspec.to_builtins(clean.scan),
        pending=_wanted(upload) or None,
        generation=clock.new_id(now),
    )
    content.due_shard, content.due_at = due_key(now + _UNATTACHED, content.pk)
    try:
        insert(content)
    except ConditionFailed:
        content = Content.get(content.pk, "CONTENT", consistent_read=True)
    return content


def _wanted(upload: Upload) -> set[JobType]:
    """Give the tasks that an upload asks for, and what moderation has to know in any case."""
    wanted: set[JobType] = set(upload.tasks)
    if "metadata" not in wanted and moderation.reads_content(upload.tenant_id):
        wanted.add("metadata")
    return wanted


def _failed_tasks(content: Content) -> set[JobType]:
    known = {name: task_of(content, name) for name in CONTENT_TASKS}
    return {name for name, task in known.items() if task is not None and task.status == "failed"}


def _afresh(job_types: set[JobType]) -> list[Any]:
    """Give the actions that have tasks done from their beginning, and no failure left."""
    begin = [_TASK_ATTRIBUTES[name].set(tasks.stored(Task(job_type=name))) for name in job_types]
    return [Content.failure.remove(), Content.pending.add(job_types), *begin]


def _stored_task(content: Content, job_type: JobType) -> Any:
    return content.thumbnail_task if job_type == "thumbnail" else content.metadata_task


def _change(content: Content, *actions: Any) -> None:
    """Change a content that is kept.

    Raises:
        RetryLater: it is just being deleted.
    """
    try:
        update(content, *actions, condition=library.is_kept(content))
    except ConditionFailed:
        raise _Deleting from None
