"""Editing what is said of an asset: one conditional write, with its entry in the history."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.assets import admission, lifecycle
from chalicelib.assets.metadata import schema
from chalicelib.assets.metadata.descriptions import require_room
from chalicelib.assets.models import AssetMetadata, MetadataRevision, revision_key
from chalicelib.core import clock, optimistic_locking, pages
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import Person, record
from chalicelib.core.pages import Position
from chalicelib.core.tables import Write, change, find, put, transact

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

_LAST_REVISION = 99_999_999

Values = dict[str, Any]


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
) -> AssetMetadata:
    """Change what is said of an asset.

    Args:
        asset: as it was read.
        new_values: gives the fields that change, from those in force; called again when another
            request was faster.
        actor: who edits.
        now: when.
        if_match: the caller's `If-Match` header; without it the last writer of a field wins.

    Raises:
        AssetTrashed: it is in the trash.
        PreconditionFailed: `if_match` names another revision.
        Invalid: it is more than the table can hold.
        RuleBlocks: a moderation rule refuses it.

    Returns:
        The asset as it is then; what needs a review stays as it was, and waits in `pending`.
    """

    def write(read: AssetMetadata) -> AssetMetadata:
        before = values_of(read)
        asked = new_values(before)
        changed = {k: v for k, v in asked.items() if v != before[k]}
        if changed:
            require_room(before | changed)
        if "custom_fields" in changed:
            fields = (before["custom_fields"], changed["custom_fields"])
            schema.require_fit(read.tenant_id, *fields)
        require_match(read, if_match)
        require_live(read)
        if not changed and not asked.keys() & waiting(read).keys():
            return read
        ruling = admission.judge_edit(read, asked, changed, now, actor)
        changed = {k: v for k, v in changed.items() if k not in ruling.withheld}
        writes = [*written(read, changed, actor, now, ruling.actions), *ruling.writes]
        if writes:
            transact(*writes)
        ruling.afterwards()
        return read_again(read)

    return despite_others(
        write,
        asset,
        read_again,
        "Too many people edit this asset at the same time; try again.",
    )


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
    """Return the number of a revision counted from the first publication, whose own is 1."""
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


def history(
    asset: AssetMetadata, limit: int, position: Position, *, after: int = 0
) -> tuple[list[MetadataRevision], Position]:
    """Read one page of an asset's revisions, newest first, of those after a certain one."""
    edits = MetadataRevision.sk.between(revision_key(after + 1), revision_key(_LAST_REVISION))
    return pages.read(
        MetadataRevision, asset.pk, edits, limit=limit, position=position, newest_first=True
    )


def written(
    asset: AssetMetadata,
    changed: Values,
    actor: Person,
    now: datetime,
    actions: Sequence[Action] = (),
) -> list[Write]:
    """Return the writes of an edit: the asset, its history, and a record; none if nothing changes.

    The first one fails when another request has edited or trashed the asset.

    Args:
        asset: as it was read; it is altered in place.
        changed: the new values by field.
        actor: who edits.
        now: when.
        actions: further updates of the asset's item.
    """
    unchanged = AssetMetadata.revision == asset.revision
    unchanged &= AssetMetadata.trashed_at.does_not_exist()
    if not changed:
        return [change(asset, *actions, condition=unchanged)] if actions else []
    if "category" in changed:  # what is published decides whether that needs a review
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
    entries = [_entry(asset, revision, actor, now, changes, before | changed)]
    if revision == 2:
        entries.append(_first_entry(asset, before))
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


def _same_publication(asset: AssetMetadata) -> Condition:
    if asset.published_version is None:
        missing: Condition = AssetMetadata.published_version.does_not_exist()
        return missing
    return AssetMetadata.published_version == asset.published_version


def _entry(
    asset: AssetMetadata,
    revision: int,
    actor: Person,
    now: datetime,
    changes: list[dict[str, Any]],
    after: Values,
) -> MetadataRevision:
    return MetadataRevision(
        asset.pk,
        revision_key(revision),
        revision=revision,
        at=clock.timestamp(now),
        actor=actor,
        changes=changes,
        values_after=after,
    )


def _first_entry(asset: AssetMetadata, values: Values) -> MetadataRevision:
    """Write down how it began; assets that nobody edits need no history."""
    return MetadataRevision(
        asset.pk,
        revision_key(1),
        revision=1,
        at=asset.created_at,
        actor=asset.uploaded_by,
        changes=[],
        values_after=values,
    )


def read_again(asset: AssetMetadata) -> AssetMetadata:
    """Read an asset as it is now.

    Raises:
        NotFound: it is gone.
    """
    fresh = find(AssetMetadata, asset.pk, asset.sk)
    if fresh is None or fresh.listed_in is None:
        raise NotFound("There is no such asset.")
    return fresh
