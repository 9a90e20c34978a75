"""Share openings for the audit trail, which nobody who opens a share waits for."""

from collections import Counter
from collections.abc import Iterable

from chalicelib.analytics.tallies import Part
from chalicelib.core.outbox import Person, record
from chalicelib.core.tables import Write, put

VISITOR = Person("visitor", "")
"""The actor of what visitors of shares do, who are no members."""


def records(parts: Iterable[Part]) -> list[Write]:
    """Record the share links that were opened, each with how often, to be put where it is counted.

    What is counted together makes one record of a link, so that a link that a thousand open in a
    second does not write a thousand records into its tenant's month.
    """
    opened = [(part.opens, part.visit) for part in parts if part.opens is not None]
    times = Counter(share_id for share_id, _ in opened)
    latest = dict(sorted(opened, key=lambda one: one[1].at))
    return [
        put(
            record(
                visit.tenant_id,
                VISITOR,
                "share.opened",
                ("share", share_id),
                visit.at,
                new={"views": times[share_id]},
            )
        )
        for share_id, visit in latest.items()
    ]
