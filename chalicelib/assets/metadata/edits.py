"""Editing what is said of an asset: one conditional write, with its entry in the history."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.assets import admission, lifecycle
from chalicelib.assets.metadata import revisions, schema
from chalicelib.assets.metadata.descriptions import require_room
from chalicelib.assets.models import AssetMetadata, MetadataRevision, revision_key
from chalicelib.core import clock, optimistic_locking
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import Person, record
from chalicelib.core.tables import ConditionFailed, Write, change, find, put, transact

FIELDS = (
    "title",
    "description",
    "alt_text",
    "category",
    "tags",
    "keywords",
    "rights",
    "custom_fields",
    "focal_point",
)
"""What people say of an asset; everything else is found out by Reef."""

Values = dict[str, Any]


class AlreadyMade(Exception):
    """The item that an edit writes along with itself is there, so that it was made before."""


class AssetTrashed(Conflict):
    """The asset is in the trash; restore it first."""

    code, title = "asset_trashed", "In the trash"


def values_of(asset: AssetMetadata) -> Values:
    """Return what is said of an asset, by field."""
    return {name: getattr(asset, name) for name in FIELDS}


def edit(
    asset: AssetMetadata,
    new_values: Callable[[Values], Values],
    actor: Person,
    now: datetime,
    if_match: str | None = None,
    once: Write | None = None,
    *,
    even_trashed: bool = False,
) -> AssetMetadata:
    """Change what is said of an asset.

    Args:
        asset: as it was read.
        new_values: gives the fields that change, from those in force; called again when another
            request was faster.
        actor: who edits.
        now: when.
        if_match: the caller's `If-Match` header; without it the last writer of a field wins.
        once: is written along with the edit, under a condition that fails where that was done.
        even_trashed: edit it in the trash, too; what is said there may not need a review.

    Raises:
        AlreadyMade: `once` was written before.
        AssetTrashed: it is in the trash, and may not be edited there.
        PreconditionFailed: `if_match` names another revision.
        Invalid: it is more than the table can hold.
        RuleBlocks: a moderation rule refuses it.

    Returns:
        The asset as it is then; what needs a review stays as it was, and waits in `pending`.
    """

    def write(read: AssetMetadata) -> AssetMetadata:
        asked, changed = _allowed(read, new_values, if_match, even_trashed=even_trashed)
        if not changed and not asked.keys() & waiting(read).keys():
            return read
        ruling = admission.judge_edit(read, asked, changed, now, actor)
        changed = {k: v for k, v in changed.items() if k not in ruling.withheld}
        writes = [*written(read, changed, actor, now, ruling.actions), *ruling.writes]
        _commit(writes, once)
        ruling.afterwards()
        return read_again(read)

    return despite_others(
        write,
        asset,
        read_again,
        "Too many people edit this asset at the same time; try again.",
    )


def foreseen(
    asset: AssetMetadata,
    new_values: Callable[[Values], Values],
    now: datetime,
    if_match: str | None = None,
) -> tuple[Values, frozenset[str]]:
    """Return what an edit would change, and which of these fields would wait for a review.

    Nothing is written, and nobody is told.

    Raises:
        AssetTrashed, PreconditionFailed, Invalid, RuleBlocks: as `edit` would.
    """
    _, changed = _allowed(asset, new_values, if_match)
    return changed, admission.foresee_edit(asset, changed, now) if changed else frozenset()


def _allowed(
    asset: AssetMetadata,
    new_values: Callable[[Values], Values],
    if_match: str | None,
    *,
    even_trashed: bool = False,
) -> tuple[Values, Values]:
    """Return the values that an edit asks for, and those that differ; raises as `edit` does."""
    before = values_of(asset)
    asked = new_values(before)
    changed = {k: v for k, v in asked.items() if v != before[k]}
    if changed:
        require_room(before | changed)
    if "custom_fields" in changed:
        fields = (before["custom_fields"], changed["custom_fields"])
        schema.require_fit(asset.tenant_id, *fields)
    require_match(asset, if_match)
    if not even_trashed:
        require_live(asset)
    return asked, changed


def _commit(writes: Sequence[Write], once: Write | None) -> None:
    """Write an edit, and what is written along with it once.

    Raises:
        AlreadyMade: that was written before.
        ConditionFailed: another request was faster.
    """
    if not writes:
        return
    try:
        transact(*writes, *([] if once is None else [once]))
    except ConditionFailed as failure:
        if failure.index == len(writes):
            raise AlreadyMade from None
        raise


def waiting(asset: AssetMetadata) -> Values:
    """Return the values that wait for a review before they are what is said of an asset."""
    values: Values = asset.pending["values"] if asset.pending is not None else {}
    return values


def require_live(asset: AssetMetadata) -> None:
    """Refuse what an asset in the trash does not take.

    Raises:
        AssetTrashed: it is in the trash.
    """
    if asset.trashed_at is not None:
        raise AssetTrashed


def require_match(asset: AssetMetadata, if_match: str | None) -> None:
    """Compare a caller's `If-Match` with the asset's revision.

    Raises:
        PreconditionFailed: the asset has another revision.
    """
    optimistic_locking.require_match(
        if_match, etag(asset), "The asset has changed since you read it."
    )


def etag(asset: AssetMetadata) -> str:
    """Return the tag of an asset's editable fields."""
    return f'"{asset.revision}"'


def public_etag(asset: AssetMetadata) -> str:
    """Return the tag for those who see published versions alone: it counts no earlier edits."""
    return f'"p{public_revision(asset, asset.revision)}"'


def public_revision(asset: AssetMetadata, revision: int) -> int:
    """Return a revision's number counted from `public_since`, whose own is 1."""
    return revision - (asset.public_since or 0) + 1


def revert(
    asset: AssetMetadata, revision: int, actor: Person, now: datetime, if_match: str | None = None
) -> AssetMetadata:
    """Restore what an earlier revision said of an asset, as a new revision.

    Raises:
        NotFound: there was no such revision.
    """
    if revision == asset.revision:
        return asset
    stored = find(MetadataRevision, asset.pk, revision_key(revision))
    if stored is None:
        raise NotFound("There is no such revision.")
    values: Values = stored.values_after
    return edit(asset, lambda _: values, actor, now, if_match)


def written(
    asset: AssetMetadata,
    changed: Values,
    actor: Person,
    now: datetime,
    actions: Sequence[Action] = (),
) -> list[Write]:
    """Return the writes of an edit: the asset, its history, and a record; none if nothing changes.

    The first one fails when another request has edited, published, trashed or restored the asset:
    what is published decides whether an edit needs a review.

    Args:
        asset: as it was read; it is altered in place.
        changed: the new values by field.
        actor: who edits.
        now: when.
        actions: further updates of the asset's item.
    """
    unchanged = AssetMetadata.revision == asset.revision
    unchanged &= _in_same_place(asset)
    if not changed:
        return [change(asset, *actions, condition=unchanged)] if actions else []
    unchanged &= _same_publication(asset)
    before = values_of(asset)
    revision = asset.revision + 1
    changes = [{"field": k, "old": before[k], "new": v} for k, v in changed.items()]
    for name, value in changed.items():
        setattr(asset, name, value)
    updates = [getattr(AssetMetadata, name).set(value) for name, value in changed.items()]
    updates += [
        AssetMetadata.revision.set(revision),
        AssetMetadata.updated_at.set(clock.timestamp(now)),
        AssetMetadata.seen_at.set(clock.timestamp(now)),
        *lifecycle.due_actions(asset, now),
        *actions,
    ]
    entries = [revisions.entry(asset, revision, actor, now, changes, before | changed)]
    if revision == 2:
        entries.append(revisions.first_entry(asset, before))
    edited = record(
        asset.tenant_id,
        actor,
        "asset.edited",
        ("asset", asset.asset_id),
        now,
        old={k: before[k] for k in changed},
        new=changed,
    )
    return [
        change(asset, *updates, condition=unchanged),
        *(put(entry) for entry in entries),
        put(edited),
    ]


def _in_same_place(asset: AssetMetadata) -> Condition:
    """Return the condition that an asset is in the trash, or not, as it was read."""
    condition: Condition = AssetMetadata.trashed_at.does_not_exist()
    if asset.trashed_at is not None:
        condition = AssetMetadata.trashed_at == asset.trashed_at
        condition &= AssetMetadata.listed_in.exists()  # its purge has not begun
    return condition


def _same_publication(asset: AssetMetadata) -> Condition:
    if asset.published_version is None:
        missing: Condition = AssetMetadata.published_version.does_not_exist()
        return missing
    return AssetMetadata.published_version == asset.published_version


def read_again(asset: AssetMetadata) -> AssetMetadata:
    """Read an asset as it is now.

    Raises:
        NotFound: it is gone.
    """
    fresh = find(AssetMetadata, asset.pk, asset.sk)
    if fresh is None or fresh.listed_in is None:
        raise NotFound("There is no such asset.")
    return fresh
