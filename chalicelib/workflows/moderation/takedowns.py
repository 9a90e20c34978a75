"""What a moderator's word means for an asset's versions, and carrying it out in slices.

The rejection itself stands in the asset: what is served, published and scheduled asks for it, so
that nothing waits for what is carried out here, version by version.
"""

from datetime import datetime
from typing import Any

import msgspec

from chalicelib.assets import lifecycle
from chalicelib.assets.models import AssetMetadata, AssetVersion, asset_key, version_key
from chalicelib.assets.versions import life, moves, published_version
from chalicelib.assets.versions.moves import Move, Standing, VersionRef, same_rejection
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import SYSTEM, Person, record
from chalicelib.core.tables import Write, change, check, find, put
from chalicelib.tenants import accounts
from chalicelib.workflows import review_policy
from chalicelib.workflows.approval import deadlines, reading, starting
from chalicelib.workflows.moderation.models import ModerationFlag

SLICE = 25
"""How many versions are looked at before another tenant has a turn."""

_TOO_MANY = "Too many people change this version at the same time."

_FREED: dict[str, Any] = {"taken_from": None}
"""What a version keeps that goes on after a moderator's rejection."""

_STOPPED_BY_RULES = frozenset({"moderation_rule", "content_rejected"})


def pronounced(flag: ModerationFlag, now: datetime) -> list[Write]:
    """Return the writes by which a resolution takes effect at once; none without an asset.

    A rejection bars every version that there is, those still in work included, and takes what is
    published from everybody. An approval lifts that, if it is about a version that is barred. The
    first write fails when a request adds or publishes a version at the same time.
    """
    asset = find(AssetMetadata, asset_key(flag.pk, flag.asset_id), "ASSET")
    if asset is None or flag.resolution == "dismiss":
        return []
    unchanged = (AssetMetadata.last_version == asset.last_version) & same_rejection(asset)
    if flag.resolution == "approve_asset":
        flag.through = asset.rejected_through or 0
        if flag.version > flag.through:  # what was rejected before stays so
            flag.progress = flag.version + 1
            return [check(asset, unchanged)]
        flag.progress = asset.last_version + 1
        lifted = AssetMetadata.rejected_through.remove()
        return [change(asset, lifted, condition=unchanged)]
    flag.through, flag.published = asset.last_version, asset.published_version
    if asset.published_version is None:
        unchanged &= AssetMetadata.published_version.does_not_exist()
    else:
        unchanged &= AssetMetadata.published_version == asset.published_version
    dropped, asset.schedule = asset.schedule, None
    actions = [
        AssetMetadata.rejected_through.set(asset.last_version),
        AssetMetadata.published.remove(),
        AssetMetadata.published_version.remove(),
        AssetMetadata.public_since.remove(),
        AssetMetadata.schedule.remove(),
        *lifecycle.due_actions(asset, now),
    ]
    writes = [change(asset, *actions, condition=unchanged)]
    if flag.published is not None:
        taken = published_version.record_of(asset, _moderator(flag), flag.published, None, now)
        writes.append(put(taken))
    if dropped is not None:
        subject = ("asset", str(asset.asset_id))
        by, old = _moderator(flag), msgspec.to_builtins(dropped)
        told = record(flag.pk, by, "version.schedule_dropped", subject, now, old=old)
        writes.append(put(told))
    return writes


def carry_out(flag: ModerationFlag, now: datetime) -> bool:
    """Apply a flag's resolution to the next versions; `progress` says where the last ones ended.

    Returns:
        Whether all is done.
    """
    rejects = flag.resolution == "reject_asset"
    first = flag.progress + 1 if rejects else _first_approved(flag)
    last = flag.through if rejects else flag.progress - 1
    if first > last:
        return True
    found = list(
        AssetVersion.query(
            asset_key(flag.pk, flag.asset_id),
            AssetVersion.sk.between(version_key(first), version_key(last)),
            scan_index_forward=rejects,  # the newest goes on first, so that no older comes out
            limit=SLICE,
            consistent_read=True,
        )
    )
    for version in found:
        ref = VersionRef(flag.pk, flag.asset_id, version.number)
        if rejects:
            _take_down(flag, ref, now)
        else:
            _let_go_on(flag, ref, now)
    if len(found) < SLICE:
        return True
    flag.progress = found[-1].number
    return False


def _first_approved(flag: ModerationFlag) -> int:
    """Return from which version on a moderator's approval counts: those that were flagged."""
    if flag.version <= flag.through:
        return 1
    reported = [report.version for report in flag.reports]
    return max(flag.through + 1, min([flag.version, *reported]))


def _take_down(flag: ModerationFlag, ref: VersionRef, now: datetime) -> None:
    """Reject a version that anybody could get or approve, and end its review.

    One for which the rejection was lifted meanwhile stays as it is; what was published is again.
    """

    def write(standing: Standing | None) -> bool:
        if standing is None:
            return False
        if not lifecycle.is_barred(standing.asset, ref.number):
            _publish_again(flag, standing, now)
            return False
        taken: str = standing.version.status
        if taken in life.TAKEN_DOWN.source:
            wanted = Move(
                life.TAKEN_DOWN,
                now,
                actor=_moderator(flag),
                found={"status_reason": "rejected"},
                kept={"taken_from": "published" if ref.number == flag.published else taken},
            )
            moves.write(standing, wanted)
        return True

    if not despite_others(write, moves.read(ref), lambda _: moves.read(ref), _TOO_MANY):
        return
    review = reading.review_of(ref.tenant_id, ref.asset_id, ref.number)
    if review is not None and review.is_live:
        workflow = reading.load(flag.pk, review.workflow_id)
        deadlines.cancel_if_over(workflow, now, "moderation")


def _publish_again(flag: ModerationFlag, standing: Standing, now: datetime) -> None:
    """Publish what viewers lost by a rejection that was lifted before it came to the version."""
    asset, version = standing
    was_shown = version.number == flag.published and version.status == "approved"
    if not was_shown or (asset.published_version or 0) >= version.number:
        return
    if review_policy.holds(asset, version) and accounts.settings_of(flag.pk).auto_publish:
        approved = life.JUDGED_AGAIN["approved"]
        moves.write(standing, Move(approved, now, _moderator(flag), publish=True))


def _let_go_on(flag: ModerationFlag, ref: VersionRef, now: datetime) -> None:
    """Let a version go on that moderation stopped; what approvers rejected stays rejected.

    What was approved is so again if its approval holds; anything else is judged like an upload.
    """
    standing = moves.read(ref)
    if standing is None or not _is_stopped(flag, standing.version):
        return
    asset, version = standing
    taken = version.taken_from
    if taken in {"approved", "published"} and review_policy.holds(asset, version):
        publishes = taken == "published" and accounts.settings_of(flag.pk).auto_publish
        back = Move(life.GIVEN_BACK, now, _moderator(flag), kept=_FREED, publish=publishes)
        moves.write(standing, back)
        return
    review = reading.review_of(ref.tenant_id, ref.asset_id, ref.number)
    ended = None if review is None else reading.load(flag.pk, review.workflow_id)
    if ended is not None and ended.instance.reason == "moderation":
        starting.start_again(ended, now)
        return
    candidate = review_policy.candidate_of(asset, version)
    candidate.by_moderator = True
    admitted = review_policy.decide(candidate, now)
    if admitted.status not in life.ADMITTED_AGAIN:
        return
    moves.write(
        standing,
        Move(
            life.ADMITTED_AGAIN[admitted.status],
            now,
            _moderator(flag),
            kept=_FREED | admitted.kept,
            publish=admitted.publish and taken != "approved",
            also=admitted.writes,
        ),
    )
    admitted.afterwards()


def _is_stopped(flag: ModerationFlag, version: AssetVersion) -> bool:
    if version.status != "rejected":
        return False
    reason = version.face.status_reason
    by_approvers = version.rejected_under is not None and version.taken_from is None
    barred = reason == "rejected" and version.number <= flag.through
    return reason in _STOPPED_BY_RULES or (barred and not by_approvers)


def _moderator(flag: ModerationFlag) -> Person:
    return flag.resolved_by or SYSTEM
