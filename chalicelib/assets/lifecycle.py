"""What time does to an asset: rights that end, schedules that come, trash that is emptied.

Time-bound facts are checked whenever an asset is read; here the recorded state follows, driven by
the sparse index of what is due.
"""

import logging
from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.assets.faces import Face, Status
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM, record
from chalicelib.core.tables import ConditionFailed, change, put, transact

log = logging.getLogger(__name__)

WARNED_BEFORE = timedelta(days=7)
"""How long before an asset's rights end its owner is told."""


def is_expired(asset: AssetMetadata, now: datetime) -> bool:
    """Return whether the rights to show an asset are over."""
    ends = _moment(asset.rights.get("expires_at"))
    return ends is not None and ends <= now


def is_barred(asset: AssetMetadata, number: int) -> bool:
    """Return whether a moderator's rejection holds for a version."""
    return number <= (asset.rejected_through or 0)


def may_be_shown(asset: AssetMetadata, now: datetime) -> bool:
    """Return whether an asset may be shown to those who see published versions alone."""
    begins = _moment(asset.rights.get("valid_from"))
    if asset.trashed_at is not None or is_expired(asset, now):
        return False
    if asset.published_version is not None and is_barred(asset, asset.published_version):
        return False
    return begins is None or begins <= now


def shown_status(asset: AssetMetadata, face: Face, now: datetime) -> Status:
    """Return the status to show: the trash and the end of the rights come before the version's."""
    if asset.trashed_at is not None:
        return "trashed"
    if face.status == "approved" and is_expired(asset, now):
        return "expired"
    return face.status


def publishing_actions(now: datetime) -> list[Action]:
    """Return the update actions for what those see who see published versions alone.

    They belong to every write that publishes a version, or changes the face of the published one.
    """
    since = AssetMetadata.public_since
    return [
        AssetMetadata.seen_at.set(clock.timestamp(now)),
        since.set(since | AssetMetadata.revision),
    ]


def next_due(asset: AssetMetadata, now: datetime) -> datetime | None:
    """Return when the sweeper has to look after an asset next; None when nothing will happen."""
    moments: list[datetime] = []
    if asset.purge_at is not None:
        moments.append(datetime.fromisoformat(asset.purge_at))
    elif asset.trashed_at is None:
        if asset.schedule is not None:
            moments.append(datetime.fromisoformat(asset.schedule.at))
        ends = _moment(asset.rights.get("expires_at"))
        if ends is not None and asset.expiry_recorded != _said(ends):
            warned = asset.expiry_told == _said(ends)
            moments.append(ends if warned or now >= ends else max(now, ends - WARNED_BEFORE))
    return min(moments, default=None)


def due_actions(asset: AssetMetadata, now: datetime) -> list[Action]:
    """Return the update actions that set when an asset is due, from its attributes as they are."""
    return AssetMetadata.due_actions(next_due(asset, now), asset.asset_id)


def record_expiry(asset: AssetMetadata, now: datetime) -> None:
    """Write down that an asset's rights are over, or that they soon will be."""
    ends = _moment(asset.rights.get("expires_at"))
    if ends is None or asset.trashed_at is not None:
        return
    if ends <= now and asset.expiry_recorded != _said(ends):
        _note(asset, AssetMetadata.expiry_recorded, ends, "asset.expired", now)
        return
    soon = ends - WARNED_BEFORE <= now < ends and asset.expiry_told != _said(ends)
    if soon:
        _note(asset, AssetMetadata.expiry_told, ends, "asset.expiry_announced", now)


def _note(
    asset: AssetMetadata, mark: UnicodeAttribute, ends: datetime, action: str, now: datetime
) -> None:
    written = record(
        asset.tenant_id,
        SYSTEM,
        action,
        ("asset", asset.asset_id),
        now,
        new={"expires_at": _said(ends)},
    )
    untold = mark.does_not_exist() | (mark != _said(ends))
    setattr(asset, mark.attr_name, _said(ends))
    try:
        transact(
            change(
                asset,
                mark.set(_said(ends)),
                *due_actions(asset, now),
                condition=(AssetMetadata.revision == asset.revision) & untold,
            ),
            put(written),
        )
    except ConditionFailed:
        log.info("edited or told meanwhile", extra={"asset_id": asset.asset_id})


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


def _said(moment: datetime) -> str:
    return clock.timestamp(moment)
