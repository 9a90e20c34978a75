"""What is published: by hand, at a time, and no longer."""

from datetime import datetime
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.assets import edits, lifecycle
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.core import clock
from chalicelib.core.errors import Conflict, invalid
from chalicelib.core.outbox import SYSTEM, AuditRecord, Person, record
from chalicelib.core.tables import ConditionFailed, change, check, put, transact

_ATTEMPTS = 5


class NotApproved(Conflict):
    """Only an approved version can be published."""

    code, title = "not_approved", "Not approved"


def publish(
    asset: AssetMetadata,
    version: AssetVersion,
    actor: Person,
    now: datetime,
    *,
    planned: dict[str, Any] | None = None,
) -> None:
    """Make a version the one that viewers, links and screens get, in one transaction.

    Whoever fetches meanwhile gets the old or the new one. Again is fine. A schedule is over with
    that, whatever it was for.

    Args:
        asset: as it was read.
        version: which.
        actor: who publishes.
        now: when.
        planned: the schedule that this carries out; one withdrawn meanwhile publishes nothing.

    Raises:
        NotApproved: the version is not approved.
        AssetTrashed: the asset is in the trash.
    """
    number = int(version.number)
    for _ in range(_ATTEMPTS):
        edits.require_live(asset)
        if version.status != "approved":
            raise NotApproved(f"Version {number} is {version.status}, not approved.")
        _require_reviewed(version)
        if planned is not None and asset.schedule != planned:
            return
        old = _published(asset)
        if old == number and asset.schedule is None:
            return
        unchanged = _as_read(asset)
        asset.schedule = None
        try:
            transact(
                change(
                    asset,
                    AssetMetadata.published.set(version.face),
                    AssetMetadata.published_version.set(number),
                    AssetMetadata.schedule.remove(),
                    AssetMetadata.updated_at.set(clock.timestamp(now)),
                    *lifecycle.due_actions(asset, now),
                    condition=unchanged,
                ),
                check(version, AssetVersion.status == "approved"),
                put(_record(asset, actor, "version.published", old, number, now)),
            )
            return
        except ConditionFailed as failure:
            if failure.index == 1:
                raise NotApproved(f"Version {number} is not approved any more.") from None
            asset = edits.read_again(asset)
    raise Conflict("Somebody else publishes this asset at the same time; try again.")


def unpublish(asset: AssetMetadata, number: int, actor: Person, now: datetime) -> None:
    """Take a version back from viewers, links and screens, and forget its schedule.

    Raises:
        Conflict: it is neither published nor scheduled.
        AssetTrashed: the asset is in the trash.
    """
    edits.require_live(asset)
    scheduled = asset.schedule is not None and asset.schedule["number"] == number
    published = _published(asset) == number
    if not (scheduled or published):
        raise Conflict(f"Version {number} is not published.")
    unchanged = _as_read(asset)
    actions = [AssetMetadata.updated_at.set(clock.timestamp(now))]
    if published:
        actions += [AssetMetadata.published.remove(), AssetMetadata.published_version.remove()]
    if scheduled:
        asset.schedule = None
        actions.append(AssetMetadata.schedule.remove())
    try:
        transact(
            change(asset, *actions, *lifecycle.due_actions(asset, now), condition=unchanged),
            put(_record(asset, actor, "version.unpublished", number, None, now)),
        )
    except ConditionFailed:
        raise Conflict("Somebody else changed what is published; look again.") from None


def drop_schedule(asset: AssetMetadata, now: datetime) -> None:
    """Forget a schedule whose version cannot be published any more; that is recorded."""
    dropped = asset.schedule
    asset.schedule = None
    written = record(
        asset.tenant_id,
        SYSTEM,
        "version.schedule_dropped",
        ("asset", str(asset.asset_id)),
        now,
        old=dropped,
    )
    transact(
        change(
            asset,
            AssetMetadata.schedule.remove(),
            *lifecycle.due_actions(asset, now),
            condition=AssetMetadata.schedule == dropped,
        ),
        put(written),
    )


def schedule(
    asset: AssetMetadata, version: AssetVersion, at: datetime, actor: Person, now: datetime
) -> None:
    """Publish a version at a later time.

    Raises:
        Invalid: the time has passed.
        NotApproved: the version is not approved.
        AssetTrashed: the asset is in the trash.
    """
    if at <= now:
        raise invalid("at", "Must be in the future; leave it out to publish now")
    try:
        moment = clock.timestamp(at)
    except OverflowError:
        raise invalid("at", "A time in the years 1 to 9999 UTC") from None
    edits.require_live(asset)
    if version.status != "approved":
        raise NotApproved(f"Version {int(version.number)} is {version.status}, not approved.")
    _require_reviewed(version)
    unchanged = _as_read(asset)
    asset.schedule = {"number": int(version.number), "at": moment}
    try:
        transact(
            change(
                asset,
                AssetMetadata.schedule.set(asset.schedule),
                *lifecycle.due_actions(asset, now),
                condition=unchanged,
            ),
            put(
                record(
                    asset.tenant_id,
                    actor,
                    "version.scheduled",
                    ("asset", asset.asset_id),
                    now,
                    new=asset.schedule,
                )
            ),
        )
    except ConditionFailed:
        raise Conflict("Somebody else changed what is published; look again.") from None


def _require_reviewed(version: AssetVersion) -> None:
    if version.unreviewed:
        raise NotApproved(
            f"Version {int(version.number)} lies on a branch and was not reviewed; merge it."
        )


def _as_read(asset: AssetMetadata) -> Condition:
    """The condition that nobody has published, scheduled or trashed it since it was read."""
    unchanged: Condition = AssetMetadata.trashed_at.does_not_exist()
    if asset.published_version is None:
        unchanged &= AssetMetadata.published_version.does_not_exist()
    else:
        unchanged &= AssetMetadata.published_version == asset.published_version
    if asset.schedule is None:
        unchanged &= AssetMetadata.schedule.does_not_exist()
    else:
        unchanged &= AssetMetadata.schedule == asset.schedule
    return unchanged


def _published(asset: AssetMetadata) -> int | None:
    return None if asset.published_version is None else int(asset.published_version)


def _record(
    asset: AssetMetadata,
    actor: Person,
    action: str,
    old: int | None,
    new: int | None,
    now: datetime,
) -> AuditRecord:
    return record(
        asset.tenant_id,
        actor,
        action,
        ("asset", asset.asset_id),
        now,
        old={"published_version": old},
        new={"published_version": new},
    )
