"""The life of a workflow and of its steps: how either ends, and what a step may become."""

from typing import Literal

from chalicelib.core.state_diagram import drawn

Ending = Literal[
    "approved", "auto_approved", "rejected", "changes_requested", "expired", "cancelled"
]
WorkflowStatus = Literal[
    "in_progress",
    "approved",
    "auto_approved",
    "rejected",
    "changes_requested",
    "expired",
    "cancelled",
]
StepStatus = Literal["pending", "active", "escalated", "approved", "rejected", "expired"]

STEP_AFTER: dict[Ending, StepStatus] = {
    "approved": "approved",
    "auto_approved": "approved",
    "rejected": "rejected",
    "changes_requested": "rejected",
    "expired": "expired",
    "cancelled": "pending",
}
"""What becomes of the step at which a workflow ends in each way."""

STEP_MOVES: dict[str, tuple[StepStatus, ...]] = {
    "pending": ("active", "escalated"),
    "active": ("escalated", "approved", "rejected", "expired", "pending"),
    "escalated": ("escalated", "approved", "rejected", "expired", "pending"),
}
"""What a step may become: it is opened, may escalate more than once, and is closed."""


def require_move(before: str, after: StepStatus) -> None:
    """Refuse what cannot become of a step.

    Raises:
        ValueError: it is not declared.
    """
    if after not in STEP_MOVES.get(before, ()):
        raise ValueError(f"a step that is {before} does not become {after}")


def diagram() -> str:
    """Return the ways in which a workflow ends as a Mermaid state diagram."""
    ways = [("in_progress", status, "") for status in STEP_AFTER if status != "auto_approved"]
    begins = [("[*]", "in_progress", ""), ("[*]", "auto_approved", "held conditions")]
    return drawn([*begins, *ways])


def diagram_of_steps() -> str:
    """Return what a step may become as a Mermaid state diagram."""
    moves = [(before, after, "") for before, ways in STEP_MOVES.items() for after in ways]
    return drawn([("[*]", "pending", ""), *moves])
