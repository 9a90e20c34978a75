"""Moving versions from state to state: one conditional transaction per move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.assets import catalog, faces, lifecycle
from chalicelib.assets.faces import Face
from chalicelib.assets.metadata import edits
from chalicelib.assets.models import (
    AssetMetadata,
    AssetVersion,
    asset_key,
    content_key,
    version_key,
)
from chalicelib.assets.versions import published_version
from chalicelib.assets.versions.life import MAIN, OUT_THERE, TAKEN_DOWN, Transition
from chalicelib.core import clock
from chalicelib.core.errors import Conflict
from chalicelib.core.optimistic_locking import attempts
from chalicelib.core.outbox import SYSTEM, AuditRecord, Person, record
from chalicelib.core.settings import settings
from chalicelib.core.tables import Write, change, find_together, put, transact
from chalicelib.tenants import quotas

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class VersionRef:
    """Which version of which asset of which tenant."""

    tenant_id: str
    asset_id: str
    number: int


@dataclass(frozen=True)
class Move:
    """A transition of a version, with all that goes along.

    Args:
        transition: which.
        now: the present time.
        actor: who did it.
        found: fields of the version's face that change; `status_reason` is None unless given.
        kept: attributes of the version itself that change.
        publish: make it the published version, if the transition does so and it is of `main`.
        also: further writes of the same transaction.
    """

    transition: Transition
    now: datetime
    actor: Person = SYSTEM
    found: Facts | None = None
    kept: Facts | None = None
    publish: bool = False
    also: Sequence[Write] = ()


class Standing(NamedTuple):
    """A version and its asset as they were read."""

    asset: AssetMetadata
    version: AssetVersion


def read(ref: VersionRef) -> Standing | None:
    """Read a version with its asset, strongly consistent; None where one is gone."""
    key = asset_key(ref.tenant_id, ref.asset_id)
    asset, version = find_together(
        (AssetMetadata, key, "ASSET"), (AssetVersion, key, version_key(ref.number))
    )
    return None if version is None or asset is None else Standing(asset, version)


def move(ref: VersionRef, wanted: Move) -> bool:
    """Take a version through a transition, if it is in one of the states from which that leads.

    Whoever changes the version or its asset at the same time makes this look at them again.

    Returns:
        Whether this call moved it.

    Raises:
        ConditionFailed: a write that goes along did not hold, or others were faster every time.
    """

    for attempt in attempts(
        read(ref), lambda _: read(ref), None, is_overtaken=lambda failure: failure.index <= 1
    ):
        with attempt as standing:
            if standing is None or standing.version.status not in wanted.transition.source:
                return False
            write(standing, wanted)
    return True


def write(standing: Standing, wanted: Move) -> None:
    """Write a transition of a version as it was read, with all that goes along, or nothing.

    The version, its asset's copy of the face and the audit record are one transaction with the
    writes that go along. The version is in one of the states from which the transition leads.

    Raises:
        ConditionFailed: at 0 or 1 the version or its asset has changed; later a write that goes
            along did not hold.
    """
    asset, version = standing
    face = faces.copied(version.face)
    transition, now, actor = wanted.transition, wanted.now, wanted.actor
    for name, value in {"status_reason": None, **(wanted.found or {})}.items():
        setattr(face, name, value)
    face.status = transition.target
    if face.status in OUT_THERE and version.number <= (asset.rejected_through or 0):
        face.status_reason = "rejected"
        face.status, transition = "rejected", TAKEN_DOWN
    comes_out = wanted.publish and transition.publishes
    writes = [
        _version_write(version, face, wanted.kept or {}, now),
        _asset_write(asset, version, face, comes_out, now),
        *wanted.also,
    ]
    if transition.releases:
        writes.append(quotas.released(version.tenant_id, face.size_bytes))
    if transition.action is not None:
        writes.append(put(_record(version, face, transition.action, actor, now)))
    writes += published_version.recorded(asset, version, face, comes_out, actor, now)
    transact(*writes)


class TooManyVersions(Conflict):
    """The asset has as many versions as one may have; delete some that nothing needs."""

    code, title = "too_many_versions", "Too many versions"


def require_room(asset: AssetMetadata) -> None:
    """Refuse one version too many; those that were deleted do not count.

    Raises:
        TooManyVersions: the asset has as many as the deployment allows.
    """
    most = settings().max_versions
    if asset.last_version < most:
        return
    if AssetVersion.count(asset.pk, AssetVersion.sk.startswith("V#"), consistent_read=True) >= most:
        raise TooManyVersions(f"An asset has at most {most} versions.")


def added(
    asset: AssetMetadata, version: AssetVersion, *, publish: bool, now: datetime
) -> list[Write]:
    """Add a version to an asset: the version, the asset's faces, and what the last one described.

    The first two writes fail when another request added a version meanwhile.
    """
    number = version.number
    version.approved_at = clock.timestamp(now) if version.status == "approved" else None
    actions: list[Action] = [
        AssetMetadata.last_version.set(number),
        AssetMetadata.updated_at.set(clock.timestamp(now)),
    ]
    published = publish and version.branch == MAIN and version.status == "approved"
    if version.branch == MAIN:
        actions.append(AssetMetadata.current_version.set(number))
        actions.append(AssetMetadata.current.set(version.face))
        if published:
            actions.append(AssetMetadata.published_version.set(number))
            actions.append(AssetMetadata.published.set(version.face))
            actions += lifecycle.publishing_actions(now)
    unchanged = (AssetMetadata.last_version == asset.last_version) & same_rejection(asset)
    if version.status in OUT_THERE:  # what is said of it was judged with it
        unchanged &= AssetMetadata.revision == asset.revision
    last = AssetVersion(asset.pk, version_key(asset.last_version))
    described = AssetVersion.described.set(edits.values_of(asset))
    writes = [
        change(asset, *actions, condition=unchanged & AssetMetadata.trashed_at.does_not_exist()),
        put(version, condition=AssetVersion.pk.does_not_exist()),
    ]
    if catalog.version(asset.tenant_id, asset.asset_id, asset.last_version) is not None:
        writes.append(change(last, described, condition=AssetVersion.pk.exists()))
    if published:
        before = asset.published_version
        written = published_version.record_of(asset, version.created_by, before, number, now)
        writes.append(put(written))
    return writes


def _version_write(version: AssetVersion, face: Face, kept: Facts, now: datetime) -> Write:
    actions = [
        AssetVersion.status.set(face.status),
        AssetVersion.face.set(face),
        *(_set(getattr(AssetVersion, name), value) for name, value in kept.items()),
    ]
    if face.status == "approved" != version.status:
        actions.append(AssetVersion.approved_at.set(clock.timestamp(now)))
    if face.sha256 is not None and version.content_key is None:
        key = content_key(version.tenant_id, face.sha256)
        actions.append(AssetVersion.content_key.set(key))
        actions.append(AssetVersion.sk_ref.set(f"{version.asset_id}#{version.number:06d}"))
    return change(version, *actions, condition=AssetVersion.status == version.status)


def _set(attribute: Any, value: Any) -> Any:
    return attribute.remove() if value is None else attribute.set(value)


def _asset_write(
    asset: AssetMetadata, version: AssetVersion, face: Face, publish: bool, now: datetime
) -> Write:
    actions: list[Action] = [AssetMetadata.updated_at.set(clock.timestamp(now))]
    if asset.current_version == version.number:
        actions.append(AssetMetadata.current.set(face))
    published = published_version.published_after(asset, version, face, publish)
    comes_out = published == version.number != asset.published_version
    if published is None and asset.published_version is not None:
        actions.append(AssetMetadata.published.remove())
        actions.append(AssetMetadata.published_version.remove())
    elif published == version.number:
        actions.append(AssetMetadata.published.set(face))
        actions += lifecycle.publishing_actions(now)
        actions.append(AssetMetadata.published_version.set(version.number))
    unchanged = AssetMetadata.current_version == asset.current_version
    if asset.published_version is None:
        unchanged &= AssetMetadata.published_version.does_not_exist()
    else:
        unchanged &= AssetMetadata.published_version == asset.published_version
    if comes_out or version.status == "processing":  # what is said of it was judged with it
        unchanged &= AssetMetadata.revision == asset.revision
    return change(asset, *actions, condition=unchanged & same_rejection(asset))


def same_rejection(asset: AssetMetadata) -> Condition:
    """The condition that no moderator has spoken since the asset was read."""
    rejected: Condition = AssetMetadata.rejected_through.does_not_exist()
    if asset.rejected_through is not None:
        rejected = AssetMetadata.rejected_through == asset.rejected_through
    return rejected


def _record(
    version: AssetVersion, face: Face, action: str, actor: Person, now: datetime
) -> AuditRecord:
    new: dict[str, Any] = {"version": face.number, "status": face.status}
    if face.status_reason:
        new["status_reason"] = face.status_reason
    if face.scan.signature:
        new["signature"] = face.scan.signature
    return record(
        version.tenant_id,
        actor,
        action,
        ("asset", str(version.asset_id)),
        now,
        old={"version": face.number, "status": version.status},
        new=new,
    )
