"""A workflow as it is read knows where it is, and whose turn it is."""

from typing import Any

import pytest

from chalicelib.core.errors import NotFound
from chalicelib.workflows.approval import reading
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.models import WorkflowInstance, WorkflowStep
from chalicelib.workflows.steps import Assignment
from chalicelib.workflows.templates.definition import read
from tests.workflows.desk import Desk, step


def workflow(**values: Any) -> Workflow:
    named = {"status": "in_progress", "turn": 2, "position": 1} | values
    instance = WorkflowInstance("acme#1", "WORKFLOW", **named)
    steps = [step("brand"), step("legal"), step("last")]
    assigned = [
        Assignment(id="anna", email="", turn=1, status="over"),
        Assignment(id="anna", email="", turn=2, status="delegated"),
        Assignment(id="ben", email="", turn=2),
    ]
    template = read({"name": "T", "steps": steps})
    return Workflow(instance, template, WorkflowStep("acme#1", "STEP#001"), assigned)


def test_only_the_present_turn_s_assignments_count() -> None:
    found = workflow()
    assert found.current.id == "legal"
    assert [one.id for one in found.pending] == ["ben"]
    mine = found.mine("anna")
    assert mine is not None
    assert (mine.turn, mine.status) == (2, "delegated")
    assert found.mine("kim") is None


def test_of_a_workflow_that_is_over_nobody_s_turn_it_is() -> None:
    over = workflow(status="approved")
    assert not over.is_live
    assert over.pending == []


def test_steps_may_be_decided_in_another_order() -> None:
    plain, turned = workflow(), workflow(order=[1, 0, 2])
    assert (plain.order, turned.order) == ([0, 1, 2], [1, 0, 2])
    assert [plain.is_behind(at) for at in range(3)] == [True, False, False]
    assert [turned.is_behind(at) for at in range(3)] == [False, False, False]
    assert [workflow(order=[1, 2]).is_behind(at) for at in range(3)] == [True, False, False]


def test_a_workflow_is_read_with_its_template_steps_and_history(desk: Desk) -> None:
    desk.template(step("brand"), step("legal", "Legal"))
    shown = desk.workflow(desk.upload())
    assert desk.decide(shown, "anna").status == 200
    found = reading.load(desk.tenant.id, shown["id"])
    assert found.current.id == "legal"
    assert [one.status for one in reading.steps(found.instance)] == ["approved", "active"]
    assert [entry.action for entry in reading.history(found.instance)] == [
        "started",
        "step_opened",
        "approved",
        "step_opened",
    ]
    with pytest.raises(NotFound):
        reading.load(desk.tenant.id, "none")
