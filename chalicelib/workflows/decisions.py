"""What people do to a workflow: deciding, delegating, cancelling."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from chalicelib.core import clock, texts
from chalicelib.core.errors import Conflict, Forbidden, invalid
from chalicelib.core.identity import Actor
from chalicelib.core.outbox import Person
from chalicelib.core.tables import find, put, transact
from chalicelib.tenants import members
from chalicelib.tenants.models import Member, member_key
from chalicelib.workflows import approvers, outcomes, timing
from chalicelib.workflows.approvers import Assignment
from chalicelib.workflows.models import WorkflowApproval
from chalicelib.workflows.progress import Change
from chalicelib.workflows.reading import Workflow

Decision = Literal["approve", "reject", "request_changes"]
_WORDS: dict[Decision, Any] = {
    "approve": "approved",
    "reject": "rejected",
    "request_changes": "changes_requested",
}


class NotAnApprover(Forbidden):
    """You have no open assignment in this workflow's present step."""

    code, title = "not_an_approver", "Not an approver"


class SelfApproval(Forbidden):
    """Nobody approves an upload of their own here; somebody else has to."""

    code, title = "self_approval", "Your own upload"


class AlreadyDecided(Conflict):
    """This has been decided already."""

    code, title = "already_decided", "Already decided"


class WorkflowClosed(Conflict):
    """The workflow is over."""

    code, title = "workflow_closed", "The workflow is over"


def decide(
    workflow: Workflow,
    actor: Actor,
    decision: Decision,
    comment: str,
    now: datetime,
    step_id: str | None = None,
) -> Workflow:
    """Take one person's decision of the present step, and go on from there.

    Args:
        workflow: as it was read.
        actor: who decides.
        decision: what.
        comment: why; needed unless approving.
        now: when.
        step_id: the step that the actor means; another one is not decided by mistake.

    Returns:
        The workflow as it is then.

    Raises:
        Invalid: the comment is missing, or there is no such step.
        SelfApproval, NotAnApprover: it is not theirs to decide.
        AlreadyDecided, WorkflowClosed: it is too late.
    """
    if decision != "approve" and not texts.has_words(comment):
        raise invalid("comment", "Say what is wrong; the uploader will read it")
    ids = [step.id for step in workflow.template.steps]
    if step_id is not None and step_id not in ids:
        raise invalid("step_id", f"One of {', '.join(ids)}")
    first_turn = int(workflow.instance.turn)

    def change(current: Workflow) -> None:
        if _is_own(current, actor.id):
            raise SelfApproval
        _require_open(current, now)
        _require_step(current, step_id)
        mine = current.mine(actor.id)
        if mine is None or mine.status == "dropped_out":
            later = int(current.instance.turn) != first_turn
            raise AlreadyDecided if later else NotAnApprover
        if mine.status != "pending":
            raise AlreadyDecided
        member = find(Member, actor.tenant_id, member_key(actor.id))
        if not approvers.still_holds(mine, member):
            raise NotAnApprover
        mine.status = _WORDS[decision]
        _apply(current, mine, decision, comment, actor.person, now)

    return outcomes.retried(workflow, change, now)


def delegate(workflow: Workflow, actor: Actor, to: str, comment: str, now: datetime) -> Workflow:
    """Hand one's assignment to another member.

    Raises:
        NotFound: there is no such member.
        NotAnApprover, WorkflowClosed: there is nothing to hand on.
        SelfApproval: it is the member's own upload.
        Conflict: they have an assignment in this step already.
    """
    member = members.get(actor.tenant_id, to)

    def change(current: Workflow) -> None:
        _require_open(current, now)
        mine = current.mine(actor.id)
        holder = find(Member, actor.tenant_id, member_key(actor.id))
        if mine is None or mine.status != "pending" or not approvers.still_holds(mine, holder):
            raise NotAnApprover
        if not member.is_active:
            raise invalid("to", "Not an active member")
        if _is_own(current, member.id):
            raise SelfApproval(f"{member.email} uploaded it; choose somebody else.")
        if current.mine(member.id) is not None:
            raise Conflict(f"{member.email} has a part in this step already.")
        mine.status = "delegated"
        turn = int(current.instance.turn)
        current.assignments.append(Assignment(id=member.id, email=member.email, turn=turn))
        made = Change(current, actor.person, now)
        made.keep_assignments()
        said = f"to {member.email}: {comment}" if comment else f"to {member.email}"
        made.note("delegated", comment=said, to=member.id)
        made.commit()

    return outcomes.retried(workflow, change, now)


def cancel(workflow: Workflow, actor: Person, comment: str, now: datetime) -> Workflow:
    """End a workflow without a decision.

    Raises:
        WorkflowClosed: it is over.
    """

    def change(current: Workflow) -> None:
        _require_open(current, now)
        outcomes.finish(current, actor, now, "cancelled", reason="cancelled", comment=comment)

    return outcomes.retried(workflow, change, now)


def _require_open(workflow: Workflow, now: datetime) -> None:
    if not workflow.is_live:
        how = workflow.instance.status.replace("_", " ")
        raise WorkflowClosed(f"The workflow is over: {how}.")
    why = outcomes.over_because(workflow, now)
    if why is not None:
        outcomes.call_off(workflow, why, now)
        timing.settle(workflow.instance, now)
        raise WorkflowClosed(f"The workflow is cancelled: {why}.")


def _is_own(workflow: Workflow, member_id: str) -> bool:
    """Say whether it is a member's own upload, which they may not approve."""
    own = workflow.instance.uploader["id"] == member_id
    return own and not workflow.template.allow_self_approval


def _require_step(workflow: Workflow, step_id: str | None) -> None:
    if step_id is None or step_id == workflow.current.id:
        return
    ids = [step.id for step in workflow.template.steps]
    if ids.index(step_id) < int(workflow.instance.position):
        raise AlreadyDecided(f"Step {step_id} is over; now it is {workflow.current.id}.")
    raise NotAnApprover(f"Step {step_id} is not open yet; now it is {workflow.current.id}.")


def _apply(
    workflow: Workflow,
    mine: Assignment,
    decision: Decision,
    comment: str,
    actor: Person,
    now: datetime,
) -> None:
    instance = workflow.instance
    turn = int(instance.turn)
    approval = WorkflowApproval(
        instance.pk,
        f"DECISION#{turn:05d}#{mine.id}",
        step_id=workflow.current.id,
        person=msgspec.to_builtins(actor),
        decision=decision,
        comment=comment,
        at=clock.timestamp(now),
    )
    once = [put(approval, condition=WorkflowApproval.pk.does_not_exist())]
    word = _WORDS[decision]
    if decision != "approve":
        outcomes.finish(workflow, actor, now, word, comment=comment, also=once)
        return
    made = Change(workflow, actor, now)
    made.note("approved", comment=comment)
    everyone = workflow.current.requires_all and not instance.escalated
    if everyone and workflow.pending:
        made.keep_assignments()
        transact(*made.writes(), *once)
    else:
        outcomes.pass_step(workflow, made, actor, now, once)
