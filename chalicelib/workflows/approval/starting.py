"""How workflows begin: by a plan, by hand, and again after a restore."""

from collections.abc import Callable, Sequence
from datetime import datetime

from chalicelib.assets import admission, catalog
from chalicelib.assets.downloads import NotReady
from chalicelib.assets.lifecycle import is_barred
from chalicelib.assets.metadata.edits import require_live
from chalicelib.assets.models import GUEST, AssetMetadata, AssetVersion, asset_key
from chalicelib.assets.versions import life, moves
from chalicelib.assets.versions.life import MAIN
from chalicelib.assets.versions.moves import Move
from chalicelib.core import clock
from chalicelib.core.errors import Conflict
from chalicelib.core.outbox import SYSTEM, Person
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.tables import ConditionFailed, find
from chalicelib.tenants import accounts
from chalicelib.workflows.approval import approvers, follow_up, reading
from chalicelib.workflows.approval.plans import Plan
from chalicelib.workflows.approval.progress import WorkflowChange
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.models import (
    WorkflowInstance,
    WorkflowStep,
    WorkflowTemplate,
    step_key,
    workflow_key,
)
from chalicelib.workflows.templates import definition, registry, required
from chalicelib.workflows.templates.definition import Template

_STOPPED = "Moderation stopped this version; a moderator can let it go on."


class WorkflowExists(Conflict):
    """This version is in a workflow already."""

    code, title = "workflow_exists", "Under review already"


class TemplateApplies(Conflict):
    """What approvers rejected starts again under their own template, or by an admin."""

    code, title = "template_applies", "Another template applies"


def start(
    asset: AssetMetadata,
    version: AssetVersion,
    template_id: str,
    template: Template,
    actor: Person,
    now: datetime,
    *,
    overrides: bool = False,
) -> Workflow:
    """Have a version reviewed by a template, on top of the one that applies by itself.

    Those that moderation's rules require come between, unless they have approved it. A version that
    is published stays so until it is decided.

    Args:
        asset: as it was read.
        version: which of its versions.
        template_id: the id of the template that was picked.
        template: what that says.
        actor: who starts it.
        now: when.
        overrides: what other approvers rejected may start again.

    Raises:
        WorkflowExists: it is under review already.
        TemplateApplies: approvers rejected it under another template.
        NotReady: its bytes are not ready, infected or failed.
        AssetTrashed: the asset is in the trash.
        Conflict: the template is not active, or moderation stops the version.
    """
    earlier = _made_before(asset.tenant_id, now)
    if earlier is not None:
        return earlier
    require_live(asset)
    number = version.number
    if not template.is_active:
        raise Conflict("This template is not active.")
    _require_not_stopped(asset, version)
    if version.status not in life.REVIEWED_BY_HAND.source:
        raise NotReady(f"Version {number} is {version.status}; it cannot be reviewed.")
    if reading.is_reviewed(asset.tenant_id, asset.asset_id, number):
        raise WorkflowExists(f"Version {number} is under review already.")
    by_others = version.status == "rejected" and version.rejected_under not in (None, template_id)
    if by_others and not overrides:
        raise TemplateApplies(f"Version {number} was rejected under another template.")
    demanded = admission.demands_of_version.get()(asset, version, {}, now)
    if demanded.refused is not None:
        raise Conflict(_STOPPED)
    by_rules = [registry.get(asset.tenant_id, one) for one in demanded.template_ids]
    plan = Plan(template_id, template, rules_met=demanded.rules_met)
    plan = _with_applying(plan, asset, version, by_rules)
    workflow = new(asset, version, plan, actor, now, under_way(now).id("workflow"))
    made = begun(workflow, actor, now)
    workflow.instance.status_before = version.status
    workflow.instance.newest = max(number, asset.current_version)
    try:
        moved = moves.move(
            workflow.version, Move(life.REVIEWED_BY_HAND, now, actor=actor, also=made.writes())
        )
    except ConditionFailed:
        raise WorkflowExists(f"Version {number} is under review already.") from None
    if not moved:
        raise NotReady(f"Version {number} cannot be reviewed any more.")
    follow_up.do(workflow.instance, now)
    return workflow


def _made_before(tenant_id: str, now: datetime) -> Workflow | None:
    """Find the workflow that this request began when it was sent before and got no answer."""
    making = under_way(now)
    if not making.is_repeat:
        return None
    key = workflow_key(tenant_id, making.id("workflow"))
    found = find(WorkflowInstance, key, "WORKFLOW")
    if found is None:
        return None
    follow_up.do(found, now)
    return reading.of_instance(found)


def planned(
    asset: AssetMetadata, version: AssetVersion, plan: Plan, actor: Person, now: datetime
) -> tuple[Workflow, WorkflowChange]:
    """Make a workflow by a plan and open its first step; to be written with its version."""
    workflow = new(asset, version, plan, actor, now)
    made = begun(workflow, actor, now)
    return workflow, made


def approved_by_itself(
    asset: AssetMetadata, version: AssetVersion, plan: Plan, now: datetime
) -> WorkflowChange:
    """Make the workflow of a version that nobody has to decide on; its history says why."""
    workflow = new(asset, version, plan, SYSTEM, now)
    made = WorkflowChange(workflow, SYSTEM, now, is_new=True)
    made.keep_snapshot()
    made.note("auto_approved", comment=", ".join(plan.held))
    made.end("auto_approved")
    return made


def follower(workflow: Workflow, now: datetime) -> Callable[[], None]:
    """Return what does all that follows from a workflow, once it is written."""
    return lambda: follow_up.do(workflow.instance, now)


def start_again(ended: Workflow, now: datetime) -> None:
    """Review a version anew whose workflow ended with the trash, or by a moderator's word.

    It is reviewed by the same template, from the first step on. Idempotent.
    """
    instance = ended.instance
    tenant_id, asset_id, number = instance.tenant_id, instance.asset_id, instance.number
    asset = find(AssetMetadata, asset_key(tenant_id, asset_id), "ASSET")
    version = catalog.version(tenant_id, asset_id, number)
    if asset is None or version is None or reading.is_reviewed(tenant_id, asset_id, number):
        return
    if version.status == "rejected" and instance.reason != "moderation":
        return
    plan = Plan(instance.template_id, ended.template, instance.picked_id)
    plan = plan._replace(rules_met=instance.rules_met or {})
    plan = _with_applying(plan, asset, version)
    workflow, made = planned(asset, version, plan, SYSTEM, now)
    workflow.instance.status_before = instance.status_before
    workflow.instance.newest = max(instance.newest, asset.current_version)
    try:
        moved = moves.move(
            workflow.version,
            Move(life.REVIEWED_AGAIN, now, kept={"taken_from": None}, also=made.writes()),
        )
    except ConditionFailed:
        return  # another request began one
    if moved:
        follow_up.do(workflow.instance, now)


def new(
    asset: AssetMetadata,
    version: AssetVersion,
    plan: Plan,
    actor: Person,
    now: datetime,
    workflow_id: str | None = None,
) -> Workflow:
    """Make a workflow of a version, or of an edit of its asset; nothing is written.

    Args:
        asset: its asset.
        version: which version.
        plan: by which it is reviewed.
        actor: who begins it.
        now: when.
        workflow_id: its id, where that is decided already.
    """
    workflow_id = workflow_id or clock.new_id(now)
    instance = WorkflowInstance(
        workflow_key(asset.tenant_id, workflow_id),
        "WORKFLOW",
        tenant_id=asset.tenant_id,
        workflow_id=workflow_id,
        listed_in=asset.tenant_id,
        open_in=asset.tenant_id,
        asset_id=asset.asset_id,
        asset_key=asset.pk,
        number=version.number,
        newest=version.number,
        title=asset.title,
        category=asset.category,
        template_id=plan.template_id,
        picked_id=plan.picked_id,
        order=list(plan.order) or None,
        rules_met={number: met for number, met in plan.rules_met.items() if met} or None,
        position=plan.order[0] if plan.order else 0,
        uploader=asset.uploaded_by if version.uploader.id == GUEST.id else version.uploader,
        status="in_progress",
        created_by=actor,
        created_at=clock.timestamp(now),
    )
    step = WorkflowStep(instance.pk, step_key(instance.position), status="pending")
    return Workflow(instance, plan.template, step)


def begun(workflow: Workflow, actor: Person, now: datetime) -> WorkflowChange:
    """Open a new workflow's first step, or the one at which it goes on; to be written."""
    made = WorkflowChange(workflow, actor, now, is_new=True)
    made.keep_snapshot()
    instance = workflow.instance
    goes_on = "goes on at the step that asked for changes" if instance.order else ""
    made.note("started", comment=goes_on)
    staff = approvers.staff(instance.tenant_id, workflow.template)
    made.open_step(instance.position, staff)
    return made


def _require_not_stopped(asset: AssetMetadata, version: AssetVersion) -> None:
    """Leave to moderators what moderation stopped.

    Raises:
        Conflict: it is rejected by a rule, by a moderator, or for its bytes.
    """
    by_rule = version.face.status_reason in {"moderation_rule", "content_rejected"}
    if is_barred(asset, version.number) or (version.status == "rejected" and by_rule):
        raise Conflict(_STOPPED)


def _with_applying(
    plan: Plan,
    asset: AssetMetadata,
    version: AssetVersion,
    by_rules: Sequence[WorkflowTemplate] = (),
) -> Plan:
    """Put a plan on top of those of rules, and of the template that applies to a `main` version."""
    applies = None
    if version.branch == MAIN and accounts.settings_of(asset.tenant_id).auto_create_workflows:
        applies = required.to(asset, version)
    names = {plan.template_id, applies.id if applies is not None else None}
    between = [one for one in by_rules if one.id not in names]
    whole = [definition.read(one.values) for one in between]
    if applies is None:
        return plan._replace(template=definition.stacked([plan.template, *whole]))
    if applies.id == plan.template_id:
        picked_id = between[0].id if between else plan.picked_id
        return plan._replace(
            template=definition.stacked([*whole, plan.template]), picked_id=picked_id
        )
    combined = definition.stacked([plan.template, *whole, definition.read(applies.values)])
    return plan._replace(template_id=applies.id, template=combined, picked_id=plan.template_id)
