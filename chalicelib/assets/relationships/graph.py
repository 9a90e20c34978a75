"""Where relationships of one kind lead: chains of any length, followed level by level."""

from collections.abc import Iterable

from chalicelib.assets.models import asset_key
from chalicelib.assets.relationships.models import RELATED, RelatedTargets
from chalicelib.core import tables
from chalicelib.core.errors import Conflict

MOST_FOLLOWED = 20_000
"""So many assets are looked at; a hundred cost one request."""


class RelationshipCycle(Conflict):
    """The asset would depend on itself, or be a part of itself, by way of others."""

    code, title = "relationship_cycle", "That would be a circle"


class ChainTooLong(Conflict):
    """Too many assets hang together here for another relationship of this kind."""

    title = "Too many relationships"


def leads_to(tenant_id: str, kind: str, start: str, goal: str) -> bool:
    """Return whether relationships of a kind lead from one asset to another, at any depth.

    What lies in the trash is followed, too: it may come back.

    Raises:
        ChainTooLong: more assets hang together than can be looked at.
    """
    seen, level = {start}, [start]
    while level and goal not in seen:
        if len(seen) > MOST_FOLLOWED:
            raise ChainTooLong
        level = [one for one in targets_of(tenant_id, kind, level) if one not in seen]
        seen.update(level)
    return goal in seen


def targets_of(tenant_id: str, kind: str, asset_ids: Iterable[str]) -> list[str]:
    """Return the targets of some assets by relationships of a kind, each once."""
    keys = [(asset_key(tenant_id, asset_id), RELATED) for asset_id in asset_ids]
    found = tables.find_many(RelatedTargets, keys)
    return list(dict.fromkeys(one for item in found for one in item.targets.get(kind, ())))
