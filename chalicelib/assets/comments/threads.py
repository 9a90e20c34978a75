"""Comments in threads: written, edited, resolved, deleted, and seen by those who may.

What is said of a version is for those who see it. Where an asset was published, those who see
published versions alone see what was said of these.
"""

from collections.abc import Callable
from datetime import datetime

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.comments import annotations
from chalicelib.assets.comments.models import PREFIX, Annotation, AssetComment, comment_key
from chalicelib.assets.comments.shapes import CommentChange, CommentQuery, NewComment
from chalicelib.assets.metadata import edits
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock, pages, texts
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Forbidden, NotFound, invalid
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import AuditRecord, Person, record
from chalicelib.core.pages import Position
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.tables import ConditionFailed, change, check, find, put, remove, transact
from chalicelib.tenants import roles


def visible(actor: Actor, asset: AssetMetadata, comment_id: str) -> AssetComment:
    """Read a comment of an asset that the actor sees.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    comment = find(AssetComment, asset.pk, comment_key(comment_id))
    if comment is None or comment.deleted_at is not None or not is_seen(comment, asset, actor):
        raise NotFound("There is no such comment.")
    return comment


def is_seen(comment: AssetComment, asset: AssetMetadata, actor: Actor) -> bool:
    """Return whether somebody who sees an asset sees a comment on it."""
    if catalog.sees_everything(asset, actor) or comment.author.id == actor.id:
        return True
    on_trial = asset.reviewed is not None and comment.version == asset.reviewed.number
    return on_trial or bool(comment.is_public)


def require_author(actor: Actor, _: AssetMetadata, comment: AssetComment) -> None:
    """Let a comment be changed by its author.

    Raises:
        Forbidden: the actor is not its author.
    """
    if comment.author.id != actor.id:
        raise Forbidden("Only its author may do this with a comment.")


def require_author_or_editor(actor: Actor, asset: AssetMetadata, comment: AssetComment) -> None:
    """Let a comment be resolved and reopened by its author, and by editors.

    Raises:
        Forbidden: the actor is neither.
    """
    if not actor.has(roles.EDITORS):
        require_author(actor, asset, comment)


def page(
    actor: Actor, asset: AssetMetadata, query: CommentQuery, limit: int, position: Position
) -> tuple[list[AssetComment], Position]:
    """Read one page of the comments on an asset that the actor sees, the oldest first."""

    def read(at_most: int, start: Position) -> tuple[list[AssetComment], Position]:
        ours = AssetComment.sk.startswith(PREFIX)
        return pages.read(
            AssetComment, asset.pk, ours, limit=at_most, position=start, consistent=True
        )

    def keep(comment: AssetComment) -> AssetComment | None:
        left = comment.deleted_at is not None and not comment.replies
        fits = query.version in (None, comment.version)
        fits = fits and query.resolved in (None, bool(comment.resolved))
        return comment if fits and not left and is_seen(comment, asset, actor) else None

    def behind(comment: AssetComment) -> Position:
        return {"pk": {"S": str(comment.pk)}, "sk": {"S": str(comment.sk)}}

    return pages.kept(read, keep, behind, limit=limit, position=position)


def add(actor: Actor, asset: AssetMetadata, wanted: NewComment, now: datetime) -> AssetComment:
    """Keep a new comment.

    Raises:
        Invalid: there is nothing to read, the annotation lies outside, or a reply is said to be
            about another version.
        NotFound: the actor sees no such comment to answer, or no such version.
        AssetTrashed: the asset is in the trash.
    """
    body = texts.require_text("body", wanted.body)
    parent = None if wanted.parent_id is None else visible(actor, asset, wanted.parent_id)
    number, is_public = _version(actor, asset, wanted, parent, now)
    making = under_way(now)
    comment_id = making.id("comment")
    if making.is_repeat and (made := find(AssetComment, asset.pk, comment_key(comment_id))):
        return made
    edits.require_live(asset)
    comment = AssetComment(
        asset.pk,
        comment_key(comment_id),
        author=actor.person,
        body=body,
        parent_id=None if parent is None else parent.id,
        version=number,
        is_public=is_public,
        annotation=wanted.annotation,
        created_at=clock.timestamp(now),
    )
    told = {**_told(comment), "parent_id": comment.parent_id, "version": number}
    answered = []
    if parent is not None:
        there = AssetComment.pk.exists() & AssetComment.deleted_at.does_not_exist()
        answered.append(change(parent, AssetComment.replies.add(1), condition=there))
    live = AssetMetadata.listed_in.exists() & AssetMetadata.trashed_at.does_not_exist()
    try:
        transact(
            put(comment, AssetComment.pk.does_not_exist()),
            check(asset, live),
            *answered,
            put(_record(asset, actor.person, "created", now, new=told)),
        )
    except ConditionFailed as failure:
        if failure.index == 1:
            edits.require_live(edits.read_again(asset))
        raise NotFound("There is no such comment.") from None
    return comment


def edit(
    asset: AssetMetadata, comment: AssetComment, wanted: CommentChange, actor: Person, now: datetime
) -> AssetComment:
    """Give a comment other words, or another place; those that it has already change nothing.

    Raises:
        Invalid: there is nothing to read, or the annotation lies outside.
        NotFound: it has been deleted.
        Conflict: too many change it at the same time.
    """
    given: dict[str, str | Annotation | None] = {}
    if wanted.body is not msgspec.UNSET:
        given["body"] = texts.require_text("body", wanted.body)
    if wanted.annotation is not msgspec.UNSET:
        annotations.require_inside(asset, comment.version, wanted.annotation)
        given["annotation"] = wanted.annotation

    def write(read: AssetComment) -> AssetComment:
        if all(getattr(read, name) == value for name, value in given.items()):
            return read
        old, unchanged = _told(read), AssetComment.revision == read.revision
        for name, value in given.items():
            setattr(read, name, value)
        read.revision, read.edited_at = read.revision + 1, clock.timestamp(now)
        written = _record(asset, actor, "changed", now, old=old, new=_told(read))
        actions = [
            AssetComment.body.set(read.body),
            AssetComment.revision.set(read.revision),
            AssetComment.edited_at.set(read.edited_at),
            AssetComment.annotation.remove()
            if read.annotation is None
            else AssetComment.annotation.set(read.annotation),
        ]
        transact(change(read, *actions, condition=unchanged), put(written))
        return read

    return _changed(comment, write)


def resolve(
    asset: AssetMetadata, comment: AssetComment, actor: Person, now: datetime, *, resolved: bool
) -> AssetComment:
    """Resolve a comment, or reopen it. Idempotent.

    Raises:
        NotFound: it has been deleted.
        Conflict: too many change it at the same time.
    """

    def write(read: AssetComment) -> AssetComment:
        if bool(read.resolved) == resolved:
            return read
        unchanged = AssetComment.revision == read.revision
        read.resolved, read.revision = resolved, read.revision + 1
        deed = "resolved" if resolved else "reopened"
        written = _record(asset, actor, deed, now, new={"comment_id": read.id})
        actions = [
            AssetComment.resolved.set(resolved),
            AssetComment.revision.set(read.revision),
        ]
        transact(change(read, *actions, condition=unchanged), put(written))
        return read

    return _changed(comment, write)


def delete(asset: AssetMetadata, comment: AssetComment, actor: Person, now: datetime) -> None:
    """Delete a comment; of one that was answered its place in the thread stays, without its words.

    Raises:
        Conflict: too many change it at the same time.
    """

    def write(read: AssetComment) -> AssetComment:
        same = AssetComment.revision == read.revision
        written = put(_record(asset, actor, "deleted", now, old=_told(read)))
        if read.replies:
            emptied = [
                AssetComment.body.set(""),
                AssetComment.annotation.remove(),
                AssetComment.deleted_at.set(clock.timestamp(now)),
                AssetComment.revision.set(read.revision + 1),
            ]
            transact(change(read, *emptied, condition=same), written)
            return read
        unanswered = AssetComment.replies == 0
        writes = [remove(read, condition=same & unanswered), written]
        if read.parent_id is not None:
            parent = AssetComment(asset.pk, comment_key(read.parent_id))
            there = AssetComment.pk.exists()
            writes.append(change(parent, AssetComment.replies.add(-1), condition=there))
        transact(*writes)
        return read

    try:
        _changed(comment, write)
    except NotFound:
        return  # it was deleted at the same time


def _version(
    actor: Actor,
    asset: AssetMetadata,
    wanted: NewComment,
    parent: AssetComment | None,
    now: datetime,
) -> tuple[int, bool]:
    """Return the version that a comment is about, and whether those see it who see no other."""
    if parent is not None:
        if wanted.version not in (None, parent.version):
            raise invalid("version", "A reply is about the version of the comment that it answers")
        annotations.require_inside(asset, parent.version, wanted.annotation)
        return int(parent.version), bool(parent.is_public)
    face = catalog.face_for(asset, actor, now)
    if face is None:  # its rights have ended since it was loaded
        raise NotFound("There is no such asset.")
    number = wanted.version or face.number
    if number != face.number:
        seen = catalog.sees_version(asset, actor, number)
        if not seen or catalog.version(asset.tenant_id, asset.asset_id, number) is None:
            raise NotFound("There is no such version.")
    annotations.require_inside(asset, number, wanted.annotation)
    return number, number == asset.published_version


def _changed(comment: AssetComment, write: Callable[[AssetComment], AssetComment]) -> AssetComment:
    def read_again(read: AssetComment) -> AssetComment:
        found = find(AssetComment, read.pk, read.sk)
        if found is None or found.deleted_at is not None:
            raise NotFound("There is no such comment.")
        return found

    refusal = "Too many people change this comment at the same time; try again."
    return despite_others(write, comment, read_again, refusal)


def _told(comment: AssetComment) -> dict[str, object]:
    """Return what the audit trail says of a comment."""
    annotation = msgspec.to_builtins(comment.annotation)
    return {"comment_id": comment.id, "body": comment.body, "annotation": annotation}


def _record(
    asset: AssetMetadata, actor: Person, deed: str, now: datetime, **values: object
) -> AuditRecord:
    subject = ("asset", str(asset.asset_id))
    return record(str(asset.tenant_id), actor, f"comment.{deed}", subject, now, **values)
