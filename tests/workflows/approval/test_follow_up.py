"""What follows from a change of a workflow is done, late or more than once."""

from datetime import datetime
from typing import Any

import pytest

from chalicelib.workflows.approval import follow_up
from chalicelib.workflows.models import WorkflowInstance
from tests.workflows.desk import Desk, step


def assigned(desk: Desk, who: str) -> list[Any]:
    found: list[Any] = desk.get("/workflows/?assigned_to=me", who).json["items"]
    return found


def test_whoever_settles_late_takes_no_assignment_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.template(step("both", "Legal", requires_all=True), step("brand"))
    workflow = desk.workflow(desk.upload())
    late: list[tuple[WorkflowInstance, datetime]] = []
    with monkeypatch.context() as patch:
        patch.setattr(follow_up, "do", lambda instance, now: late.append((instance, now)))
        assert desk.decide(workflow, "lea").status == 200
    assert desk.decide(workflow, "ben").status == 200  # who has a part in the next step, too
    assert [len(assigned(desk, who)) for who in ("anna", "ben")] == [1, 1]
    for instance, now in late:
        follow_up.do(instance, now)
    assert [len(assigned(desk, who)) for who in ("anna", "ben", "lea")] == [1, 1, 0]
