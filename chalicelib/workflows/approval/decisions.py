"""What people do to a workflow: deciding, delegating, cancelling."""

from datetime import datetime
from typing import Literal

from chalicelib.assets.versions import moves
from chalicelib.assets.versions.moves import Standing
from chalicelib.core import clock, texts
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Conflict, Forbidden, invalid
from chalicelib.core.outbox import Person
from chalicelib.core.tables import Write, find, put, transact
from chalicelib.tenants import members
from chalicelib.tenants.models import Member, member_key
from chalicelib.workflows.approval import approvers, assignments, completion, follow_up, renewal
from chalicelib.workflows.approval.progress import WorkflowChange
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.models import WorkflowApproval
from chalicelib.workflows.steps import Assignment

Decision = Literal["approve", "reject", "request_changes"]
_WORDS: dict[Decision, Literal["approved", "rejected", "changes_requested"]] = {
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
    _require_concern(workflow, actor)
    ids = [step.id for step in workflow.template.steps]
    if step_id is not None and step_id not in ids:
        raise invalid("step_id", f"One of {', '.join(ids)}")
    first_turn = workflow.instance.turn
    for attempt in completion.attempts(workflow, now):
        with attempt as workflow:
            if _is_own(workflow, actor.id):
                raise SelfApproval
            standing = _open_standing(workflow, now)
            _require_step(workflow, step_id)
            mine = workflow.mine(actor.id)
            if mine is None or mine.status == "dropped_out":
                later = workflow.instance.turn != first_turn
                raise AlreadyDecided if later else NotAnApprover
            if mine.status != "pending":
                raise AlreadyDecided
            member = find(Member, actor.tenant_id, member_key(actor.id))
            if not approvers.still_holds(mine, member):
                raise NotAnApprover
            mine.status = word = _WORDS[decision]
            once = [_approval(workflow, actor.person, decision, comment, now)]
            if decision != "approve":
                completion.finish(
                    workflow, standing, actor.person, now, word, comment=comment, also=once
                )
                continue
            made = WorkflowChange(workflow, actor.person, now)
            made.note("approved", comment=comment)
            everyone = workflow.current.requires_all and not workflow.instance.escalated
            if everyone and workflow.pending:
                made.keep_assignments()
                transact(*made.writes(), *once)
            else:
                completion.pass_step(workflow, standing, made, actor.person, now, once)
    return workflow


def delegate(workflow: Workflow, actor: Actor, to: str, comment: str, now: datetime) -> Workflow:
    """Hand one's assignment to another member.

    Raises:
        NotFound: there is no such member.
        NotAnApprover, WorkflowClosed: there is nothing to hand on.
        SelfApproval: it is the member's own upload.
        Conflict: they have an assignment in this step already.
    """
    _require_concern(workflow, actor)
    member = members.get(actor.tenant_id, to)

    for attempt in completion.attempts(workflow, now):
        with attempt as workflow:
            _open_standing(workflow, now)
            mine = workflow.mine(actor.id)
            holder = find(Member, actor.tenant_id, member_key(actor.id))
            if mine is None or mine.status != "pending" or not approvers.still_holds(mine, holder):
                raise NotAnApprover
            if not member.is_active:
                raise invalid("to", "Not an active member")
            if _is_own(workflow, member.id):
                raise SelfApproval(f"It is {member.email}'s own; choose somebody else.")
            if workflow.mine(member.id) is not None:
                raise Conflict(f"{member.email} has a part in this step already.")
            mine.status = "delegated"
            turn = workflow.instance.turn
            workflow.assignments.append(
                Assignment(id=member.id, email=member.email, turn=turn, delegated_by=actor.id)
            )
            made = WorkflowChange(workflow, actor.person, now)
            made.keep_assignments()
            made.note("delegated", comment=comment, to=Person(member.id, member.email))
            made.commit()
    return workflow


def cancel(workflow: Workflow, actor: Person, comment: str, now: datetime) -> Workflow:
    """End a workflow without a decision.

    Raises:
        WorkflowClosed: it is over.
    """

    for attempt in completion.attempts(workflow, now):
        with attempt as workflow:
            standing = _open_standing(workflow, now)
            completion.finish(
                workflow, standing, actor, now, "cancelled", reason="cancelled", comment=comment
            )
    return workflow


def _open_standing(workflow: Workflow, now: datetime) -> Standing:
    """Read the version of a workflow that is under way.

    Raises:
        WorkflowClosed: it is over, or has lost its object and is over with that.
    """
    if not workflow.is_live:
        how = workflow.instance.status.replace("_", " ")
        raise WorkflowClosed(f"The workflow is over: {how}.")
    standing = moves.read(workflow.version)
    why = completion.over_because(workflow, standing, now)
    if standing is None or why is not None:
        completion.cancel_for(workflow, standing, why or "", now)
        renewal.renew(workflow, now)
        follow_up.do(workflow.instance, now)
        raise WorkflowClosed(f"The workflow is cancelled: {why}.")
    return standing


def _is_own(workflow: Workflow, member_id: str) -> bool:
    """Return whether it is a member's own upload or edit, which they may not approve."""
    return member_id in workflow.instance.maker_ids and not workflow.template.allow_self_approval


def _require_concern(workflow: Workflow, actor: Actor) -> None:
    """Refuse strangers before anything that tells of steps, of progress or of members.

    Raises:
        NotAnApprover: they have, and had, no part in it.
    """
    if not assignments.concerns(workflow, actor):
        raise NotAnApprover


def _require_step(workflow: Workflow, step_id: str | None) -> None:
    if step_id is None or step_id == workflow.current.id:
        return
    ids = [step.id for step in workflow.template.steps]
    if workflow.is_behind(ids.index(step_id)):
        raise AlreadyDecided(f"Step {step_id} is over; now it is {workflow.current.id}.")
    raise NotAnApprover(f"Step {step_id} is not open yet; now it is {workflow.current.id}.")


def _approval(
    workflow: Workflow, actor: Person, decision: Decision, comment: str, now: datetime
) -> Write:
    """Write down a person's decision, of which there is one a turn."""
    approval = WorkflowApproval(
        workflow.instance.pk,
        f"DECISION#{workflow.instance.turn:05d}#{actor.id}",
        step_id=workflow.current.id,
        person=actor,
        decision=decision,
        comment=comment,
        at=clock.timestamp(now),
    )
    return put(approval, condition=WorkflowApproval.pk.does_not_exist())
