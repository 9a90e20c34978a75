"""The trash: assets go there, come back, and are purged for good."""

from datetime import datetime, timedelta

from chalicelib.assets import admission, catalog, lifecycle
from chalicelib.assets.metadata import edits
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.assets.versions import published_version
from chalicelib.assets.versions.life import MAIN
from chalicelib.core import clock
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import AuditRecord, Person, record
from chalicelib.core.tables import ConditionFailed, change, find, put, transact
from chalicelib.tenants import accounts


def trash(asset: AssetMetadata, actor: Person, now: datetime, if_match: str | None = None) -> None:
    """Put an asset into the trash, from where it is purged after the tenant's retention.

    Raises:
        PreconditionFailed: `if_match` names another revision.
    """
    if asset.trashed_at is not None:
        return
    edits.require_match(asset, if_match)
    days = accounts.settings_of(asset.tenant_id).trash_retention_days
    asset.trashed_at = clock.timestamp(now)
    asset.purge_at = clock.timestamp(now + timedelta(days=days))
    condition = AssetMetadata.trashed_at.does_not_exist()
    if if_match is not None:
        condition &= AssetMetadata.revision == asset.revision
    try:
        transact(
            change(
                asset,
                AssetMetadata.trashed_at.set(asset.trashed_at),
                AssetMetadata.purge_at.set(asset.purge_at),
                AssetMetadata.listed_in.set(f"{asset.tenant_id}#trash"),
                *lifecycle.due_actions(asset, now),
                condition=condition,
            ),
            put(_record(asset, actor, "asset.trashed", now)),
        )
    except ConditionFailed:
        edits.require_match(edits.read_again(asset), if_match)


def restore(asset: AssetMetadata, actor: Person, now: datetime) -> AssetMetadata:
    """Take an asset out of the trash, as it was; one that is not there stays as it is.

    What is published stays so if the template that applies to it now approved it: its category may
    have moved meanwhile. Else it is taken back, and judged like an upload.

    Raises:
        NotFound: its purge has begun.
        Conflict: too many people change it at the same time.
    """

    def write(read: AssetMetadata) -> AssetMetadata:
        if read.trashed_at is None:
            return read
        unchanged = AssetMetadata.trashed_at == read.trashed_at
        unchanged &= AssetMetadata.listed_in.exists() & (AssetMetadata.revision == read.revision)
        read.trashed_at = read.purge_at = None
        actions = [
            AssetMetadata.trashed_at.remove(),
            AssetMetadata.purge_at.remove(),
            AssetMetadata.listed_in.set(read.tenant_id),
            *lifecycle.due_actions(read, now),
        ]
        told = [put(_record(read, actor, "asset.restored", now))]
        unapproved = _published_without_approval(read)
        if unapproved is not None:
            number = unapproved.number
            unchanged &= AssetMetadata.published_version == number
            actions += [AssetMetadata.published.remove(), AssetMetadata.published_version.remove()]
            told.append(put(published_version.record_of(read, actor, number, None, now)))
        transact(change(read, *actions, condition=unchanged), *told)
        restored = edits.read_again(read)
        if unapproved is None or unapproved.branch != MAIN:
            return restored
        admission.judge_again(restored, unapproved, actor, now)
        return edits.read_again(read)

    refusal = "Too many people change this asset at the same time; try again."
    return despite_others(write, asset, edits.read_again, refusal)


def _published_without_approval(asset: AssetMetadata) -> AssetVersion | None:
    """Return the published version if the template that applies to it now did not approve it."""
    if asset.published_version is None:
        return None
    version = catalog.version(asset.tenant_id, asset.asset_id, asset.published_version)
    return None if version is None or admission.holds(asset, version) else version


def purge(
    asset: AssetMetadata, actor: Person, now: datetime, *, if_still_due: bool = False
) -> bool:
    """Begin to remove an asset for good: from here on nobody sees it.

    The caller then runs `purging.work`; should it be cut off, the sweeper does.

    Args:
        asset: as it was read.
        actor: who does it.
        now: when.
        if_still_due: do it only while the asset lies in the trash as it was read; it may have been
            restored meanwhile.

    Returns:
        Whether its purge has begun, by this call or an earlier one.
    """
    condition = AssetMetadata.listed_in.exists()
    if if_still_due:
        condition &= AssetMetadata.purge_at == asset.purge_at
    asset.trashed_at = asset.trashed_at or clock.timestamp(now)
    asset.purge_at = clock.timestamp(now)
    try:
        transact(
            change(
                asset,
                AssetMetadata.trashed_at.set(asset.trashed_at),
                AssetMetadata.purge_at.set(asset.purge_at),
                AssetMetadata.listed_in.remove(),
                *lifecycle.due_actions(asset, now),
                condition=condition,
            ),
            put(_record(asset, actor, "asset.purged", now)),
        )
    except ConditionFailed:
        fresh = find(AssetMetadata, asset.pk, asset.sk)
        return fresh is not None and fresh.listed_in is None
    return True


def _record(asset: AssetMetadata, actor: Person, action: str, now: datetime) -> AuditRecord:
    return record(
        asset.tenant_id,
        actor,
        action,
        ("asset", asset.asset_id),
        now,
        new={"title": asset.title},
    )
