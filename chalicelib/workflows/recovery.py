"""Looking after workflows: what a crash left undone, reminders, executions that vanished."""

import logging
from contextlib import suppress
from datetime import datetime

from chalicelib.assets.versions import moves
from chalicelib.core import clock, due
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.tables import ConditionFailed, find
from chalicelib.workflows.approval import (
    completion,
    deadlines,
    execution,
    follow_up,
    reading,
    renewal,
)
from chalicelib.workflows.approval.follow_up import next_look
from chalicelib.workflows.approval.progress import WorkflowChange
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.models import DueItem, WorkflowInstance
from chalicelib.workflows.moderation import flags

log = logging.getLogger(__name__)


def tend(now: datetime) -> int:
    """Look after every workflow and flag that is due; gives how many there were."""
    return due.attend(DueItem, _look_after, now)


def _look_after(item: DueItem, now: datetime) -> None:
    """Look after an item by what it is."""
    if item.sk.startswith("FLAG#"):
        flags.finish_resolution(item.pk, item.sk, now)
        return
    instance = find(WorkflowInstance, item.pk, item.sk)
    if instance is None or instance.due_at is None or instance.due_at > clock.timestamp(now):
        return
    workflow = reading.of_instance(instance)
    if workflow.is_live:
        _tend_live(workflow, now)
    renewal.renew(workflow, now)
    follow_up.do(instance, now)


def _tend_live(workflow: Workflow, now: datetime) -> None:
    """Cancel, take people out who left, start afresh or remind where that is due."""
    reason = completion.over_because(workflow, moves.read(workflow.version), now)
    if reason is not None:
        deadlines.cancel_if_over(workflow, now)
        return
    workflow = deadlines.drop_leavers(workflow, now)
    if not workflow.is_live:
        return
    instance = workflow.instance
    started = instance.started_run == instance.run
    if started and not execution.runs(instance):
        log.warning("execution vanished", extra={"workflow_id": instance.workflow_id})
        instance.run = instance.run + 1
        WorkflowChange(workflow, SYSTEM, now).commit()
    elif _is_time_to_remind(instance, now):
        instance.reminded_turn = instance.turn
        made = WorkflowChange(workflow, SYSTEM, now)
        made.note("reminded")
        with suppress(ConditionFailed):  # decided meanwhile
            made.commit()


def _is_time_to_remind(instance: WorkflowInstance, now: datetime) -> bool:
    if instance.deadline is None or instance.reminded_turn == instance.turn:
        return False
    moment = next_look(instance, now)
    return moment is not None and moment <= now < datetime.fromisoformat(instance.deadline)
