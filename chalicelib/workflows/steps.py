"""What a workflow keeps of its steps: who has which part in one, and when it ran."""

from typing import Literal

import msgspec

AssignmentStatus = Literal[
    "pending", "approved", "rejected", "changes_requested", "delegated", "dropped_out", "over"
]


class Assignment(msgspec.Struct, kw_only=True):
    """One person's part in a step.

    `role` is the one by which they have it; None for members whom the template names, and for
    those to whom another delegated it, who is then `delegated_by`. `over` means that it ended
    without their decision.
    """

    id: str
    email: str
    role: str | None = None
    status: AssignmentStatus = "pending"
    turn: int = 0
    delegated_by: str | None = None


class Timing(msgspec.Struct, frozen=True, omit_defaults=True):
    """When a step was opened and ended, and whether it escalated."""

    opened_at: str | None = None
    ended_at: str | None = None
    escalated: bool = False
