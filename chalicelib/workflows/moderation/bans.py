"""Bytes that a tenant has banned: sent again they end rejected, and flagged."""

from datetime import datetime

from chalicelib.assets import catalog
from chalicelib.assets.models import AssetMetadata, AssetVersion, asset_key, content_key
from chalicelib.core import clock
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.tables import Key, Write, find, put, remove, transact
from chalicelib.workflows.moderation import flag_reports
from chalicelib.workflows.moderation.models import BannedContent, ModerationFlag, Report

REASONS = frozenset({"inappropriate", "copyright", "privacy"})
"""Reasons that concern the bytes wherever they are; others concern one asset alone."""

SLICE = 25
"""How many versions with the same bytes are looked at before another tenant has a turn."""


def key_of(tenant_id: str, sha256: str | None) -> Key[BannedContent] | None:
    """Return where the ban of some bytes lies, if there is one; None of bytes unknown."""
    return (BannedContent, content_key(tenant_id, sha256), "BAN") if sha256 else None


def pronounced(flag: ModerationFlag) -> list[Write]:
    """Return the writes by which a resolution bans the flagged version's bytes, or lifts that."""
    sha256 = _sha256(flag)
    if sha256 is None:
        return []
    ban = BannedContent(
        content_key(flag.pk, sha256),
        "BAN",
        reason=flag.reason,
        flag_id=flag.flag_id,
        asset_id=flag.asset_id,
    )
    if flag.resolution == "approve_asset":
        return [remove(ban)]
    bans = flag.resolution == "reject_asset" and flag.reason in REASONS
    return [put(ban)] if bans else []


def reported(asset: AssetMetadata, number: int, ban: BannedContent, now: datetime) -> list[Write]:
    """Return the writes that flag a version with banned bytes."""
    said = Report(
        by=SYSTEM,
        reason=ban.reason,  # type: ignore[arg-type]  # the table's words are those of reports
        comment="A moderator has rejected the same file before.",
        at=clock.timestamp(now),
        version=number,
    )
    return flag_reports.folded(asset, [said], now)[1]


def flag_holders(flag: ModerationFlag, now: datetime) -> bool:
    """Flag other published assets that hold the bytes, some at a time; they are not taken down.

    Returns:
        Whether all is done.
    """
    sha256 = _sha256(flag)
    key = key_of(flag.pk, sha256)
    ban = None if key is None else find(*key)
    if sha256 is None or ban is None or ban.flag_id != flag.flag_id:
        return True
    results = AssetVersion.by_sha256.query(
        content_key(flag.pk, sha256), limit=SLICE, last_evaluated_key=flag.holders
    )
    others = {hit.asset_id for hit in results} - {flag.asset_id}
    for asset_id in sorted(others):
        _flag_holder(flag.pk, asset_id, sha256, ban, now)
    flag.holders = results.last_evaluated_key
    return flag.holders is None


def _flag_holder(
    tenant_id: str, asset_id: str, sha256: str, ban: BannedContent, now: datetime
) -> None:
    def read(_: AssetMetadata | None = None) -> AssetMetadata | None:
        return find(AssetMetadata, asset_key(tenant_id, asset_id), "ASSET")

    def flag(asset: AssetMetadata | None) -> None:
        if asset is None or asset.published is None or asset.published.sha256 != sha256:
            return
        writes = reported(asset, int(asset.published_version or 0), ban, now)
        if writes:
            transact(*writes)

    despite_others(flag, read(), read, None)


def _sha256(flag: ModerationFlag) -> str | None:
    version = catalog.version(flag.pk, flag.asset_id, flag.version)
    return None if version is None else version.face.sha256
