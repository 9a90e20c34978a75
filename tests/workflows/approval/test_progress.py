"""A change of a workflow is put together and written whole, or not at all."""

import pytest

from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.tables import ConditionFailed
from chalicelib.workflows.approval import approvers
from chalicelib.workflows.approval.progress import WorkflowChange
from tests.workflows.desk import Desk, step, waiting


def test_of_two_changes_of_what_was_read_once_one_is_written(desk: Desk) -> None:
    desk.template()
    shown = desk.workflow(desk.upload())
    first, second = desk.load(shown), desk.load(shown)
    made = WorkflowChange(first, SYSTEM, clock.now())
    made.note("reminded")
    made.commit()
    late = WorkflowChange(second, SYSTEM, clock.now())
    late.end("expired")
    with pytest.raises(ConditionFailed):
        late.commit()
    after = desk.show(shown["id"])
    assert after["status"] == "in_progress"
    assert [entry["action"] for entry in after["history"]][-1] == "reminded"


def test_an_escalation_begins_a_turn_and_gives_the_same_time_again(desk: Desk) -> None:
    desk.template(step(timeout_hours=1, escalate_to={"roles": ["moderator"]}))
    shown = desk.workflow(desk.upload())
    workflow = desk.load(shown)
    turn, deadline = workflow.instance.turn, str(workflow.instance.deadline)
    made = WorkflowChange(workflow, SYSTEM, clock.now())
    made.escalate("late", approvers.staff(desk.tenant.id, workflow.template))
    made.commit()
    after = desk.load(shown)
    assert after.instance.turn == turn + 1
    assert str(after.instance.deadline) >= deadline
    assert waiting(desk.show(shown["id"])) == {"moderator"}


def test_steps_come_in_their_order_until_the_last(desk: Desk) -> None:
    desk.template(step("brand"), step("legal", "Legal"))
    shown = desk.workflow(desk.upload())
    made = WorkflowChange(desk.load(shown), SYSTEM, clock.now())
    assert made.following() == 1
    desk.decide(shown, "anna")
    assert WorkflowChange(desk.load(shown), SYSTEM, clock.now()).following() is None


def test_an_ended_workflow_waits_for_nothing(desk: Desk) -> None:
    desk.template()
    shown = desk.workflow(desk.upload())
    workflow = desk.load(shown)
    made = WorkflowChange(workflow, SYSTEM, clock.now())
    made.end("cancelled", "cancelled")
    made.commit()
    ended = desk.load(shown).instance
    assert (ended.status, ended.reason, ended.deadline, ended.open_in) == (
        "cancelled",
        "cancelled",
        None,
        None,
    )
    assert ended.ended_at is not None
