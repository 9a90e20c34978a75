"""The state machine as the clock of workflows: starting it, and telling it what was decided.

The table is the truth. An execution waits with a task token for the turn at which its workflow is;
the token is kept here until the turn is over, then answered with what the execution has to wait
for next. All of it can be repeated, and what fails is done again by `tending`.
"""

import logging
import math
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chalicelib.core import clock
from chalicelib.core.aws import client
from chalicelib.core.due import due_key
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, check, put, transact, update
from chalicelib.workflows import approvers
from chalicelib.workflows.models import (
    TaskToken,
    WorkflowAssignment,
    WorkflowInstance,
    WorkflowStep,
    assigned_key,
    assignee_key,
    step_key,
    token_key,
)

log = logging.getLogger(__name__)

LATE = timedelta(minutes=2)
"""How long after a deadline the state machine is taken for lost, if nothing came of it."""

_ATTEMPTS = 10

_OVER = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
"""What Step Functions says of tokens that nobody waits with any more."""


def settle(instance: WorkflowInstance, now: datetime) -> None:
    """Do what follows from a workflow's last change; again is fine.

    What fails is logged, and done again by `tending`: nobody's decision waits for it.
    """
    try:
        for _ in range(_ATTEMPTS):
            _index(instance)
            if is_live(instance) and int(instance.started_run) != int(instance.run):
                start(instance)
            answer_earlier(instance, now)
            if _look_again(instance, now):
                return
            instance = WorkflowInstance.get(instance.pk, instance.sk, consistent_read=True)
    except Exception:
        log.exception("workflow not settled", extra={"workflow_id": instance.workflow_id})


def is_live(instance: WorkflowInstance) -> bool:
    """Say whether a workflow is under way."""
    return bool(instance.status == "in_progress")


def start(instance: WorkflowInstance) -> None:
    """Start the execution of a workflow's present run; one that runs already goes on."""
    states = client("stepfunctions")
    try:
        states.start_execution(
            stateMachineArn=settings().approval_machine,
            name=_execution_name(instance),
            input=msgspec.json.encode(_awaited(instance, clock.now())).decode(),
        )
    except states.exceptions.ExecutionAlreadyExists:
        return


def runs(instance: WorkflowInstance) -> bool:
    """Say whether the execution of a workflow's present run is under way."""
    machine = settings().approval_machine
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{_execution_name(instance)}"
    states = client("stepfunctions")
    try:
        return bool(states.describe_execution(executionArn=arn)["status"] == "RUNNING")
    except states.exceptions.ExecutionDoesNotExist:
        return False


def wait_with(instance: WorkflowInstance, turn: int, run: int, token: str, now: datetime) -> None:
    """Keep the token with which an execution waits for a turn; if it is over, answer at once."""
    kept = TaskToken(instance.pk, token_key(turn, token), token=token, turn=turn)
    waits = WorkflowInstance.status == "in_progress"
    waits &= (WorkflowInstance.turn == turn) & (WorkflowInstance.run == run)
    try:
        transact(put(kept), check(instance, waits))
    except ConditionFailed:
        instance.refresh(consistent_read=True)
        answer(instance, run, token, now)


def answer(instance: WorkflowInstance, run: int, token: str, now: datetime) -> None:
    """Tell an execution what to wait for now; one of an earlier run, to end."""
    awaited = _awaited(instance, now)
    if run != int(instance.run):
        awaited["done"] = True
    states = client("stepfunctions")
    try:
        states.send_task_success(taskToken=token, output=msgspec.json.encode(awaited).decode())
    except states.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in _OVER:
            raise


def answer_earlier(instance: WorkflowInstance, now: datetime) -> None:
    """Answer every token of turns that are over."""
    for kept in TaskToken.query(
        instance.pk, TaskToken.sk.startswith("TOKEN#"), consistent_read=True
    ):
        if not is_live(instance) or int(kept.turn) < int(instance.turn):
            answer(instance, int(instance.run), kept.token, now)
            kept.delete()


def _awaited(instance: WorkflowInstance, now: datetime) -> dict[str, Any]:
    """Write an execution's state: what it waits for, and how many seconds."""
    left = 1.0
    if instance.deadline is not None:
        left = (datetime.fromisoformat(instance.deadline) - now).total_seconds()
    return {
        "tenant_id": instance.tenant_id,
        "workflow_id": instance.workflow_id,
        "run": int(instance.run),
        "turn": int(instance.turn),
        "seconds": max(1, math.ceil(left)),
        "done": not is_live(instance),
    }


def _execution_name(instance: WorkflowInstance) -> str:
    return f"{instance.workflow_id}-{int(instance.run)}"


def _index(instance: WorkflowInstance) -> None:
    """Let people find what they have to decide now, and no more what they had to."""
    key, turn = assigned_key(instance), f"{int(instance.turn):05d}#"
    wanted: dict[str, WorkflowAssignment] = {}
    if is_live(instance):
        step = WorkflowStep.get(instance.pk, step_key(int(instance.position)), consistent_read=True)
        for one in approvers.load(step.assignments):
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


def _look_again(instance: WorkflowInstance, now: datetime) -> bool:
    """Note that all is settled, and when somebody should look after the workflow next."""
    actions = [WorkflowInstance.started_run.set(int(instance.run))]
    moment = next_look(instance, now)
    if moment is None:
        actions += [WorkflowInstance.due_shard.remove(), WorkflowInstance.due_at.remove()]
    else:
        shard, due_at = due_key(moment, instance.workflow_id)
        actions += [WorkflowInstance.due_shard.set(shard), WorkflowInstance.due_at.set(due_at)]
    try:
        update(instance, *actions, condition=WorkflowInstance.revision == int(instance.revision))
        return True
    except ConditionFailed:
        return False


def next_look(instance: WorkflowInstance, now: datetime) -> datetime | None:
    """Say when to look after a workflow: to remind at half of a turn's time, or when it is late."""
    if instance.deadline is None or instance.opened_at is None:
        return None
    deadline = datetime.fromisoformat(instance.deadline)
    opened = datetime.fromisoformat(instance.opened_at)
    if int(instance.reminded_turn) < int(instance.turn):
        return opened + (deadline - opened) / 2
    return max(deadline, now) + LATE
