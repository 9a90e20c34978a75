"""What befalls a workflow: deadlines, approvers who drop out, an object that is lost."""

from datetime import datetime

from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.tables import find
from chalicelib.tenants import accounts, members
from chalicelib.tenants.models import Member, member_key
from chalicelib.workflows import approvers, outcomes
from chalicelib.workflows.progress import Change
from chalicelib.workflows.reading import Workflow


def expire(workflow: Workflow, turn: int, now: datetime) -> Workflow:
    """Do what a step's deadline asks for: escalate, or act as its `on_timeout` says.

    Raises:
        RetryLater: the time of this turn is not over.
    """

    def change(current: Workflow) -> None:
        if not current.is_live or int(current.instance.turn) != turn:
            return
        deadline = datetime.fromisoformat(str(current.instance.deadline))
        if now < deadline:
            left = (deadline - now).total_seconds()
            raise RetryLater("the deadline has not come", min(900, int(left) + 1))
        why = outcomes.over_because(current, now)
        if why is not None:
            outcomes.call_off(current, why, now)
            return
        _time_out(current, now)

    return outcomes.retried(workflow, change, now)


def drop_out(workflow: Workflow, member_id: str, now: datetime) -> Workflow:
    """Take those from a step who may not decide any more; if nobody is left, it escalates."""

    def change(current: Workflow) -> None:
        if not current.is_live:
            return
        why = outcomes.over_because(current, now)
        if why is not None:
            outcomes.call_off(current, why, now)
            return
        mine = current.mine(member_id)
        member = find(Member, current.instance.tenant_id, member_key(member_id))
        if mine is None or mine.status != "pending" or approvers.still_holds(mine, member):
            return
        mine.status = "dropped_out"
        made = Change(current, SYSTEM, now)
        made.keep_assignments()
        made.note("dropped_out", comment=mine.email)
        if current.pending:
            made.commit()
        elif _all_approved(current):
            outcomes.pass_step(current, made, SYSTEM, now)
        else:
            made.escalate("nobody is left who can decide this step", unfulfillable=True)
            made.commit()

    return outcomes.retried(workflow, change, now)


def look_again(workflow: Workflow, now: datetime) -> Workflow:
    """Take everybody from a step who lost the role just when it opened, unseen by their record."""
    if not workflow.is_live:
        return workflow
    active = {member.id: member for member in members.active(workflow.instance.tenant_id)}
    for one in workflow.pending:
        if not approvers.still_holds(one, active.get(one.id)):
            workflow = drop_out(workflow, one.id, now)
    return workflow


def call_off(workflow: Workflow, reason: str, now: datetime) -> Workflow:
    """Cancel a workflow that has lost its object, unless it is over; again is fine."""

    def change(current: Workflow) -> None:
        why = reason if reason == "moderation" else outcomes.over_because(current, now)
        if current.is_live and why is not None:
            outcomes.call_off(current, why, now)

    return outcomes.retried(workflow, change, now)


def _time_out(workflow: Workflow, now: datetime) -> None:
    instance, step = workflow.instance, workflow.current
    enabled = accounts.settings_of(accounts.get(instance.tenant_id)).escalation_enabled
    if step.escalate_to is not None and enabled and not instance.escalated:
        made = Change(workflow, SYSTEM, now)
        made.escalate("its time was over")
        made.commit()
    elif step.on_timeout == "approve":
        made = Change(workflow, SYSTEM, now)
        made.note("approved", comment="its time was over, and the template approves then")
        outcomes.pass_step(workflow, made, SYSTEM, now)
    else:
        outcomes.finish(workflow, SYSTEM, now, "expired", comment="its time was over")


def _all_approved(workflow: Workflow) -> bool:
    """Say whether everyone who still had a part in the present turn has approved."""
    turn = int(workflow.instance.turn)
    said = {one.status for one in workflow.assignments if one.turn == turn}
    return "approved" in said and workflow.current.requires_all
