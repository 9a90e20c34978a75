"""Handing over what a member has to decide to another member."""

from datetime import datetime

from chalicelib.assets.hand_over.parts import Handing, Moved
from chalicelib.core.pages import Position
from chalicelib.workflows.approval import assignments, completion
from chalicelib.workflows.approval.progress import WorkflowChange
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.steps import Assignment


def take(handing: Handing, _: Position, now: datetime) -> Moved:
    """Hand over every open assignment of a member that the other one may have. Idempotent."""
    waiting = assignments.all_of(handing.tenant_id, handing.giver.id)
    return Moved(sum(_is_moved(workflow, handing, now) for workflow in waiting))


def _is_moved(workflow: Workflow, handing: Handing, now: datetime) -> bool:
    """Hand over one assignment; False where the other one has a part already, or may have none."""
    taker = handing.taker
    done = False
    for attempt in completion.attempts(workflow, now):
        with attempt as workflow:
            mine = workflow.mine(handing.giver.id) if workflow.is_live else None
            own = taker.id in workflow.instance.maker_ids
            if mine is None or mine.status != "pending" or workflow.mine(taker.id) is not None:
                continue
            if own and not workflow.template.allow_self_approval:
                continue
            mine.status = "delegated"
            turn = workflow.instance.turn
            workflow.assignments.append(
                Assignment(id=taker.id, email=taker.email, turn=turn, delegated_by=mine.id)
            )
            made = WorkflowChange(workflow, handing.actor, now)
            made.keep_assignments()
            made.note("delegated", to=taker)
            made.commit()
            done = True
    return done
