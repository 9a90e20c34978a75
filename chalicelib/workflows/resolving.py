"""What a moderator's word means for an asset's versions, and carrying it out."""

from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.assets import catalog, faces, publishing, versions
from chalicelib.assets.admission import Candidate
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata, AssetVersion, asset_key
from chalicelib.assets.versions import VersionRef
from chalicelib.core.outbox import Person
from chalicelib.core.tables import ConditionFailed, find, update
from chalicelib.tenants import accounts
from chalicelib.workflows import admitting, lapses, reading, starting
from chalicelib.workflows.moderation_models import ModerationFlag

_ATTEMPTS = 10
_OUT_THERE = ("approved", "in_review")
_BY_APPROVERS = frozenset({"rejected", "changes_requested", "expired"})


def concerned(flag: ModerationFlag) -> dict[str, str]:
    """Map the versions that a flag's resolution is about to what a rejection takes from them.

    It is theirs again when an approval lets them go on. Versions that come later are not meant.
    """
    if flag.resolution == "reject_asset":
        return _out_there(flag)
    return _stopped(flag) if flag.resolution == "approve_asset" else {}


def carry_out(flag: ModerationFlag, now: datetime) -> None:
    """Do to the versions what a resolution says; again is fine."""
    if flag.resolution == "reject_asset":
        _reject(flag, now)
    else:
        _let_go_on(flag, now)


def _out_there(flag: ModerationFlag) -> dict[str, str]:
    """Map the versions that anybody could get, or approve, to their status, or `published`."""
    asset = _asset(flag)
    published = None if asset is None else asset.published_version
    return {
        str(int(version.number)): "published" if version.number == published else version.status
        for version in _versions(flag)
        if version.status in _OUT_THERE
    }


def _stopped(flag: ModerationFlag) -> dict[str, str]:
    """Map the versions that moderation stopped to what they were before; `processing` if nothing.

    What approvers have rejected since stays rejected.
    """
    taken: dict[str, str] = {}
    for earlier in ModerationFlag.by_asset.query(flag.asset_key, scan_index_forward=False):
        if earlier.resolution == "reject_asset":
            taken = earlier.versions | taken
    asset = _asset(flag)
    through = (asset.rejected_through if asset is not None else None) or 0

    def is_barred(version: AssetVersion) -> bool:
        return int(version.number) <= through

    reviews = {
        str(int(review.number)): review.status
        for review in starting.reviews(flag.pk, flag.asset_id)
    }
    found = {}
    for version in _versions(flag):
        number, reason = str(int(version.number)), version.face.get("status_reason")
        if version.status != "rejected":
            continue
        if reason == "moderation_rule":
            found[number] = "processing"
        by_approvers = reviews.get(number) in _BY_APPROVERS
        if reason == "rejected" and is_barred(version) and not by_approvers:
            found[number] = taken.get(number, "processing")
    return found


def _reject(flag: ModerationFlag, now: datetime) -> None:
    """Take versions from everybody, the published one first; then what was to come of them."""
    asset = _asset(flag)
    if asset is not None:  # what is still in work ends rejected, too
        _bar(asset, AssetMetadata.rejected_through.set(int(asset.last_version)))
    published = None if asset is None else asset.published_version
    numbers = sorted(_meant(flag), key=lambda one: (one != published, -one))

    def reject(face: Face) -> None:
        face.status, face.status_reason = "rejected", "rejected"

    for number in numbers:
        ref = VersionRef(flag.pk, flag.asset_id, number)
        _move(flag, ref, list(_OUT_THERE), reject, "version.rejected", now)
    _drop_schedule(flag, numbers, now)
    for review in starting.reviews(flag.pk, flag.asset_id):
        if review.is_live and int(review.number) in numbers:
            workflow = reading.load(flag.pk, review.workflow_id)
            lapses.call_off(workflow, "moderation", now)


def _meant(flag: ModerationFlag) -> set[int]:
    """Give the versions to reject: those that the flag names, and what came out just then."""
    just_then = {
        int(version.number)
        for version in _versions(flag)
        if version.status in _OUT_THERE and version.created_at <= str(flag.resolved_at)
    }
    return just_then | set(map(int, flag.versions))


def _drop_schedule(flag: ModerationFlag, numbers: Collection[int], now: datetime) -> None:
    for _ in range(_ATTEMPTS):
        asset = _asset(flag)
        if asset is None or asset.schedule is None:
            return
        if int(asset.schedule["number"]) not in numbers:
            return
        try:
            publishing.drop_schedule(asset, now)
        except ConditionFailed:
            continue  # planned anew at the same time


def _let_go_on(flag: ModerationFlag, now: datetime) -> None:
    """Let versions go on, the newest first, so that no older one is published in between."""
    asset = _asset(flag)
    if asset is not None and asset.rejected_through is not None:
        _bar(asset, AssetMetadata.rejected_through.remove())
    reviews = {int(one.number): one for one in starting.reviews(flag.pk, flag.asset_id)}
    for number in sorted(map(int, flag.versions), reverse=True):
        ref, was = VersionRef(flag.pk, flag.asset_id, number), flag.versions[str(number)]
        if was in {"approved", "published"}:
            again = was == "published"
            _move(flag, ref, ["rejected"], _approve, "version.approved", now, publish=again)
            continue
        review = reviews.get(number)
        ended = None if review is None else reading.load(flag.pk, review.workflow_id)
        if ended is not None and ended.instance.reason == "moderation":
            starting.start_again(ended, now)
        else:
            _admit(flag, ref, now)


def _bar(asset: AssetMetadata, action: Any) -> None:
    """Note up to which version an asset is rejected, or that it is so no more."""
    with suppress(ConditionFailed):  # purged meanwhile
        update(asset, action, condition=AssetMetadata.pk.exists())


def _approve(face: Face) -> None:
    face.status, face.status_reason = "approved", None


def _admit(flag: ModerationFlag, ref: VersionRef, now: datetime) -> None:
    """Have a version go through the templates, as if there were no rules."""
    version = catalog.version(ref.tenant_id, ref.asset_id, ref.number)
    asset = _asset(flag)
    if version is None or asset is None or version.status != "rejected":
        return
    face = faces.read(version.face)
    candidate = Candidate(asset=asset, version=version, face=face, skip_rules=True)
    admitted = admitting.admit(candidate, now)

    def settle(face: Face) -> None:
        face.status, face.status_reason = admitted.status, admitted.reason

    moved = versions.move(
        ref,
        ["rejected"],
        settle,
        now,
        action=f"version.{admitted.status}",
        actor=_moderator(flag),
        publish=admitted.publish,
        unreviewed=admitted.unreviewed,
        also=admitted.writes,
    )
    if moved:
        admitted.afterwards()


def _move(
    flag: ModerationFlag,
    ref: VersionRef,
    source: list[str],
    alter: Callable[[Face], None],
    action: str,
    now: datetime,
    *,
    publish: bool = False,
) -> None:
    version = catalog.version(ref.tenant_id, ref.asset_id, ref.number)
    if version is None:
        return
    effective = accounts.settings_of(accounts.get(flag.pk))
    versions.move(
        ref,
        source,
        alter,
        now,
        action=action,
        actor=_moderator(flag),
        publish=publish and effective.auto_publish,
        unreviewed=bool(version.unreviewed),
    )


def _moderator(flag: ModerationFlag) -> Person:
    return msgspec.convert(flag.resolved_by, Person)


def _asset(flag: ModerationFlag) -> AssetMetadata | None:
    return find(AssetMetadata, asset_key(flag.pk, flag.asset_id), "ASSET")


def _versions(flag: ModerationFlag) -> list[AssetVersion]:
    key = asset_key(flag.pk, flag.asset_id)
    return list(AssetVersion.query(key, AssetVersion.sk.startswith("V#"), consistent_read=True))
