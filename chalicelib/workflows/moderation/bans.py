"""Bytes that a moderator has banned: sent again they end rejected, and flagged."""

from datetime import datetime
from typing import NamedTuple

from chalicelib.assets import catalog
from chalicelib.assets.models import AssetMetadata, AssetVersion, asset_key, content_key
from chalicelib.core import clock
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.tables import Key, Write, find, put, remove, transact
from chalicelib.workflows.moderation import flag_reports
from chalicelib.workflows.moderation.models import BannedContent, ModerationFlag, Report, ban_key

REASONS = frozenset({"inappropriate", "copyright", "privacy"})
"""Reasons that ban the bytes from the tenant; others ban them from the asset alone."""

_MOST_VERSIONS = 20
"""Of how many versions that were reported, the newest, the bytes are banned."""

SLICE = 25
"""How many versions with the same bytes are looked at before another tenant has a turn."""


class Keys(NamedTuple):
    """Where bans of some bytes lie, from the tenant and from an asset; None where none can be."""

    everywhere: Key[BannedContent] | None
    here: Key[BannedContent] | None


def keys_of(asset: AssetMetadata, sha256: str | None) -> Keys:
    """Return where to look for bans of an asset's bytes; None of bytes unknown."""
    if sha256 is None:
        return Keys(None, None)
    pk = content_key(asset.tenant_id, sha256)
    rejected = asset.rejected_through is not None
    here = (BannedContent, pk, ban_key(asset.asset_id)) if rejected else None
    return Keys((BannedContent, pk, ban_key()), here)


def pronounced(flag: ModerationFlag) -> list[Write]:
    """Return the writes by which a resolution bans the flagged versions' bytes, or lifts that."""
    lifts = flag.resolution == "approve_asset"
    if not lifts and flag.resolution != "reject_asset":
        return []
    here = ban_key(flag.asset_id)
    bans = [
        BannedContent(
            content_key(flag.pk, sha256),
            key,
            reason=reason,
            flag_id=flag.flag_id,
            asset_id=flag.asset_id,
        )
        for sha256, reason in _concerned(flag).items()
        for key in ([ban_key(), here] if lifts else [ban_key() if reason in REASONS else here])
    ]
    return [remove(ban) if lifts else put(ban) for ban in bans]


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
    keys = {content_key(flag.pk, sha256): sha256 for sha256 in sorted(_concerned(flag))}
    begun = None if flag.holders is None else flag.holders["content_key"]["S"]
    for key, sha256 in keys.items():
        if begun is not None and key != begun:
            continue  # done in an earlier slice
        ban = find(BannedContent, key, ban_key())
        if ban is None or ban.flag_id != flag.flag_id:
            begun = flag.holders = None
            continue
        results = AssetVersion.by_sha256.query(key, limit=SLICE, last_evaluated_key=flag.holders)
        others = {hit.asset_id for hit in results} - {flag.asset_id}
        for asset_id in sorted(others):
            _flag_holder(flag.pk, asset_id, sha256, ban, now)
        begun, flag.holders = None, results.last_evaluated_key
        if flag.holders is not None:
            return False
    return True


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


def _concerned(flag: ModerationFlag) -> dict[str, str]:
    """Map the hashes of the flagged versions' bytes to why they were flagged.

    Of several reasons one that bans counts, whoever reported first: else who reports an upload of
    their own for its quality would keep it from being banned.
    """
    reasons: dict[int, str] = {flag.version: flag.reason}
    for report in flag.reports:
        if report.reason in REASONS or report.version not in reasons:
            reasons[report.version] = report.reason
    found: dict[str, str] = {}
    for number in sorted(reasons, reverse=True)[:_MOST_VERSIONS]:
        version = catalog.version(flag.pk, flag.asset_id, number)
        sha256 = None if version is None else version.face.sha256
        if sha256 is not None and found.get(sha256) not in REASONS:
            found[sha256] = reasons[number]
    return found
