"""What follows from a change of a workflow: its index, its execution, and when it is due next."""

import logging
from datetime import datetime, timedelta

from chalicelib.core.optimistic_locking import attempts
from chalicelib.core.tables import update
from chalicelib.workflows.approval import execution
from chalicelib.workflows.models import (
    WorkflowAssignment,
    WorkflowInstance,
    WorkflowStep,
    assigned_key,
    assignee_key,
    step_key,
)

log = logging.getLogger(__name__)

LATE = timedelta(minutes=2)
"""How long after a deadline the state machine is taken for lost, if nothing came of it."""


def do(instance: WorkflowInstance, now: datetime) -> None:
    """Do what follows from a workflow's last change. Idempotent.

    What fails is logged, and done again by `recovery`: nobody's decision waits for it.
    """
    try:
        for attempt in attempts(instance, _read_again, None):
            with attempt as changed:
                _index(changed)
                if changed.status == "in_progress" and changed.started_run != changed.run:
                    execution.start(changed)
                execution.answer_earlier(changed, now)
                update(
                    changed,
                    WorkflowInstance.started_run.set(changed.run),
                    *WorkflowInstance.due_actions(next_look(changed, now), changed.workflow_id),
                    condition=WorkflowInstance.revision == changed.revision,
                )
    except Exception:
        log.exception("workflow not followed up", extra={"workflow_id": instance.workflow_id})


def next_look(instance: WorkflowInstance, now: datetime) -> datetime | None:
    """Return when a workflow is due: to remind at half of a turn's time, or when it is late."""
    if instance.deadline is None or instance.opened_at is None:
        return None
    deadline = datetime.fromisoformat(instance.deadline)
    opened = datetime.fromisoformat(instance.opened_at)
    if instance.reminded_turn < instance.turn:
        return opened + (deadline - opened) / 2
    return max(deadline, now) + LATE


def _read_again(before: WorkflowInstance) -> WorkflowInstance:
    return WorkflowInstance.get(before.pk, before.sk, consistent_read=True)


def _index(instance: WorkflowInstance) -> None:
    """Let those find a workflow for whom it waits now, and nobody else. Idempotent."""
    key, turn = assigned_key(instance), f"{instance.turn:05d}#"
    wanted: dict[str, WorkflowAssignment] = {}
    if instance.status == "in_progress":
        step = WorkflowStep.get(instance.pk, step_key(instance.position), consistent_read=True)
        for one in step.assignments:
            if one.status == "pending":
                wanted[f"{turn}{one.id}"] = WorkflowAssignment(
                    key,
                    f"{turn}{one.id}",
                    workflow_id=instance.workflow_id,
                    assignee_key=assignee_key(instance.tenant_id, one.id),
                    sk_ref=f"{step.due_at}#{instance.workflow_id}",
                )
    with WorkflowAssignment.batch_write() as batch:
        for item in WorkflowAssignment.query(key, consistent_read=True):
            if item.sk in wanted:
                del wanted[item.sk]
            else:
                batch.delete(item)
        for item in wanted.values():
            batch.save(item)
