"""The Lambdas of workflows: the state machine's messages, what ends them, and a schedule."""

from typing import Annotated, Literal

import msgspec
from chalice.app import Blueprint, Rate

from chalicelib.core import clock, entrypoint, records
from chalicelib.core.records import Record
from chalicelib.core.tables import find
from chalicelib.workflows import recovery
from chalicelib.workflows.approval import deadlines, execution, reading, record_consumer
from chalicelib.workflows.models import WorkflowInstance, workflow_key

bp = Blueprint(__name__)


class Tick(msgspec.Struct):
    """What the state machine says: it waits for a turn, or the turn's time is over."""

    event: Literal["opened", "overdue"]
    tenant_id: str
    workflow_id: str
    run: int
    turn: int
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]


def _ticks(body: str) -> list[Tick]:
    return [msgspec.json.decode(body, type=Tick)]


@bp.on_sqs_message(queue="workflow-clock", batch_size=10)
@entrypoint.batch(_ticks)
def keep_time(tick: Tick) -> None:
    """Keep the token of a turn, or do what its deadline asks for."""
    now = clock.now()
    instance = find(WorkflowInstance, workflow_key(tick.tenant_id, tick.workflow_id), "WORKFLOW")
    if instance is None:
        return  # of no workflow of ours
    if tick.event == "opened":
        execution.wait_with(instance, tick.turn, tick.run, tick.token, now)
        deadlines.drop_leavers(reading.of_instance(instance), now)
        return
    workflow = deadlines.expire(reading.of_instance(instance), tick.turn, now)
    execution.answer(workflow.instance, tick.run, tick.token, now)


@bp.on_sqs_message(queue="workflow-endings", batch_size=10)
@entrypoint.batch(records.parse)
def end_workflows(record: Record) -> None:
    """End workflows that have lost their object, and take people out who may not decide."""
    record_consumer.consider(record, clock.now())


@bp.schedule(Rate(1, unit=Rate.MINUTES))
@entrypoint.scheduled
def tend_workflows() -> None:
    """Send on what got stuck, remind, and start executions again that vanished."""
    recovery.tend(clock.now())
