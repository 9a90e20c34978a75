"""The life of a version: every state it may come to, from which, and what goes along.

`moves` changes a version's state by these transitions alone; a version begins as `uploading`, as
`scanning` where it takes bytes that its tenant has, or as a copy in the state that was admitted.
"""

import msgspec

from chalicelib.assets.faces import Status
from chalicelib.core.state_diagram import drawn

MAIN = "main"
"""The branch whose newest version is what an asset says of its content."""

OUT_THERE = frozenset({"approved", "in_review"})
"""What anybody may get, or approve. What is published can be reviewed again, and stays published
until that is decided."""


class Transition(msgspec.Struct, frozen=True):
    """One way from some states to another.

    Args:
        action: what the audit trail calls it; None where nobody is told.
        source: the states from which it leads; from any other it does not happen.
        target: the state to which it leads.
        releases: the version's bytes go back to the quota.
        publishes: a version of `main` may become the published one in the same write.
    """

    action: str | None
    source: tuple[Status, ...]
    target: Status
    releases: bool = False
    publishes: bool = False


ARRIVED = Transition(None, ("uploading",), "scanning")
ABORTED = Transition("upload.aborted", ("uploading",), "failed", releases=True)
EXPIRED = Transition("upload.upload_expired", ("uploading",), "failed", releases=True)

KEPT = Transition(None, ("scanning",), "processing")
QUARANTINED = Transition("version.quarantined", ("scanning",), "quarantined")
FOUND_INFECTED = Transition(
    "version.quarantined", ("processing", "in_review", "approved", "rejected"), "quarantined"
)
NOT_KEPT = Transition("version.failed", ("scanning",), "failed", releases=True)

PROCESSED = {
    "approved": Transition("version.approved", ("processing",), "approved", publishes=True),
    "in_review": Transition("version.in_review", ("processing",), "in_review"),
    "rejected": Transition("version.rejected", ("processing",), "rejected"),
}
NOT_PROCESSED = Transition("version.failed", ("processing",), "failed", releases=True)

SCANNED_AGAIN = Transition("version.retried", ("failed",), "scanning")
PROCESSED_AGAIN = Transition("version.retried", ("failed",), "processing")

REVIEWED_BY_HAND = Transition(
    "version.in_review", ("approved", "in_review", "rejected"), "in_review"
)
REVIEWED_AGAIN = Transition("version.in_review", ("in_review", "rejected"), "in_review")

DECIDED = {
    "approved": Transition("version.approved", ("in_review",), "approved", publishes=True),
    "rejected": Transition("version.rejected", ("in_review",), "rejected"),
    "changes_requested": Transition("version.changes_requested", ("in_review",), "rejected"),
    "expired": Transition("version.expired", ("in_review",), "rejected"),
    "cancelled": Transition("version.cancelled", ("in_review",), "rejected"),
}
CANCELLED_AS_APPROVED = Transition("version.cancelled", ("in_review",), "approved")

JUDGED_AGAIN = {
    "approved": Transition("version.approved", ("approved",), "approved", publishes=True),
    "in_review": Transition("version.in_review", ("approved",), "in_review"),
    "rejected": Transition("version.rejected", ("approved",), "rejected"),
}

TAKEN_DOWN = Transition("version.rejected", ("approved", "in_review"), "rejected")
GIVEN_BACK = Transition("version.approved", ("rejected",), "approved", publishes=True)
ADMITTED_AGAIN = {
    "approved": GIVEN_BACK,
    "in_review": Transition("version.in_review", ("rejected",), "in_review"),
}


def every() -> list[Transition]:
    """Return all transitions, in the order of a version's life."""
    found: list[Transition] = []
    for declared in globals().values():
        for one in declared.values() if isinstance(declared, dict) else [declared]:
            if isinstance(one, Transition) and one not in found:
                found.append(one)
    return found


def diagram() -> str:
    """Return the transitions as a Mermaid state diagram."""
    begins = [("[*]", "uploading", ""), ("[*]", "scanning", "linked")]
    moves = [
        (source, one.target, (one.action or "").partition(".")[2])
        for one in every()
        for source in one.source
    ]
    return drawn([*begins, *moves])
