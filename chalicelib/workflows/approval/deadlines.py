"""What ends or escalates a step without a decision: deadlines, approvers who leave, lost assets."""

from datetime import datetime

from chalicelib.assets.versions import moves
from chalicelib.assets.versions.moves import Standing
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.outbox import SYSTEM, Person
from chalicelib.core.tables import ConditionFailed, find
from chalicelib.tenants import members
from chalicelib.tenants.models import Member, member_key
from chalicelib.workflows.approval import approvers, completion
from chalicelib.workflows.approval.progress import WorkflowChange
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.steps import Assignment


def expire(workflow: Workflow, turn: int, now: datetime) -> Workflow:
    """Do what a step's deadline asks for: escalate, or act as its `on_timeout` says.

    Raises:
        RetryLater: the time of this turn is not over.
    """
    for attempt in completion.attempts(workflow, now):
        with attempt as workflow:
            if not workflow.is_live or workflow.instance.turn != turn:
                continue
            deadline = datetime.fromisoformat(str(workflow.instance.deadline))
            if now < deadline:
                left = (deadline - now).total_seconds()
                raise RetryLater("the deadline has not come", min(900, int(left) + 1))
            standing = moves.read(workflow.version)
            why = completion.over_because(workflow, standing, now)
            if workflow.step.status not in ("active", "escalated"):
                raise ConditionFailed  # half of what another one wrote was read
            if standing is None or why is not None:
                completion.cancel_for(workflow, standing, why or "", now)
            else:
                _time_out(workflow, standing, now)
    return workflow


def drop_out(workflow: Workflow, member_id: str, now: datetime) -> Workflow:
    """Take those from a step who may not decide any more; if nobody is left, it escalates."""
    for attempt in completion.attempts(workflow, now):
        with attempt as workflow:
            if not workflow.is_live:
                continue
            standing = moves.read(workflow.version)
            why = completion.over_because(workflow, standing, now)
            if standing is None or why is not None:
                completion.cancel_for(workflow, standing, why or "", now)
                continue
            mine = workflow.mine(member_id)
            member = find(Member, workflow.instance.tenant_id, member_key(member_id))
            if mine is None or mine.status != "pending" or approvers.still_holds(mine, member):
                continue
            mine.status = "dropped_out"
            made = WorkflowChange(workflow, SYSTEM, now)
            made.note("dropped_out", comment=mine.email)
            giver = _given_back(workflow, mine)
            if giver is not None:
                made.note("returned", to=Person(giver.id, giver.email))
            made.keep_assignments()
            if workflow.pending:
                made.commit()
            elif _all_approved(workflow):
                completion.pass_step(workflow, standing, made, SYSTEM, now)
            else:
                staff = approvers.staff(workflow.instance.tenant_id, workflow.template)
                made.escalate("nobody is left who can decide this step", staff, stuck=True)
                made.commit()
    return workflow


def drop_leavers(workflow: Workflow, now: datetime) -> Workflow:
    """Take everybody from a step who lost the role just when it opened, unseen by their record."""
    if not workflow.is_live:
        return workflow
    active = {member.id: member for member in members.active(workflow.instance.tenant_id)}
    for one in workflow.pending:
        if not approvers.still_holds(one, active.get(one.id)):
            workflow = drop_out(workflow, one.id, now)
    return workflow


def cancel_if_over(workflow: Workflow, now: datetime, reason: str | None = None) -> Workflow:
    """Cancel a workflow that has lost its object, or for a reason given. Idempotent."""
    for attempt in completion.attempts(workflow, now):
        with attempt as workflow:
            standing = moves.read(workflow.version)
            why = reason or completion.over_because(workflow, standing, now)
            if workflow.is_live and why is not None:
                completion.cancel_for(workflow, standing, why, now)
    return workflow


def _time_out(workflow: Workflow, standing: Standing, now: datetime) -> None:
    instance, step = workflow.instance, workflow.current
    staff = approvers.staff(instance.tenant_id, workflow.template)
    if step.escalate_to is not None and staff.escalates and not instance.escalated:
        made = WorkflowChange(workflow, SYSTEM, now)
        made.escalate("its time was over", staff)
        made.commit()
    elif step.on_timeout == "approve":
        made = WorkflowChange(workflow, SYSTEM, now)
        made.note("approved", comment="its time was over, and the template approves then")
        completion.pass_step(workflow, standing, made, SYSTEM, now)
    else:
        completion.finish(workflow, standing, SYSTEM, now, "expired", comment="its time was over")


def _given_back(workflow: Workflow, leaver: Assignment) -> Assignment | None:
    """Give an assignment back to who delegated it, or to who delegated it to them, if they stay.

    Whoever handed it on and may not decide any more either drops out with the delegate.
    """
    while leaver.delegated_by is not None:
        giver = workflow.mine(leaver.delegated_by)
        if giver is None or giver.status != "delegated":
            return None
        member = find(Member, workflow.instance.tenant_id, member_key(giver.id))
        if approvers.still_holds(giver, member):
            giver.status = "pending"
            return giver
        giver.status = "dropped_out"
        leaver = giver
    return None


def _all_approved(workflow: Workflow) -> bool:
    """Return whether everyone who still had a part in the present turn has approved."""
    turn = workflow.instance.turn
    said = {one.status for one in workflow.assignments if one.turn == turn}
    return "approved" in said and workflow.current.requires_all
