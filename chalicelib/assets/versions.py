"""Moving versions from state to state: one conditional transaction per move."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.assets import catalog, edits, faces
from chalicelib.assets.faces import Face
from chalicelib.assets.models import (
    AssetMetadata,
    AssetVersion,
    asset_key,
    content_key,
    version_key,
)
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM, Person, record
from chalicelib.core.tables import ConditionFailed, Write, change, find, put, transact
from chalicelib.tenants import quotas

MAIN = "main"
"""The branch whose newest version is what an asset says of its content."""

_ATTEMPTS = 5
_OUT_THERE = frozenset({"approved", "in_review"})
"""What anybody may get, or approve. What is published can be reviewed again, and stays published
until that is decided."""


@dataclass(frozen=True)
class VersionRef:
    """Which version of which asset of which tenant."""

    tenant_id: str
    asset_id: str
    number: int


def move(
    ref: VersionRef,
    source: Sequence[str],
    alter: Callable[[Face], None],
    now: datetime,
    *,
    action: str | None = None,
    actor: Person = SYSTEM,
    publish: bool = False,
    release: bool = False,
    embedded: dict[str, Any] | None = None,
    deduplicated: bool = False,
    unreviewed: bool | None = None,
    also: Sequence[Write] = (),
) -> bool:
    """Take a version from one of the source states to the one that `alter` gives its face.

    The version, its asset's copy of the face, the audit record and whatever goes along are
    written together or not at all.

    Args:
        ref: the version.
        source: the states it may be in; in any other, nothing happens.
        alter: changes the face in place, its `status` included.
        now: the present time.
        action: what the audit trail calls it; None for steps that nobody asks about.
        actor: who did it.
        publish: make it the published version, if it is of `main`.
        release: give its bytes back to the quota.
        embedded: the embedded metadata found in its content, if that is known now.
        deduplicated: note that another version had its bytes first.
        unreviewed: it lies on a branch and would be reviewed on `main`.
        also: further writes of the same transaction.

    Returns:
        Whether this call moved it.

    Raises:
        ConditionFailed: one of `also` did not hold.
    """
    for attempt in range(_ATTEMPTS):
        version = catalog.version(ref.tenant_id, ref.asset_id, ref.number)
        asset = find(AssetMetadata, asset_key(ref.tenant_id, ref.asset_id), "ASSET")
        if version is None or asset is None or version.status not in source:
            return False
        before = version.status
        face = faces.read(version.face)
        alter(face)
        if face.status in _OUT_THERE and ref.number <= (asset.rejected_through or 0):
            face.status, face.status_reason = "rejected", "rejected"
            action = "version.rejected"
        writes = [
            _version_write(version, face, embedded, deduplicated, unreviewed),
            _asset_write(asset, version, face, publish, now),
            *also,
        ]
        if release:
            writes.append(quotas.released(ref.tenant_id, int(face.size_bytes)))
        if action is not None:
            writes.append(put(_record(ref, face, before, action, actor, now)))
        try:
            transact(*writes)
            return True
        except ConditionFailed as failure:
            if failure.index > 1 or attempt == _ATTEMPTS - 1:
                raise
    return False


def added(
    asset: AssetMetadata, version: AssetVersion, *, publish: bool, now: datetime
) -> list[Write]:
    """Add a version to an asset: the version, the asset's faces, and what the last one described.

    The first two writes fail when somebody else added a version meanwhile.
    """
    number = int(version.number)
    actions: list[Any] = [
        AssetMetadata.last_version.set(number),
        AssetMetadata.updated_at.set(clock.timestamp(now)),
    ]
    if version.branch == MAIN:
        actions.append(AssetMetadata.current_version.set(number))
        actions.append(AssetMetadata.current.set(version.face))
        if publish and version.status == "approved":
            actions.append(AssetMetadata.published_version.set(number))
            actions.append(AssetMetadata.published.set(version.face))
    unchanged = (AssetMetadata.last_version == asset.last_version) & _same_rejection(asset)
    last = AssetVersion(asset.pk, version_key(int(asset.last_version)))
    described = AssetVersion.described.set(edits.values_of(asset))
    writes = [
        change(asset, *actions, condition=unchanged & AssetMetadata.trashed_at.does_not_exist()),
        put(version, condition=AssetVersion.pk.does_not_exist()),
    ]
    if catalog.version(asset.tenant_id, asset.asset_id, int(asset.last_version)) is not None:
        writes.append(change(last, described, condition=AssetVersion.pk.exists()))
    return writes


def page(asset: AssetMetadata, limit: int, position: Any) -> tuple[list[AssetVersion], Any]:
    """Read one page of an asset's versions, newest first."""
    results = AssetVersion.query(
        asset.pk,
        AssetVersion.sk.startswith("V#"),
        scan_index_forward=False,
        limit=limit,
        last_evaluated_key=position,
    )
    found = list(results)
    return found, results.last_evaluated_key


def page_of(
    asset: AssetMetadata, numbers: Collection[int], limit: int, position: int | None
) -> tuple[list[AssetVersion], int | None]:
    """Read one page of some of an asset's versions, newest first."""
    left = sorted((one for one in numbers if position is None or one < position), reverse=True)
    chosen = left[:limit]
    read = [catalog.version(asset.tenant_id, asset.asset_id, number) for number in chosen]
    return [one for one in read if one is not None], chosen[-1] if left[limit:] else None


def _version_write(
    version: AssetVersion,
    face: Face,
    embedded: dict[str, Any] | None,
    deduplicated: bool,
    unreviewed: bool | None,
) -> Write:
    actions = [
        AssetVersion.status.set(face.status),
        AssetVersion.face.set(faces.stored(face)),
    ]
    if embedded is not None:
        actions.append(AssetVersion.embedded.set(embedded))
    if deduplicated:
        actions.append(AssetVersion.deduplicated.set(True))
    if unreviewed is not None and bool(version.unreviewed) != unreviewed:
        actions.append(AssetVersion.unreviewed.set(unreviewed))
    if face.sha256 is not None and version.content_key is None:
        key = content_key(version.tenant_id, face.sha256)
        actions.append(AssetVersion.content_key.set(key))
        actions.append(AssetVersion.sk_ref.set(f"{version.asset_id}#{int(version.number):06d}"))
    return change(version, *actions, condition=AssetVersion.status == version.status)


def _asset_write(
    asset: AssetMetadata, version: AssetVersion, face: Face, publish: bool, now: datetime
) -> Write:
    actions: list[Any] = [AssetMetadata.updated_at.set(clock.timestamp(now))]
    if asset.current_version == version.number:
        actions.append(AssetMetadata.current.set(faces.stored(face)))
    newer = version.number > (asset.published_version or 0)
    is_published = asset.published_version == version.number
    if is_published and face.status not in _OUT_THERE:
        actions.append(AssetMetadata.published.remove())
        actions.append(AssetMetadata.published_version.remove())
    elif is_published or (
        publish and newer and version.branch == MAIN and face.status == "approved"
    ):
        actions.append(AssetMetadata.published.set(faces.stored(face)))
        actions.append(AssetMetadata.published_version.set(int(version.number)))
    unchanged = AssetMetadata.current_version == asset.current_version
    if asset.published_version is None:
        unchanged &= AssetMetadata.published_version.does_not_exist()
    else:
        unchanged &= AssetMetadata.published_version == asset.published_version
    return change(asset, *actions, condition=unchanged & _same_rejection(asset))


def _same_rejection(asset: AssetMetadata) -> Condition:
    """The condition that no moderator has spoken since the asset was read."""
    rejected: Condition = AssetMetadata.rejected_through.does_not_exist()
    if asset.rejected_through is not None:
        rejected = AssetMetadata.rejected_through == asset.rejected_through
    return rejected


def _record(
    ref: VersionRef, face: Face, before: str, action: str, actor: Person, now: datetime
) -> Any:
    new: dict[str, Any] = {"version": ref.number, "status": face.status}
    if face.status_reason:
        new["status_reason"] = face.status_reason
    if face.scan.signature:
        new["signature"] = face.scan.signature
    return record(
        ref.tenant_id,
        actor,
        action,
        ("asset", ref.asset_id),
        now,
        old={"version": ref.number, "status": before},
        new=new,
    )
