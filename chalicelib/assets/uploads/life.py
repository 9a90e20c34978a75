"""The life of an upload: open until its bytes have come, arrived until it is known what they are.

While it has not ended, it is due, so that the sweeper looks after it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.assets.upload_models import Upload
from chalicelib.assets.uploads import open_uploads
from chalicelib.core.hooks import Hook
from chalicelib.core.state_diagram import drawn
from chalicelib.core.tables import Write, change

State = Literal["open", "arrived", "ended"]


never_came: Hook[Callable[[Upload], None]] = Hook(
    "what follows where the bytes of a guest's upload never came?"
)


class Transition(NamedTuple):
    """One way from a state to another, and in which word the drawing tells of it."""

    word: str
    source: State
    target: State


ARRIVED = Transition("arrived", "open", "arrived")
GIVEN_UP = Transition("aborted or expired", "open", "ended")
DONE = Transition("kept, refused or quarantined", "arrived", "ended")
REOPENED = Transition("retried", "ended", "arrived")

EVERY = (ARRIVED, GIVEN_UP, DONE, REOPENED)


def moved(
    upload: Upload,
    transition: Transition,
    due: datetime | None,
    *actions: Action,
    condition: Condition | None = None,
) -> Write:
    """Return the write that takes an upload through a transition; it fails in any other state.

    Args:
        upload: which; its keys are enough.
        transition: which.
        due: when the sweeper looks after it; None once it has ended.
        actions: what else changes of it.
        condition: what else has to hold.
    """
    held = Upload.state == transition.source
    if transition.source == "open":
        actions = (*actions, *open_uploads.closing())
    if transition.target == "arrived":
        actions = (*actions, Upload.sweeps.set(0))
    return change(
        upload,
        Upload.state.set(transition.target),
        *Upload.due_actions(due, upload.pk.rpartition("#")[2]),
        *actions,
        condition=held if condition is None else held & condition,
    )


def diagram() -> str:
    """Return the transitions as a Mermaid state diagram."""
    begins = [("[*]", "open", ""), ("[*]", "arrived", "linked")]
    return drawn([*begins, *((one.source, one.target, one.word) for one in EVERY)])
