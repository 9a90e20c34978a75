"""What became of a tenant's workflows, reckoned from the workflows' own records."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from chalicelib.core import clock
from chalicelib.workflows.approval import reading
from chalicelib.workflows.models import WorkflowInstance, WorkflowStep, step_key

_DECIDED = frozenset({"approved", "rejected", "changes_requested", "expired"})
"""Endings that a review came to, by people or by its deadline."""


class CompletionHours(msgspec.Struct):
    """How long reviews took from beginning to end; null where there were none.

    Attributes:
        mean: in hours; null where no review ended.
        median: in hours, half of them took less; null where no review ended.
        p95: in hours, 95 of 100 took less; null where no review ended.
    """

    mean: float | None
    median: float | None
    p95: float | None


class Bottleneck(msgspec.Struct):
    """A step: how many workflows wait in it now, and how long it took in the time looked at.

    Attributes:
        template_id: the template.
        step_id: the step in it.
        waiting: how many workflows wait in it now.
        median_hours: how long it took, half of the times less; null where it did not end in that
            time.
    """

    template_id: str
    step_id: str
    waiting: int
    median_hours: float | None


class Statistics(msgspec.Struct, kw_only=True):
    """What became of the workflows that began in a time, and what waits now, whenever it began.

    `completion_hours` and `rejection_rate` are of those that came to a decision, by people or by
    their deadline; `escalation_rate` is of all that people had to decide. Approvers are named by
    their addresses, steps by their ids, the slowest and fullest first.

    Attributes:
        by_status: how many workflows there are, by status.
        completion_hours: how long they took from beginning to end.
        pending_by_step: how many wait now, by the id of the step.
        pending_by_approver: how many wait now for each person, by address.
        bottlenecks: the steps that hold up most, the slowest and fullest first.
        escalation_rate: the share of workflows that escalated, from 0 to 1.
        rejection_rate: the share of decided workflows that were rejected, from 0 to 1.
    """

    by_status: dict[str, int]
    completion_hours: CompletionHours
    pending_by_step: dict[str, int]
    pending_by_approver: dict[str, int]
    bottlenecks: list[Bottleneck]
    escalation_rate: float
    rejection_rate: float


def of_days(tenant_id: str, days: int, now: datetime) -> Statistics:
    """Reckon the statistics of the workflows that began in the last days."""
    return between(tenant_id, now - timedelta(days=days), now + timedelta(minutes=1))


def between(tenant_id: str, since: datetime, until: datetime) -> Statistics:
    """Reckon the statistics of the workflows that began from one time until before another."""
    begun = list(
        WorkflowInstance.by_tenant.query(
            tenant_id,
            WorkflowInstance.workflow_id.between(clock.first_id(since), clock.first_id(until)),
        )
    )
    waiting = reading.under_way(tenant_id)
    decided = [one for one in begun if one.status in _DECIDED]
    reviewed = [one for one in begun if one.status != "auto_approved"]
    escalated = [one for one in reviewed if any(t.escalated for t in one.timings.values())]
    hours = [_hours(one.created_at, str(one.ended_at)) for one in decided]
    return Statistics(
        by_status=dict(Counter(one.status for one in begun)),
        completion_hours=CompletionHours(
            mean=statistics.fmean(hours) if hours else None,
            median=_quantile(hours, 0.5),
            p95=_quantile(hours, 0.95),
        ),
        pending_by_step=dict(Counter(str(one.step_id) for one in waiting)),
        pending_by_approver=_by_approver(waiting),
        bottlenecks=_bottlenecks(begun, waiting),
        escalation_rate=len(escalated) / len(reviewed) if reviewed else 0.0,
        rejection_rate=_share(decided, "rejected"),
    )


def _by_approver(waiting: Sequence[WorkflowInstance]) -> dict[str, int]:
    keys = [(one.pk, step_key(one.position)) for one in waiting]
    counts: Counter[str] = Counter()
    for step in WorkflowStep.batch_get(keys) if keys else []:
        pending = [a for a in step.assignments if a.status == "pending"]
        counts.update(one.email for one in pending)
    return dict(counts)


def _bottlenecks(
    begun: Sequence[WorkflowInstance], waiting: Sequence[WorkflowInstance]
) -> list[Bottleneck]:
    hours: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in begun:
        for step_id, timing in one.timings.items():
            if timing.opened_at is not None and timing.ended_at is not None:
                spent = _hours(timing.opened_at, timing.ended_at)
                hours[one.template_id, step_id].append(spent)
    held = Counter((str(one.template_id), str(one.step_id)) for one in waiting)
    found = [
        Bottleneck(template_id, step_id, held[template_id, step_id], _quantile(took, 0.5))
        for template_id, step_id in {**hours, **held}
        for took in [hours.get((template_id, step_id), [])]
    ]
    return sorted(found, key=lambda b: (-b.waiting, -(b.median_hours or 0), b.step_id))


def _share(instances: Sequence[WorkflowInstance], status: str) -> float:
    return sum(one.status == status for one in instances) / len(instances) if instances else 0.0


def _hours(begin: str, end: str) -> float:
    took = datetime.fromisoformat(end) - datetime.fromisoformat(begin)
    return took.total_seconds() / 3600


def _quantile(values: Sequence[float], share: float) -> float | None:
    """Return the value below which a share lies, interpolated linearly; None of no values."""
    if len(values) < 2:
        return values[0] if values else None
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]
