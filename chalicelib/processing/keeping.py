"""Clean bytes, kept once for each tenant, and the versions that refer to them.

Every step can be repeated and can be cut off anywhere: a version is attached in the transaction
that moves it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chalicelib.assets import catalog, contents, versions
from chalicelib.assets.contents import Content
from chalicelib.assets.faces import Face, Scan
from chalicelib.assets.models import Upload, content_key
from chalicelib.assets.versions import VersionRef
from chalicelib.core import clock, storage
from chalicelib.core.due import due_key
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, insert, update
from chalicelib.processing import advancing, content_tasks
from chalicelib.processing.tasks import JobType
from chalicelib.workflows import moderation

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
    content = contents.get(upload.tenant_id, clean.sha256) or _begin(upload, clean, now)
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
    task_of = content_tasks.task_of
    missing = {name for name in _wanted(upload) if task_of(content, name) is None}
    if content.failure == _BY_CHANCE:
        missing |= content_tasks.failed(content)
        _change(content, *content_tasks.afresh(missing))
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

    reference = contents.reference(
        ref.tenant_id, clean.sha256, ref.asset_id, ref.number, upload.upload_id
    )
    others = any(other.sk != reference.sk for other in contents.references(content))
    try:
        moved = versions.move(
            ref,
            ["scanning"],
            describe,
            now,
            deduplicated=others,
            also=contents.attached(reference),
        )
    except ConditionFailed:
        raise _Deleting from None
    if not moved and catalog.version(ref.tenant_id, ref.asset_id, ref.number) is None:
        contents.collect(ref.tenant_id, clean.sha256, now)  # purged while it was scanned
        return
    fresh = contents.get(upload.tenant_id, clean.sha256)
    if fresh is not None and contents.is_done(fresh):
        advancing.advance(fresh, reference, now)


def _begin(upload: Upload, clean: Clean, now: datetime) -> Content:
    content = Content(
        content_key(upload.tenant_id, clean.sha256),
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


def _change(content: Content, *actions: Any) -> None:
    """Change a content that is kept.

    Raises:
        RetryLater: it is just being deleted.
    """
    try:
        update(content, *actions, condition=contents.is_kept(content))
    except ConditionFailed:
        raise _Deleting from None
