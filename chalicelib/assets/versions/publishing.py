"""What is published: by hand, at a time, and no longer."""

from datetime import datetime

import msgspec
from pynamodb.expressions.condition import Condition

from chalicelib.assets import admission, catalog, lifecycle
from chalicelib.assets.metadata import edits
from chalicelib.assets.models import AssetMetadata, AssetVersion, Schedule
from chalicelib.assets.versions.life import MAIN
from chalicelib.assets.versions.moves import same_rejection
from chalicelib.core import clock
from chalicelib.core.errors import Conflict, invalid
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import SYSTEM, AuditRecord, Person, record
from chalicelib.core.tables import ConditionFailed, change, check, put, transact


class NotApproved(Conflict):
    """Only an approved version can be published."""

    code, title = "not_approved", "Not approved"


def publish(
    asset: AssetMetadata,
    version: AssetVersion,
    actor: Person,
    now: datetime,
    *,
    planned: Schedule | None = None,
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
    number = version.number

    def write(read: AssetMetadata) -> None:
        edits.require_live(read)
        if planned is not None and read.schedule != planned:
            return
        old = read.published_version
        if old == number and read.schedule is None and not lifecycle.is_barred(read, number):
            return
        approved = _require_approval(read, version, actor, now)
        unchanged = _as_read(read)
        read.schedule = None
        try:
            transact(
                change(
                    read,
                    AssetMetadata.published.set(approved.face),
                    AssetMetadata.published_version.set(number),
                    AssetMetadata.schedule.remove(),
                    AssetMetadata.updated_at.set(clock.timestamp(now)),
                    *lifecycle.publishing_actions(now),
                    *lifecycle.due_actions(read, now),
                    condition=unchanged,
                ),
                check(approved, AssetVersion.status == "approved"),
                put(_record(read, actor, "version.published", old, number, now)),
            )
        except ConditionFailed as failure:
            if failure.index == 1:
                raise NotApproved(f"Version {number} is not approved any more.") from None
            raise

    despite_others(
        write,
        asset,
        edits.read_again,
        "Somebody else publishes this asset at the same time; try again.",
    )


def unpublish(asset: AssetMetadata, number: int, actor: Person, now: datetime) -> None:
    """Take a version back from viewers, links and screens, and forget its schedule.

    Raises:
        Conflict: it is neither published nor scheduled.
        AssetTrashed: the asset is in the trash.
    """
    edits.require_live(asset)
    scheduled = asset.schedule is not None and asset.schedule.number == number
    published = asset.published_version == number
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
        old=msgspec.to_builtins(dropped),
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
    version = _require_approval(asset, version, actor, now)
    unchanged = _as_read(asset)
    asset.schedule = Schedule(version.number, moment)
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
                    new=msgspec.to_builtins(asset.schedule),
                )
            ),
        )
    except ConditionFailed:
        raise Conflict("Somebody else changed what is published; look again.") from None


def _require_approval(
    asset: AssetMetadata, version: AssetVersion, actor: Person, now: datetime
) -> AssetVersion:
    """Return a version that may be published: approved under the template that applies to it.

    One that was approved under another template is judged like an upload now.

    Raises:
        NotApproved: it is not, or not yet.
    """
    number = version.number
    if lifecycle.is_barred(asset, number):
        raise NotApproved(f"Version {number} was rejected by a moderator.")
    if version.status == "approved" and not admission.holds(asset, version):
        if version.branch != MAIN:
            raise NotApproved(f"Version {number} lies on a branch and was not reviewed; merge it.")
        admission.judge_again(asset, version, actor, now)
        version = catalog.version(asset.tenant_id, asset.asset_id, number) or version
    if version.status != "approved":
        raise NotApproved(f"Version {number} is {version.status}, not approved.")
    return version


def _as_read(asset: AssetMetadata) -> Condition:
    """Return the condition that nobody has published, scheduled, edited, rejected or trashed it."""
    unchanged: Condition = AssetMetadata.trashed_at.does_not_exist()
    unchanged &= AssetMetadata.revision == asset.revision
    unchanged &= same_rejection(asset)
    if asset.published_version is None:
        unchanged &= AssetMetadata.published_version.does_not_exist()
    else:
        unchanged &= AssetMetadata.published_version == asset.published_version
    if asset.schedule is None:
        unchanged &= AssetMetadata.schedule.does_not_exist()
    else:
        unchanged &= AssetMetadata.schedule == asset.schedule
    return unchanged


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
