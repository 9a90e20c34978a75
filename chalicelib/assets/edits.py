"""Editing what is said of an asset: one conditional write, with its entry in the history."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chalicelib.assets import lifecycle
from chalicelib.assets.descriptions import require_room
from chalicelib.assets.models import AssetMetadata, MetadataRevision, revision_key
from chalicelib.core import clock
from chalicelib.core.errors import Conflict, NotFound, PreconditionFailed
from chalicelib.core.outbox import Person, record
from chalicelib.core.tables import ConditionFailed, change, find, put, transact

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

_ATTEMPTS = 10

Values = dict[str, Any]


class AssetTrashed(Conflict):
    """The asset is in the trash; restore it first."""

    code, title = "asset_trashed", "In the trash"


def values_of(asset: AssetMetadata) -> Values:
    """Give what is said of an asset, by field."""
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
        new_values: gives the fields that change, from those in force; called again when somebody
            else was faster.
        actor: who edits.
        now: when.
        if_match: the caller's `If-Match` header; without it the last writer of a field wins.

    Raises:
        AssetTrashed: it is in the trash.
        PreconditionFailed: `if_match` names another revision.
        Invalid: it is more than the table can hold.
    """
    for _ in range(_ATTEMPTS):
        require_match(asset, if_match)
        require_live(asset)
        before = values_of(asset)
        changed = {k: v for k, v in new_values(before).items() if v != before[k]}
        if not changed:
            return asset
        require_room(before | changed)
        try:
            return _write(asset, before, changed, actor, now)
        except ConditionFailed:
            asset = read_again(asset)
    raise Conflict("Too many people edit this asset at the same time; try again.")


def require_live(asset: AssetMetadata) -> None:
    """Refuse what an asset in the trash does not take.

    Raises:
        AssetTrashed: it is in the trash.
    """
    if asset.trashed_at is not None:
        raise AssetTrashed


def require_match(asset: AssetMetadata, if_match: str | None) -> None:
    """Compare a caller's `If-Match` with the asset's revision (RFC 9110).

    Raises:
        PreconditionFailed: the asset has another revision.
    """
    if if_match is None or if_match.strip() == "*":
        return
    if etag(asset) not in {tag.strip() for tag in if_match.split(",")}:
        raise PreconditionFailed("The asset has changed since you read it.")


def etag(asset: AssetMetadata) -> str:
    """Give the tag of an asset's editable fields."""
    return f'"{int(asset.revision)}"'


def revert(
    asset: AssetMetadata, revision: int, actor: Person, now: datetime, if_match: str | None = None
) -> AssetMetadata:
    """Say of an asset what was said after an earlier revision, as a new one.

    Raises:
        NotFound: there was no such revision.
    """
    if revision == int(asset.revision):
        return asset
    stored = find(MetadataRevision, asset.pk, revision_key(revision))
    if stored is None:
        raise NotFound("There is no such revision.")
    values: Values = stored.values_after
    return edit(asset, lambda _: values, actor, now, if_match)


def history(asset: AssetMetadata, limit: int, position: Any) -> tuple[list[MetadataRevision], Any]:
    """Read one page of an asset's revisions, newest first."""
    results = MetadataRevision.query(
        asset.pk,
        MetadataRevision.sk.startswith("META#"),
        scan_index_forward=False,
        limit=limit,
        last_evaluated_key=position,
    )
    found = list(results)
    return found, results.last_evaluated_key


def _write(
    asset: AssetMetadata, before: Values, changed: Values, actor: Person, now: datetime
) -> AssetMetadata:
    revision = int(asset.revision) + 1
    after = before | changed
    changes = [{"field": k, "old": before[k], "new": v} for k, v in changed.items()]
    for name, value in changed.items():
        setattr(asset, name, value)
    actions = [getattr(AssetMetadata, name).set(value) for name, value in changed.items()]
    actions += [
        AssetMetadata.revision.set(revision),
        AssetMetadata.updated_at.set(clock.timestamp(now)),
        *lifecycle.due_actions(asset, now),
    ]
    entries = [_entry(asset, revision, actor, now, changes, after)]
    if revision == 2:
        entries.append(_first_entry(asset, before))
    written = record(
        asset.tenant_id,
        actor,
        "asset.edited",
        ("asset", asset.asset_id),
        now,
        old={k: before[k] for k in changed},
        new=changed,
    )
    same = AssetMetadata.revision == asset.revision
    transact(
        change(asset, *actions, condition=same & AssetMetadata.trashed_at.does_not_exist()),
        *(put(entry) for entry in entries),
        put(written),
    )
    return read_again(asset)


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
        actor={"id": actor.id, "email": actor.email},
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
