"""Looking after workflows: what a crash left undone, reminders, executions that vanished."""

import logging
from datetime import datetime

from chalicelib.core import clock, due
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.tables import ConditionFailed, find
from chalicelib.workflows import flags, lapses, outcomes, reading, timing
from chalicelib.workflows.models import DueItem, WorkflowInstance
from chalicelib.workflows.progress import Change

log = logging.getLogger(__name__)


def tend(now: datetime) -> int:
    """Look after every workflow and flag that is due; gives how many there were."""
    return due.attend(DueItem, _attend, now)


def _attend(item: DueItem, now: datetime) -> None:
    """Look after an item by what it is."""
    if item.sk.startswith("FLAG#"):
        flags.attend(item.pk, item.sk, now)
        return
    instance = find(WorkflowInstance, item.pk, item.sk)
    if instance is None or instance.due_at is None or instance.due_at > clock.timestamp(now):
        return
    if timing.is_live(instance):
        _look_after(instance, now)
    else:
        timing.settle(instance, now)


def _look_after(instance: WorkflowInstance, now: datetime) -> None:
    workflow = reading.of_instance(instance)
    reason = outcomes.over_because(workflow, now)
    if reason is not None:
        lapses.call_off(workflow, reason, now)
        return
    started = int(instance.started_run) == int(instance.run)
    if started and not timing.runs(instance):
        log.warning("execution vanished", extra={"workflow_id": instance.workflow_id})
        instance.run = int(instance.run) + 1
        Change(workflow, SYSTEM, now).commit()
    elif _is_time_to_remind(instance, now):
        instance.reminded_turn = int(instance.turn)
        made = Change(workflow, SYSTEM, now)
        made.note("reminded")
        try:
            made.commit()
        except ConditionFailed:
            return  # decided meanwhile
    timing.settle(instance, now)


def _is_time_to_remind(instance: WorkflowInstance, now: datetime) -> bool:
    if instance.deadline is None or int(instance.reminded_turn) == int(instance.turn):
        return False
    next_look = timing.next_look(instance, now)
    return next_look is not None and next_look <= now < datetime.fromisoformat(instance.deadline)
