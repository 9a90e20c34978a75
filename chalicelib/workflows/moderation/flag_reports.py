"""Folding what is said against an asset into one open flag.

An asset has one open flag at most. Which one, an item under a key made of the asset says, so that
of two who open one at the same time only one comes through; the other adds to it.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock
from chalicelib.core.outbox import AuditRecord, record
from chalicelib.core.tables import Write, find, put
from chalicelib.workflows.models import reviews_key
from chalicelib.workflows.moderation.models import (
    ModerationFlag,
    OpenFlag,
    Report,
    flag_key,
    flags_of_asset,
    flags_of_tenant,
)

MOST_SHOWN = 100
"""How many reports a flag shows; it counts the others."""

_MOST_BYTES = 120_000
"""What they may take as JSON: an item of DynamoDB's ends at 400 kB."""

_MOST_TOLD_APART = 10_000
"""Of how many reports a flag knows whether they came before; later ones all count."""


def of_flag(tenant_id: str, flag_id: str) -> ModerationFlag | None:
    """Read a flag; None where there is none."""
    return find(ModerationFlag, tenant_id, flag_key(flag_id))


def open_flag(asset: AssetMetadata) -> ModerationFlag | None:
    """Read an asset's open flag; None where there is none."""
    found = find(OpenFlag, reviews_key(asset.tenant_id, asset.asset_id), "FLAG")
    flag = None if found is None else of_flag(asset.tenant_id, found.flag_id)
    return None if flag is None or flag.status != "open" else flag


def folded(
    asset: AssetMetadata, said: Sequence[Report], now: datetime
) -> tuple[ModerationFlag, list[Write]]:
    """Add reports to an asset's open flag, or to a new one.

    Args:
        asset: what they are about.
        said: the reports; those that the flag has already do not count again.
        now: when.

    Returns:
        The flag as it is then, and what has to be written; nothing if all was known. The first
        write fails when another request changed the flag meanwhile, or opened or resolved one.
    """
    flag = open_flag(asset)
    opening = [] if flag is not None else [_opened(asset, now)]
    flag = flag or opening[0]
    known = set(flag.reported)
    fresh = [report for report in said if _digest(report) not in known]
    if not fresh:
        return flag, []
    read = flag.revision
    shown = list(flag.reports)
    for report in fresh:
        if flag.report_count == 0:
            flag.reason = report.reason
        flag.report_count = flag.report_count + 1
        flag.version = max(flag.version, report.version)
        if len(flag.reported) < _MOST_TOLD_APART:
            flag.reported = [*flag.reported, _digest(report)]
        if len(shown) < MOST_SHOWN and _fits([*shown, report]):
            shown.append(report)
    flag.reports = shown
    flag.revision = read + 1
    flag.updated_at = clock.timestamp(now)
    audit = [put(_record(asset, flag, fresh, now))]
    if opening:
        pointer = OpenFlag(
            reviews_key(asset.tenant_id, asset.asset_id), "FLAG", flag_id=flag.flag_id
        )
        only = put(pointer, condition=OpenFlag.pk.does_not_exist())
        return flag, [only, put(flag), *audit]
    return flag, [put(flag, condition=ModerationFlag.revision == read), *audit]


def _opened(asset: AssetMetadata, now: datetime) -> ModerationFlag:
    flag_id, at = clock.new_id(now), clock.timestamp(now)
    return ModerationFlag(
        asset.tenant_id,
        flag_key(flag_id),
        flag_id=flag_id,
        listed_in=flags_of_tenant(asset.tenant_id, "open"),
        asset_id=asset.asset_id,
        asset_key=flags_of_asset(asset.tenant_id, asset.asset_id),
        version=0,
        reason="other",
        created_at=at,
        updated_at=at,
    )


def _digest(report: Report) -> str:
    """Name a report: the same person with the same reason, or the same rule of one version."""
    parts: list[str | int] = [report.by.id, report.reason]
    if report.rule_id is not None:
        parts = [report.rule_id, report.version]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:10]


def _fits(shown: list[Report]) -> bool:
    # As the table's client writes it: what is not ASCII takes six bytes and more.
    text = msgspec.json.encode(shown).decode()
    return sum(1 if character.isascii() else 6 for character in text) < _MOST_BYTES


def _record(
    asset: AssetMetadata, flag: ModerationFlag, fresh: Sequence[Report], now: datetime
) -> AuditRecord:
    """Describe what is new: of one report that, of several rules' the first and which they were."""
    first = fresh[0]
    new: dict[str, Any] = {
        "flag_id": flag.flag_id,
        "version": first.version,
        "title": asset.title,
        "reason": first.reason,
        "comment": first.comment,
        "rule_id": first.rule_id,
    }
    if len(fresh) > 1:
        new["rule_ids"] = [report.rule_id for report in fresh]
    subject = ("asset", str(asset.asset_id))
    return record(asset.tenant_id, first.by, "moderation.flagged", subject, now, new=new)
