"""Relationships made, found and removed, on both of their assets at once."""

from collections.abc import Iterable
from datetime import datetime

from pynamodb.expressions.condition import Condition

from chalicelib.assets import catalog
from chalicelib.assets.metadata import edits
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.assets.relationships import graph
from chalicelib.assets.relationships.models import (
    ACYCLIC,
    PREFIX,
    RELATED,
    AssetRelationship,
    RelatedTargets,
    RelationshipGraph,
    graph_key,
    relationship_key,
)
from chalicelib.assets.relationships.shapes import NewRelationship, RelationshipQuery
from chalicelib.core import clock, pages, texts
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Conflict, NotFound, invalid
from chalicelib.core.optimistic_locking import attempts
from chalicelib.core.outbox import AuditRecord, Person, record
from chalicelib.core.pages import Position
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.tables import (
    ConditionFailed,
    Write,
    change,
    check,
    find,
    put,
    remove,
    transact,
)

MOST_TARGETS = 1000
"""To how many others an asset may be related; more are made from these."""

_BUSY = "Too many people relate these assets at the same time; try again."
_CHECKS = 2
"""The first writes of a new relationship check its assets; they fail for good."""


def visible(actor: Actor, asset: AssetMetadata, relationship_id: str) -> AssetRelationship:
    """Read a relationship of an asset, both ends of which the actor sees.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    found = find(AssetRelationship, asset.pk, relationship_key(relationship_id))
    if found is None or not _seen(actor, [other_end(asset, found)], clock.now()):
        raise NotFound("There is no such relationship.")
    return found


def require_edit(actor: Actor, asset: AssetMetadata, relationship: AssetRelationship) -> None:
    """Let a relationship be removed by those who may edit the asset that has it: its source.

    Raises:
        Forbidden: the source is somebody else's.
    """
    if relationship.source_id != asset.asset_id:
        asset = catalog.visible(actor, str(relationship.source_id))
    catalog.require_edit(actor, asset)


def page(
    actor: Actor, asset: AssetMetadata, query: RelationshipQuery, limit: int, position: Position
) -> tuple[list[AssetRelationship], Position]:
    """Read one page of an asset's relationships in both directions, the oldest first.

    Those with assets in the trash, or that the actor does not see, are left out.
    """
    now = clock.now()
    seen: set[str] = set()

    def read(at_most: int, start: Position) -> tuple[list[AssetRelationship], Position]:
        ours = AssetRelationship.sk.startswith(PREFIX)
        found, following = pages.read(
            AssetRelationship, asset.pk, ours, limit=at_most, position=start, consistent=True
        )
        seen.update(_seen(actor, (other_end(asset, one) for one in found), now))
        return found, following

    def keep(one: AssetRelationship) -> AssetRelationship | None:
        fits = query.kind in (None, one.kind) and query.direction in (None, direction(asset, one))
        return one if fits and other_end(asset, one) in seen else None

    def behind(one: AssetRelationship) -> Position:
        return {"pk": {"S": str(one.pk)}, "sk": {"S": str(one.sk)}}

    return pages.kept(read, keep, behind, limit=limit, position=position)


def count_with(actor: Actor, asset_id: str) -> int:
    """Count an asset's relationships in both directions, as far as the actor sees them."""
    pk = asset_key(actor.tenant_id, asset_id)
    found = list(AssetRelationship.query(pk, AssetRelationship.sk.startswith(PREFIX)))
    others = [_other(asset_id, one) for one in found]
    seen = _seen(actor, others, clock.now())
    return sum(one in seen for one in others)


def add(
    actor: Actor, source: AssetMetadata, wanted: NewRelationship, now: datetime
) -> AssetRelationship:
    """Relate an asset to another.

    Raises:
        Invalid: the note cannot be read, or it is the same asset.
        NotFound: the actor does not see the target.
        AssetTrashed: one of them is in the trash.
        RelationshipCycle: the kind would lead back to the source, at any depth.
        Conflict: they are related so already, the source is related to too many others, or too
            many people relate them at the same time.
    """
    note = texts.require_text("note", wanted.note) if wanted.note else ""
    target, kind = catalog.visible(actor, wanted.target_id), wanted.kind
    source_id, target_id = str(source.asset_id), str(target.asset_id)
    if source_id == target_id:
        if kind in ACYCLIC:
            raise graph.RelationshipCycle
        raise invalid("target_id", "An asset is not related to itself")
    made = _made_before(source, now)
    if made is not None:
        return made
    edits.require_live(source)
    edits.require_live(target)
    tie = AssetRelationship(
        source.pk,
        relationship_key(under_way(now).id("relationship")),
        source_id=source_id,
        target_id=target_id,
        kind=kind,
        note=note,
        created_by=actor.person,
        created_at=clock.timestamp(now),
    )
    written = _record(tie, actor.tenant_id, actor.person, "created", now)
    try:
        for attempt in attempts(None, lambda _: None, _BUSY, is_overtaken=_is_overtaken):
            with attempt:
                grown = _grown(actor.tenant_id, kind, source_id, target_id)
                listed = _listed(actor.tenant_id, tie)
                both = [put(one) for one in _copies(actor.tenant_id, tie)]
                transact(*_live(source, target), *both, listed, *grown, put(written))
    except ConditionFailed:
        for one in (source, target):
            edits.require_live(edits.read_again(one))
        raise Conflict(_BUSY) from None
    return tie


def delete(tenant_id: str, tie: AssetRelationship, actor: Person, now: datetime) -> None:
    """Remove a relationship from both assets. Idempotent.

    Raises:
        Conflict: too many people relate them at the same time.
    """
    _removed(tenant_id, tie, put(_record(tie, tenant_id, actor, "deleted", now)))


def forget(asset: AssetMetadata) -> None:
    """Remove the relationships of an asset that is being purged; cut off, it goes on again."""
    ours = AssetRelationship.sk.startswith(PREFIX)
    for tie in AssetRelationship.query(asset.pk, ours, consistent_read=True):
        _removed(str(asset.tenant_id), tie)


def direction(asset: AssetMetadata, tie: AssetRelationship) -> str:
    """Return `outgoing` where a relationship begins at the asset, else `incoming`."""
    return "outgoing" if tie.source_id == asset.asset_id else "incoming"


def other_end(asset: AssetMetadata, tie: AssetRelationship) -> str:
    """Return the id of the asset at the other end of a relationship."""
    return _other(str(asset.asset_id), tie)


def _other(asset_id: str, tie: AssetRelationship) -> str:
    return str(tie.target_id if tie.source_id == asset_id else tie.source_id)


def _seen(actor: Actor, asset_ids: Iterable[str], now: datetime) -> set[str]:
    """Return which of these assets the actor sees, none of them in the trash."""
    found = catalog.find_many(actor.tenant_id, dict.fromkeys(asset_ids))
    return {
        asset_id
        for asset_id, asset in found.items()
        if asset.trashed_at is None and catalog.face_for(asset, actor, now) is not None
    }


def _made_before(source: AssetMetadata, now: datetime) -> AssetRelationship | None:
    making = under_way(now)
    if not making.is_repeat:
        return None
    return find(AssetRelationship, source.pk, relationship_key(making.id("relationship")))


def _live(*assets: AssetMetadata) -> list[Write]:
    live = AssetMetadata.listed_in.exists() & AssetMetadata.trashed_at.does_not_exist()
    return [check(asset, live) for asset in assets]


def _copies(tenant_id: str, tie: AssetRelationship) -> list[AssetRelationship]:
    """Return the two items of a relationship: one beside each of its assets."""
    values = {name: value for name, value in tie.attribute_values.items() if name != "pk"}
    return [
        AssetRelationship(asset_key(tenant_id, asset_id), **values)
        for asset_id in (tie.source_id, tie.target_id)
    ]


def _grown(tenant_id: str, kind: str, source_id: str, target_id: str) -> list[Write]:
    """Return the write that lets no other relationship of an acyclic kind come meanwhile.

    What it names is read before the chains are followed.

    Raises:
        RelationshipCycle: the target leads back to the source.
    """
    if kind not in ACYCLIC:
        return []
    read = find(RelationshipGraph, tenant_id, graph_key(kind))
    if graph.leads_to(tenant_id, kind, target_id, source_id):
        raise graph.RelationshipCycle
    if read is None:
        first = RelationshipGraph(tenant_id, graph_key(kind), revision=1)
        return [put(first, RelationshipGraph.pk.does_not_exist())]
    same = RelationshipGraph.revision == read.revision
    return [change(read, RelationshipGraph.revision.set(read.revision + 1), condition=same)]


def _is_overtaken(failure: ConditionFailed) -> bool:
    return failure.index >= _CHECKS


def _owner(tie: AssetRelationship) -> tuple[str, str]:
    """Return which of the two assets names the other among its targets, and that one."""
    source_id, target_id = str(tie.source_id), str(tie.target_id)
    if tie.kind == "related" and target_id < source_id:
        return target_id, source_id
    return source_id, target_id


def _listed(tenant_id: str, tie: AssetRelationship) -> Write:
    """Return the write that names a new relationship among the targets of its asset.

    Raises:
        Conflict: it is there already, or there are too many.
    """
    owner, named = _owner(tie)
    pk = asset_key(tenant_id, owner)
    read = find(RelatedTargets, pk, RELATED) or RelatedTargets(pk, RELATED)
    if named in read.targets.get(tie.kind, ()):
        raise Conflict("These assets are related in this way already.")
    if sum(map(len, read.targets.values())) >= MOST_TARGETS:
        raise Conflict(f"An asset is related to at most {MOST_TARGETS} others.")
    return _with_targets(read, {**read.targets, tie.kind: [*read.targets.get(tie.kind, ()), named]})


def _with_targets(read: RelatedTargets, targets: dict[str, list[str]]) -> Write:
    same: Condition = RelatedTargets.revision == read.revision
    if not read.revision:
        same = RelatedTargets.pk.does_not_exist()
    fresh = RelatedTargets(read.pk, RELATED, targets=targets, revision=read.revision + 1)
    return put(fresh, same)


def _removed(tenant_id: str, tie: AssetRelationship, *also: Write) -> None:
    owner, named = _owner(tie)
    copies = _copies(tenant_id, tie)
    for attempt in attempts(None, lambda _: None, _BUSY):
        with attempt:
            if find(AssetRelationship, copies[0].pk, copies[0].sk) is None:
                return  # another request was faster
            pk = asset_key(tenant_id, owner)
            read = find(RelatedTargets, pk, RELATED) or RelatedTargets(pk, RELATED)
            kept = [one for one in read.targets.get(tie.kind, ()) if one != named]
            listed = _with_targets(read, {**read.targets, tie.kind: kept})
            there = AssetRelationship.pk.exists()
            transact(remove(copies[0], there), remove(copies[1]), listed, *also)


def _record(
    tie: AssetRelationship, tenant_id: str, actor: Person, deed: str, now: datetime
) -> AuditRecord:
    said = {"relationship_id": tie.id, "kind": tie.kind, "target_id": tie.target_id}
    said |= {"note": tie.note}
    subject = ("asset", str(tie.source_id))
    values = {"new": said} if deed == "created" else {"old": said}
    return record(tenant_id, actor, f"relationship.{deed}", subject, now, **values)
