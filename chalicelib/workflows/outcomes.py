"""What becomes of a workflow: it goes on, is approved, ends, or loses its object.

Each outcome is one transaction, with the version if the workflow ends.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from chalicelib.assets import catalog, lifecycle, versions
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.assets.versions import MAIN, VersionRef
from chalicelib.core.errors import Conflict
from chalicelib.core.outbox import SYSTEM, Person
from chalicelib.core.tables import ConditionFailed, Write, check, find, transact
from chalicelib.tenants import accounts
from chalicelib.workflows import reading, timing
from chalicelib.workflows.progress import Change, Ending, StepStatus
from chalicelib.workflows.reading import Workflow

_ATTEMPTS = 30
_VERSION_REASONS = {
    "rejected": "rejected",
    "changes_requested": "changes_requested",
    "expired": "approval_expired",
}


def retried(workflow: Workflow, change: Callable[[Workflow], None], now: datetime) -> Workflow:
    """Make a change, again on what is there now if somebody else was faster."""
    tenant_id, workflow_id = workflow.instance.tenant_id, workflow.instance.workflow_id
    for attempt in range(_ATTEMPTS):
        try:
            change(workflow)
            break
        except ConditionFailed:
            if attempt == _ATTEMPTS - 1:
                raise Conflict("Too many people decide at the same time; try again.") from None
            workflow = reading.load(tenant_id, workflow_id)
    timing.settle(workflow.instance, now)
    return workflow


def pass_step(
    workflow: Workflow, made: Change, actor: Person, now: datetime, also: Sequence[Write] = ()
) -> None:
    """Close the present step as approved; after the last one, the version is."""
    if made.pass_step():
        transact(*made.writes(), *also)
        return
    made.end("approved", "approved")
    made.note("completed", actor=SYSTEM)

    def approve(face: Face) -> None:
        face.status, face.status_reason = "approved", None

    _move(workflow, made, approve, "version.approved", actor, now, also, publish=True)


def finish(
    workflow: Workflow,
    actor: Person,
    now: datetime,
    status: Ending,
    *,
    reason: str | None = None,
    comment: str = "",
    also: Sequence[Write] = (),
) -> None:
    """End a workflow without approval."""
    made = Change(workflow, actor, now)
    # The step's id belongs into the history, so it is noted first.
    made.note(status, comment=comment, reason=reason)
    cancelled = status == "cancelled"
    outcome: StepStatus = "expired" if status == "expired" else "rejected"
    made.end(status, "pending" if cancelled else outcome, reason)
    before = workflow.instance.status_before

    def reject(face: Face) -> None:
        if cancelled and before == "approved":
            face.status, face.status_reason = "approved", None
            return
        face.status = "rejected"
        face.status_reason = _VERSION_REASONS.get(status, reason)

    if reason == "asset_trashed":  # it comes back as it was, and is reviewed again
        key = asset_key(workflow.instance.tenant_id, workflow.instance.asset_id)
        there = check(AssetMetadata(key, "ASSET"), AssetMetadata.trashed_at.exists())
        transact(*made.writes(), *also, there)
    else:
        _move(workflow, made, reject, f"version.{status}", actor, now, also)


def over_because(workflow: Workflow, now: datetime) -> str | None:
    """Say why a workflow has lost its object, if it has: `superseded`, `asset_trashed` …"""
    instance = workflow.instance
    tenant_id, asset_id = instance.tenant_id, instance.asset_id
    asset = find(AssetMetadata, asset_key(tenant_id, asset_id), "ASSET")
    version = catalog.version(tenant_id, asset_id, int(instance.number))
    if asset is None or asset.listed_in is None or version is None:
        return "asset_purged"
    if asset.trashed_at is not None:
        return "asset_trashed"
    if lifecycle.is_expired(asset, now):
        return "rights_ended"
    if version.status != "in_review":
        return f"version_{version.status}"
    newer = int(asset.current_version) > int(instance.newest)
    if version.branch == MAIN and newer and asset.current["status"] in {"in_review", "approved"}:
        return "superseded"
    return None


def call_off(workflow: Workflow, reason: str, now: datetime) -> None:
    """Cancel a workflow that has lost its object.

    Raises:
        ConditionFailed: somebody else changed it meanwhile.
    """
    finish(workflow, SYSTEM, now, "cancelled", reason=reason, comment=reason)


def _move(
    workflow: Workflow,
    made: Change,
    alter: Callable[[Face], None],
    action: str,
    actor: Person,
    now: datetime,
    also: Sequence[Write],
    *,
    publish: bool = False,
) -> None:
    """Move the version together with its workflow; a version that is gone moves no more."""
    instance = workflow.instance
    ref = VersionRef(instance.tenant_id, instance.asset_id, int(instance.number))
    effective = accounts.settings_of(accounts.get(instance.tenant_id))
    writes = [*made.writes(), *also]
    moved = versions.move(
        ref,
        ["in_review"],
        alter,
        now,
        action=action,
        actor=actor,
        publish=publish and effective.auto_publish,
        unreviewed=False if publish else None,
        also=writes,
    )
    if moved:
        return
    if instance.status != "cancelled":
        raise ConditionFailed
    transact(*writes)
