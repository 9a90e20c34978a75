"""The state machine as the clock of workflows: starting it, and telling it what was decided.

The table is the truth. An execution waits with a task token for the turn at which its workflow is;
the token is kept here until the turn is over, then answered with what the execution has to wait
for next. All of it can be repeated, and what fails is done again by `recovery`.
"""

import math
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.core import clock
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, check, put, transact
from chalicelib.workflows.models import TaskToken, WorkflowInstance, token_key

_OVER = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
"""What Step Functions says of tokens that nobody waits with any more."""


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
    """Return whether the execution of a workflow's present run is under way."""
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
    if run != instance.run:
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
        if instance.status != "in_progress" or kept.turn < instance.turn:
            answer(instance, instance.run, kept.token, now)
            kept.delete()


def _awaited(instance: WorkflowInstance, now: datetime) -> dict[str, Any]:
    """Write an execution's state: what it waits for, and how many seconds."""
    left = 1.0
    if instance.deadline is not None:
        left = (datetime.fromisoformat(instance.deadline) - now).total_seconds()
    return {
        "tenant_id": instance.tenant_id,
        "workflow_id": instance.workflow_id,
        "run": instance.run,
        "turn": instance.turn,
        "seconds": max(1, math.ceil(left)),
        "done": instance.status != "in_progress",
    }


def _execution_name(instance: WorkflowInstance) -> str:
    return f"{instance.workflow_id}-{instance.run}"
