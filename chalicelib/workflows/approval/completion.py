"""What becomes of a workflow: it goes on, is approved, ends, or loses its object.

Each outcome is one transaction, with the version if the workflow ends.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from chalicelib.assets import admission, lifecycle
from chalicelib.assets.admission import Demands
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.assets.versions import life, moves
from chalicelib.assets.versions.life import MAIN
from chalicelib.assets.versions.moves import Move, Standing
from chalicelib.core import optimistic_locking
from chalicelib.core.optimistic_locking import Attempt
from chalicelib.core.outbox import SYSTEM, Person
from chalicelib.core.tables import ConditionFailed, Write, check, transact
from chalicelib.tenants import accounts
from chalicelib.workflows.approval import approvers, follow_up, proposals, reading, renewal
from chalicelib.workflows.approval.life import Ending
from chalicelib.workflows.approval.progress import WorkflowChange
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.models import WorkflowInstance, WorkflowTemplate
from chalicelib.workflows.templates import definition, registry, required

_ATTEMPTS = 30
_TOO_MANY = "Too many people decide at the same time; try again."
_VERSION_REASONS = {
    "rejected": "rejected",
    "changes_requested": "changes_requested",
    "expired": "approval_expired",
}


def attempts(workflow: Workflow, now: datetime) -> Iterator[Attempt[Workflow]]:
    """Yield attempts to change a workflow until one succeeds, and do then what follows from it.

    Raises:
        Conflict: others were faster every time.
    """

    def read_again(before: Workflow) -> Workflow:
        return reading.load(before.instance.tenant_id, before.instance.workflow_id)

    for attempt in optimistic_locking.attempts(workflow, read_again, _TOO_MANY, _ATTEMPTS):
        yield attempt
        if attempt.succeeded:
            renewal.renew(attempt.item, now)
            follow_up.do(attempt.item.instance, now)


def pass_step(
    workflow: Workflow,
    standing: Standing,
    made: WorkflowChange,
    actor: Person,
    now: datetime,
    also: Sequence[Write] = (),
) -> None:
    """Close the present step as approved; after the last one, the version is.

    What moderation refuses meanwhile is cancelled then.

    Raises:
        ConditionFailed: another request changed the workflow or its version meanwhile.
    """
    instance = workflow.instance
    following = made.following()
    if following is None:
        following = _of_other_template(workflow, standing, made)
    if following is None:
        demanded = _demanded(instance, standing, now)
        if demanded.refused is not None:
            _refuse(workflow, standing, made, demanded, now, also)
            return
        following = _of_rules(demanded, workflow, made)
    if following is not None:
        made.pass_step(following, approvers.staff(instance.tenant_id, workflow.template))
        transact(*made.writes(), *also)
        return
    made.end("approved")
    made.note("completed", actor=SYSTEM)
    if instance.proposal is not None:
        transact(*proposals.applied(workflow, standing, now), *made.writes(), *also)
        return
    moves.write(
        standing,
        Move(
            life.DECIDED["approved"],
            now,
            actor=actor,
            kept={
                "approved_under": instance.template_id,
                "rejected_under": None,
                "rules_met": (instance.rules_met or {}).get(str(instance.number)) or None,
            },
            publish=accounts.settings_of(instance.tenant_id).auto_publish,
            also=[*made.writes(), *also],
        ),
    )


def _of_other_template(workflow: Workflow, standing: Standing, made: WorkflowChange) -> int | None:
    """Add the steps of a template that another category brought; gives the first, if there is one.

    The workflow is one under that template, and for that category, from there on.
    """
    other = _other_template(workflow, standing)
    if other is None:
        return None
    instance = workflow.instance
    instance.template_id, instance.picked_id = other.id, instance.template_id
    instance.category = standing.asset.category
    return made.extend(definition.read(other.values))


def _demanded(instance: WorkflowInstance, standing: Standing, now: datetime) -> Demands:
    """Return what moderation demands beyond what a workflow has met, as all is at its end."""
    met = instance.rules_met or {}
    if instance.proposal is None:
        return admission.demands_of_version.get()(*standing, met, now)
    return admission.demands_of_edit.get()(standing.asset, instance.proposal, met, now)


def _refuse(
    workflow: Workflow,
    standing: Standing,
    made: WorkflowChange,
    demanded: Demands,
    now: datetime,
    also: Sequence[Write],
) -> None:
    """Cancel a workflow whose version moderation refuses, after all have approved it."""
    why, also = demanded.refused, [*demanded.writes, *also]
    made.note("cancelled", actor=SYSTEM, comment=why or "", reason=why)
    made.end("cancelled", why)
    _end(workflow, standing, made, SYSTEM, now, also)


def _of_rules(demanded: Demands, workflow: Workflow, made: WorkflowChange) -> int | None:
    """Add the steps of templates that rules require meanwhile; gives the first, if there is one."""
    instance = workflow.instance
    instance.rules_met = {one: met for one, met in demanded.rules_met.items() if met} or None
    templates = [registry.get(instance.tenant_id, one) for one in demanded.template_ids]
    if not templates:
        return None
    return made.extend(definition.stacked([definition.read(one.values) for one in templates]))


def _other_template(workflow: Workflow, standing: Standing) -> WorkflowTemplate | None:
    """Return a template that another category brings than the one for which this began.

    The categories are compared, not times: an edit may be written after a review that began later.
    A category that is under review itself may have moved away from the template that reviews it.
    """
    instance, (asset, version) = workflow.instance, standing
    proposal: dict[str, Any] = instance.proposal or {}
    moved = asset.category != instance.category and version.branch == MAIN
    if "category" not in proposal and (not moved or proposal):
        return None
    if not accounts.settings_of(instance.tenant_id).auto_create_workflows:
        return None
    if "category" in proposal:
        applies = required.in_category(asset, version, proposal["category"])
    else:
        applies = required.to(asset, version)
    return None if applies is None or applies.id == instance.template_id else applies


def finish(
    workflow: Workflow,
    standing: Standing | None,
    actor: Person,
    now: datetime,
    status: Ending,
    *,
    reason: str | None = None,
    comment: str = "",
    also: Sequence[Write] = (),
) -> None:
    """End a workflow without approval; a version that is not in review any more stays as it is.

    Raises:
        ConditionFailed: another request changed the workflow or its version meanwhile.
    """
    made = WorkflowChange(workflow, actor, now)
    # The step's id belongs into the history, so it is noted first.
    made.note(status, comment=comment, reason=reason)
    made.end(status, reason)
    _end(workflow, standing, made, actor, now, also)


def _end(
    workflow: Workflow,
    standing: Standing | None,
    made: WorkflowChange,
    actor: Person,
    now: datetime,
    also: Sequence[Write],
) -> None:
    """Write the end of a workflow that does not approve, with what becomes of its version."""
    instance = workflow.instance
    status, reason = instance.status, instance.reason
    cancelled = status == "cancelled"
    writes = [*made.writes(), *also]
    if instance.proposal is not None:
        transact(*proposals.dropped(workflow, standing), *writes)
    elif reason == "asset_trashed":  # it comes back as it was, and is reviewed again
        asset = AssetMetadata(asset_key(instance.tenant_id, instance.asset_id), "ASSET")
        transact(*writes, check(asset, AssetMetadata.trashed_at.exists()))
    elif standing is None or standing.version.status != "in_review":
        if not cancelled:
            raise ConditionFailed
        transact(*writes)
    elif cancelled and instance.status_before == "approved" and reason != "moderation":
        moves.write(standing, Move(life.CANCELLED_AS_APPROVED, now, actor=actor, also=writes))
    else:
        told = {"status_reason": _VERSION_REASONS.get(status, reason)}
        kept: dict[str, Any] = {"approved_under": None}
        if reason == "moderation":
            told, kept = {"status_reason": "rejected"}, {"taken_from": "in_review"}
        elif not cancelled:
            kept["rejected_under"] = instance.template_id
        moves.write(
            standing,
            Move(life.DECIDED[status], now, actor=actor, found=told, kept=kept, also=writes),
        )


def over_because(workflow: Workflow, standing: Standing | None, now: datetime) -> str | None:
    """Return why a workflow has lost its object, if it has: `superseded`, `asset_trashed` …"""
    if standing is None or standing.asset.listed_in is None:
        return "asset_purged"
    asset, version = standing
    if asset.trashed_at is not None:
        return "asset_trashed"
    if lifecycle.is_barred(asset, version.number):
        return "moderation"
    if workflow.instance.proposal is not None:
        return proposals.over_because(workflow, standing)
    if lifecycle.is_expired(asset, now):
        return "rights_ended"
    if version.status != "in_review":
        return f"version_{version.status}"
    newer = asset.current_version > workflow.instance.newest
    if version.branch == MAIN and newer and asset.current.status in {"in_review", "approved"}:
        return "superseded"
    return None


def cancel_for(workflow: Workflow, standing: Standing | None, reason: str, now: datetime) -> None:
    """Cancel a workflow that has lost its object.

    Raises:
        ConditionFailed: another request changed it meanwhile.
    """
    finish(workflow, standing, SYSTEM, now, "cancelled", reason=reason, comment=reason)
