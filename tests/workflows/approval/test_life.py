"""The life of workflows and steps as it is declared."""

from typing import get_args

import pytest

from chalicelib.workflows.approval import life
from local.functions import ROOT


@pytest.mark.parametrize("drawing", [life.diagram(), life.diagram_of_steps()])
def test_the_drawings_are_the_declarations(drawing: str) -> None:
    page = (ROOT / "docs" / "lives.md").read_text("utf-8")
    assert f"```mermaid\n{drawing}\n```" in page, "paste what life gives"


def test_every_way_to_end_says_what_becomes_of_the_step() -> None:
    assert set(life.STEP_AFTER) == set(get_args(life.Ending))
    assert set(get_args(life.WorkflowStatus)) == set(life.STEP_AFTER) | {"in_progress"}
    assert set(life.STEP_AFTER.values()) <= set(life.STEP_MOVES["active"])


def test_every_state_of_a_step_is_reached_and_what_is_decided_stays_so() -> None:
    reached = {after for ways in life.STEP_MOVES.values() for after in ways}
    assert reached == set(get_args(life.StepStatus))
    for decided in ("approved", "rejected", "expired"):
        with pytest.raises(ValueError, match="does not become"):
            life.require_move(decided, "active")
