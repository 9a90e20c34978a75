"""The history of what is said of an asset: an item for each edit."""

from datetime import datetime
from typing import Any

from chalicelib.assets.models import AssetMetadata, MetadataRevision, revision_key
from chalicelib.core import clock, pages
from chalicelib.core.outbox import Person
from chalicelib.core.pages import Position

_LAST_REVISION = 99_999_999

Values = dict[str, Any]


def history(
    asset: AssetMetadata, limit: int, position: Position, *, after: int = 0
) -> tuple[list[MetadataRevision], Position]:
    """Read one page of an asset's revisions, newest first, of those after a certain one."""
    edits = MetadataRevision.sk.between(revision_key(after + 1), revision_key(_LAST_REVISION))
    return pages.read(
        MetadataRevision, asset.pk, edits, limit=limit, position=position, newest_first=True
    )


def entry(
    asset: AssetMetadata,
    revision: int,
    actor: Person,
    now: datetime,
    changes: list[dict[str, Any]],
    after: Values,
) -> MetadataRevision:
    """Return the entry of an edit, with its changes and all that is said afterwards."""
    return MetadataRevision(
        asset.pk,
        revision_key(revision),
        revision=revision,
        at=clock.timestamp(now),
        actor=actor,
        changes=changes,
        values_after=after,
    )


def first_entry(asset: AssetMetadata, values: Values) -> MetadataRevision:
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
