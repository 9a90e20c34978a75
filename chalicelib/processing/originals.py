"""Clean bytes, kept once for each tenant, and the versions that refer to them.

Every step can be repeated and can be cut off anywhere: a version is attached in the transaction
that moves it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pynamodb.expressions.update import Action

from chalicelib.assets import catalog, contents
from chalicelib.assets.contents import Content
from chalicelib.assets.faces import Scan
from chalicelib.assets.models import content_key
from chalicelib.assets.tasks import ContentTask
from chalicelib.assets.upload_models import Upload
from chalicelib.assets.versions import life, moves
from chalicelib.assets.versions.moves import Move, VersionRef
from chalicelib.core import clock, storage
from chalicelib.core.due import due_key
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, Write, insert, update
from chalicelib.processing import completion, content_tasks
from chalicelib.workflows.moderation import rules

_UNATTACHED = timedelta(hours=1)
"""Bytes that no version has by then are of an upload that died or was purged, and go."""

MUST_DECODE = frozenset({"image", "video", "audio"})
"""Kinds that are of no use when they cannot be decoded; documents are kept all the same."""

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


def keep(
    upload: Upload, clean: Clean, found: Content | None, now: datetime
) -> tuple[Content, set[ContentTask]]:
    """Make sure that the tenant has these bytes in the originals bucket.

    The copy is of the very object version that was scanned.

    Args:
        upload: the upload that brought them.
        clean: what the scan learned of them.
        found: what the tenant has under their sha256, as it was just read.
        now: the present time.

    Returns:
        The content, and the tasks that this upload wants of bytes that were there already: no
        S3 event will start them.

    Raises:
        RetryLater: the same content is just being deleted.
        ObjectGone: the scanned object has left the uploads bucket.
    """
    content = found or _begin(upload, clean, now)
    if content.state == "deleting":
        raise _Deleting
    if content.state == "copying":
        source = (settings().uploads_bucket, upload.key, str(upload.object_version))
        storage.copy(source, settings().originals_bucket, content.key, clean.content_type)
        _change(content, Content.state.set("stored"))
    return content, want(upload, content)


def want(upload: Upload, content: Content) -> set[ContentTask]:
    """Ask for what an upload wants made of bytes that were there already; gives what is to start.

    Raises:
        RetryLater: the content is just being deleted.
    """
    task_of = content_tasks.task_of
    missing = {name for name in _wanted(upload, content.kind) if task_of(content, name) is None}
    if task_of(content, "thumbnail") is not None:
        missing.discard("decoding")
    if content.failure == _BY_CHANCE:
        missing |= content_tasks.failed(content)
        _change(content, *content_tasks.afresh(missing))
    elif missing:
        _change(content, Content.pending.add(missing))
    return missing


def attach(upload: Upload, content: Content, clean: Clean, scanned: Write, now: datetime) -> None:
    """Let the upload's version refer to the content, and move it on if nothing is left to do.

    Args:
        upload: the upload that brought the bytes.
        content: what holds them.
        clean: what the scan learned of them.
        scanned: ends the scan in the job, together with that.
        now: the present time.

    Raises:
        RetryLater: the content is just being deleted.
    """
    ref = VersionRef(upload.tenant_id, upload.asset_id, upload.number)
    described: dict[str, Any] = {
        "sha256": clean.sha256,
        "content_type": clean.content_type,
        "kind": clean.kind,
        "size_bytes": clean.size_bytes,
        "scan": clean.scan,
    }
    reference = contents.reference(
        ref.tenant_id, clean.sha256, ref.asset_id, ref.number, upload.upload_id
    )
    others = any(other.sk != reference.sk for other in contents.references(content))
    if others:
        described["deduplicated"] = True
    try:
        moved = moves.move(
            ref,
            Move(
                life.KEPT,
                now,
                found=described,
                kept={"deduplicated": True} if others else None,
                also=[*contents.attached(reference), scanned],
            ),
        )
    except ConditionFailed:
        raise _Deleting from None
    if not moved and catalog.version(ref.tenant_id, ref.asset_id, ref.number) is None:
        contents.collect(ref.tenant_id, clean.sha256, now)  # purged while it was scanned
        return
    fresh = contents.get(upload.tenant_id, clean.sha256)
    if fresh is not None and contents.is_done(fresh):
        completion.advance(fresh, reference, now)


def _begin(upload: Upload, clean: Clean, now: datetime) -> Content:
    content = Content(
        content_key(upload.tenant_id, clean.sha256),
        "CONTENT",
        tenant_id=upload.tenant_id,
        sha256=clean.sha256,
        content_type=clean.content_type,
        kind=clean.kind,
        size_bytes=clean.size_bytes,
        verdict=clean.scan,
        pending=_wanted(upload, clean.kind) or None,
        generation=clock.new_id(now),
    )
    content.due_shard, content.due_at = due_key(now + _UNATTACHED, content.pk)
    try:
        insert(content)
    except ConditionFailed:
        content = Content.get(content.pk, "CONTENT", consistent_read=True)
    return content


def _wanted(upload: Upload, kind: str) -> set[ContentTask]:
    """Return the tasks that an upload asks for, and what has to be done in any case.

    Moderation has to know what a content says; and what cannot be decoded is no picture or sound.
    """
    wanted: set[ContentTask] = set(upload.tasks)
    if kind in MUST_DECODE and "thumbnail" not in wanted:
        wanted.add("decoding")
    if "metadata" not in wanted and rules.reads_content(upload.tenant_id):
        wanted.add("metadata")
    return wanted


def _change(content: Content, *actions: Action) -> None:
    """Change a content that is kept.

    Raises:
        RetryLater: it is just being deleted.
    """
    try:
        update(content, *actions, condition=contents.is_kept(content))
    except ConditionFailed:
        raise _Deleting from None
