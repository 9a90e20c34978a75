"""Contents: the bytes that a tenant has under one sha256, and the versions that refer to them.

Versions refer by items of their own, not by a counter. Bytes go when the last reference is gone:
the content is marked `deleting`, which nothing can attach to, and only then are references looked
for once more. Whoever uploads the same bytes meanwhile waits and copies them afresh.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec
from pynamodb.attributes import (
    BooleanAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.assets import faces
from chalicelib.assets.faces import Face, Rendition, Scan
from chalicelib.assets.models import AnyItem, content_key
from chalicelib.assets.tasks import Task
from chalicelib.core import clock, storage
from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.due import Due
from chalicelib.core.settings import settings
from chalicelib.core.tables import (
    ConditionFailed,
    Item,
    Write,
    change,
    delete,
    find,
    insert,
    put,
    remove,
    update,
)

log = logging.getLogger(__name__)

_LEASE = timedelta(minutes=2)
"""How long one process may take for the two S3 calls that delete a content."""


class Content(Due):
    """The bytes that a tenant has under one sha256, known clean (`sk` = `CONTENT`).

    `state` is `copying`, `stored` or `deleting`; `pending` holds the job types still to do, and
    `<job type>_task` what became of one. `generation` tells a content from one with the same bytes
    that was deleted before, so that work on the one never counts for the other. `converted` is what
    conversions made, and `conversions` the sort keys of those that were asked for. With `is_rerun`
    tasks were run again, whose outcome its versions show, and whose failure takes nothing away;
    `reruns` are the ids of the jobs of which something may still have to be sent.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    tenant_id = UnicodeAttribute()
    sha256 = UnicodeAttribute()
    content_type = UnicodeAttribute()
    size_bytes = IntegerAttribute()
    state = UnicodeAttribute(default="copying")
    generation = UnicodeAttribute()
    verdict = StructAttribute(Scan, null=True, attr_name="scan")
    pending = UnicodeSetAttribute(null=True)
    kind = UnicodeAttribute()
    technical = StructAttribute(dict[str, Any], default=dict)
    embedded = StructAttribute(dict[str, Any], default=dict)
    text = UnicodeAttribute(default="")
    thumbnails = StructAttribute(dict[str, tuple[int, int]], default=dict)
    renditions = StructAttribute(list[Rendition], null=True)
    converted = StructAttribute(list[Rendition], null=True)
    conversions = UnicodeSetAttribute(null=True)
    is_rerun = BooleanAttribute(null=True)
    reruns = UnicodeSetAttribute(null=True)
    failure = UnicodeAttribute(null=True)
    thumbnail_task = StructAttribute(Task, null=True)
    metadata_task = StructAttribute(Task, null=True)
    decoding_task = StructAttribute(Task, null=True)

    @property
    def key(self) -> str:
        """The object's key in the originals bucket, and its folder in the renditions bucket."""
        return f"{self.tenant_id}/{self.sha256}"

    def renditions_of(self, asset_id: str) -> list[Rendition]:
        """Return what an asset shows of it beside the original: what conversions made, the rest."""
        made = [one for one in self.converted or () if one.asset_id in (asset_id, msgspec.UNSET)]
        return [*made, *(self.renditions or ())]


class ContentReference(Item):
    """A version that has a content (`sk` = `REF#` + asset id + `#` + number)."""

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    asset_id = UnicodeAttribute()
    number = IntegerAttribute()
    upload_id = UnicodeAttribute(null=True)


def get(tenant_id: str, sha256: str) -> Content | None:
    """Read a content."""
    return find(Content, content_key(tenant_id, sha256), "CONTENT")


def text_of(tenant_id: str, face: Face) -> str:
    """Return what can be read in a version: its content's text, or the address of a link."""
    if face.kind == "link":
        return str(face.technical.get("url", ""))
    content = get(tenant_id, str(face.sha256))
    return "" if content is None else content.text


def reference(
    tenant_id: str, sha256: str, asset_id: str, number: int, upload_id: str | None = None
) -> ContentReference:
    """Name the item by which a version refers to a content."""
    return ContentReference(
        content_key(tenant_id, sha256),
        f"REF#{asset_id}#{number:06d}",
        asset_id=asset_id,
        number=number,
        upload_id=upload_id,
    )


def attached(wanted: ContentReference) -> list[Write]:
    """Refer to a content, as part of the transaction that gives a version its bytes.

    The first write fails while the content is not there or is being deleted.
    """
    content = Content(wanted.pk, "CONTENT")
    nothing_due = Content.due_actions(None, content.pk)
    return [change(content, *nothing_due, condition=Content.state == "stored"), put(wanted)]


def detached(wanted: ContentReference, now: datetime) -> list[Write]:
    """Refer to a content no more, as part of the transaction that removes a version.

    The content is looked after at once: by `collect`, or by the sweeper if this process dies.
    """
    look = Content.due_actions(now, wanted.pk)
    content = Content(wanted.pk, "CONTENT")
    return [remove(wanted), change(content, *look, condition=Content.pk.exists())]


def references(content: Content) -> list[ContentReference]:
    """List the versions that have a content, strongly consistent."""
    return list(
        ContentReference.query(
            content.pk, ContentReference.sk.startswith("REF#"), consistent_read=True
        )
    )


def is_kept(content: Content) -> Condition:
    """Return the condition that this very content is there and is not being deleted."""
    kept: Condition = Content.state.is_in("copying", "stored")
    kept &= Content.generation == content.generation
    return kept


def collect(tenant_id: str, sha256: str, now: datetime) -> None:
    """Delete a content that no version refers to; again, or cut off in between, is fine."""
    content = get(tenant_id, sha256)
    if content is None or not _take(content, now):
        return
    if references(content):
        _spare(content)
    else:
        _delete(content)


def forget(tenant_id: str, sha256: str, now: datetime) -> None:
    """Delete bytes that came when their content had been deleted; a content that is there stays."""
    content = Content(
        content_key(tenant_id, sha256),
        "CONTENT",
        tenant_id=tenant_id,
        sha256=sha256,
        content_type="",
        kind="",
        size_bytes=0,
        state="deleting",
        generation=clock.new_id(now),
    )
    content.make_due(now + _LEASE, content.pk)
    with suppress(ConditionFailed):
        insert(content)
        _delete(content)


def _take(content: Content, now: datetime) -> bool:
    """Close a content to new references and take it for a while; one process deletes at a time.

    Whoever takes it has to be done before the lease ends, for then the sweeper goes on.
    """
    waits = content.due_at is not None and content.due_at > clock.timestamp(now)
    if waits and content.state != "stored":
        return False  # an upload copies it, or another process deletes it, at this moment
    if content.state != "deleting" and (kept := references(content)):
        _forget_copies(content, {str(one.asset_id) for one in kept})
        _leave(content)
        return False
    try:
        update(
            content,
            Content.state.set("deleting"),
            *Content.due_actions(now + _LEASE, content.pk),
            condition=_as_read(content),
        )
    except ConditionFailed:
        return False
    return True


def _forget_copies(content: Content, asset_ids: set[str]) -> None:
    """Delete what was made for assets alone that do not have the content any more.

    Cut off in between, or where somebody changes the content meanwhile, the next look goes on.
    """
    every = content.converted or []
    gone = [one for one in every if one.asset_id and one.asset_id not in asset_ids]
    if not gone:
        return
    endings = tuple(f"#{one.asset_id}" for one in gone)
    asked = {key for key in content.conversions or () if key.endswith(endings)}
    for one in gone:
        path = faces.rendition_path(str(content.tenant_id), str(content.sha256), one)
        storage.delete(settings().renditions_bucket, path)
    for key in asked:
        delete(AnyItem(content.pk, key))
    actions: list[Action] = [Content.converted.set([one for one in every if one not in gone])]
    if asked:
        actions.append(Content.conversions.delete(asked))
    with suppress(ConditionFailed):
        update(content, *actions, condition=Content.converted == every)


def _leave(content: Content) -> None:
    """Note that a content is in use, so that nobody need look after it but for its reruns."""
    if content.due_at is not None and not content.reruns:
        with suppress(ConditionFailed):  # another version may have gone meanwhile
            update(content, *Content.due_actions(None, content.pk), condition=_as_read(content))


def _spare(content: Content) -> None:
    """Open a content again: a version referred to it just before it was closed."""
    update(
        content,
        Content.state.set("stored"),
        *Content.due_actions(None, content.pk),
        condition=_as_read(content),
    )


def _delete(content: Content) -> None:
    # The pictures of differences lie beside the folder, under names that begin alike.
    storage.delete_folder(settings().renditions_bucket, content.key)
    storage.delete(settings().originals_bucket, content.key)
    for asked in content.conversions or ():
        delete(AnyItem(content.pk, asked))
    delete(content, condition=_as_read(content))
    log.info("content deleted", extra={"tenant_id": content.tenant_id, "sha256": content.sha256})


def _as_read(content: Content) -> Condition:
    """The condition that nobody has changed a content's state or looked after it meanwhile."""
    due_at = content.due_at
    unwatched = Content.due_at.does_not_exist() if due_at is None else Content.due_at == due_at
    same: Condition = Content.generation == content.generation
    same &= Content.state == content.state
    same &= unwatched
    return same


def is_done(content: Content) -> bool:
    """Return whether every task has ended, well or not."""
    return not content.pending
