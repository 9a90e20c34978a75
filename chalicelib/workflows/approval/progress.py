"""How a workflow moves: a change is put together here, and written whole or not at all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from pynamodb.expressions.condition import Condition

from chalicelib.core import clock
from chalicelib.core.due import due_key
from chalicelib.core.outbox import SYSTEM, Person, record
from chalicelib.core.tables import ConditionFailed, Write, put, transact
from chalicelib.workflows.approval import approvers, life
from chalicelib.workflows.approval.approvers import Staff
from chalicelib.workflows.approval.life import Ending, StepStatus
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.models import (
    PROPOSAL_KEY,
    HistoryEntry,
    VersionReview,
    WorkflowInstance,
    WorkflowSnapshot,
    WorkflowStep,
    review_key,
    reviews_key,
    step_key,
)
from chalicelib.workflows.steps import Assignment, Timing
from chalicelib.workflows.templates import definition
from chalicelib.workflows.templates.definition import Step, Template

_MOST_TOLD = 20
"""So many of a step's approvers its record names; a record is published whole."""

FOLLOWED_UP_AFTER = timedelta(seconds=60)
"""When the recovery does what follows from a change, if its author did not get to it."""


class WorkflowChange:
    """A change of one workflow, by one actor, at one time.

    Args:
        workflow: as it was read; it is altered in place.
        actor: who changes it.
        now: when.
        is_new: it is being made.
    """

    def __init__(
        self, workflow: Workflow, actor: Person, now: datetime, *, is_new: bool = False
    ) -> None:
        self._workflow = workflow
        self._instance = workflow.instance
        self._actor = actor
        self._now = now
        self._read = None if is_new else self._instance.revision
        self._steps: dict[str, WorkflowStep] = {}
        self._writes: list[Write] = []

    def note(
        self,
        action: str,
        *,
        actor: Person | None = None,
        comment: str = "",
        told: bool = True,
        to: Person | None = None,
        **facts: Any,
    ) -> None:
        """Write an entry of the history, and unless told otherwise a record for others to act on.

        Args:
            action: what happened, such as `delegated`.
            actor: who did it, if not the change's author.
            comment: what they said.
            told: whether the audit trail has it, too.
            to: whom something was handed to.
            facts: more for the record.
        """
        instance, who = self._instance, actor or self._actor
        instance.entries = instance.entries + 1
        entry = HistoryEntry(
            instance.pk,
            f"HISTORY#{instance.entries:06d}",
            at=clock.timestamp(self._now),
            actor=msgspec.to_builtins(who),
            action=action,
            step_id=instance.step_id,
            comment=comment,
            to=to,
        )
        self._writes.append(put(entry))
        if told:
            new: dict[str, Any] = {
                "asset_id": instance.asset_id,
                "version": instance.number,
                "title": instance.title,
                "step_id": instance.step_id,
                "turn": instance.turn,
                "comment": comment,
            }
            if to is not None:
                new |= {"to": to.id, "to_email": to.email}
            subject = ("workflow", str(instance.workflow_id))
            written = record(
                instance.tenant_id, who, f"workflow.{action}", subject, self._now, new=new | facts
            )
            self._writes.append(put(written))

    def keep_snapshot(self) -> None:
        """Keep the template by which the workflow runs, whatever becomes of the tenant's own."""
        values = msgspec.to_builtins(self._workflow.template)
        self._writes.append(put(WorkflowSnapshot(self._instance.pk, "TEMPLATE", values=values)))

    def open_step(self, position: int, staff: Staff) -> None:
        """Open a step, and assign it to those who may decide it now."""
        self._instance.position = position
        self._instance.escalated = False
        self._workflow.assignments = []
        step = self._workflow.current
        self._instance.step_id = step.id
        self._time(step, opened_at=clock.timestamp(self._now))
        maker_ids, why = self._instance.maker_ids, "nobody can decide this step"
        try:
            chosen = approvers.of_step(staff, self._workflow.template, step, maker_ids)
        except approvers.TooManyToAsk:
            chosen, why = [], "more people would have to approve this step than can be asked"
        if chosen:
            self._assign("active", chosen)
            self.note("step_opened", actor=SYSTEM, assigned_to=_told(chosen))
        else:
            self.escalate(why, staff, stuck=True)

    def escalate(self, comment: str, staff: Staff, *, stuck: bool = False) -> None:
        """Hand the step to those it escalates to, for the same time again.

        Args:
            comment: why.
            staff: whom it may be handed to.
            stuck: nobody could decide it, of which admins are told.
        """
        step = self._workflow.current
        makers = self._instance.maker_ids
        chosen = approvers.of_escalation(staff, self._workflow.template, step, makers)
        self._instance.escalated = True
        self._time(step, escalated=True)
        self._assign("escalated", chosen)
        self.note(
            "escalated",
            actor=SYSTEM,
            comment=comment,
            unfulfillable=stuck,
            assigned_to=_told(chosen),
        )

    def keep_assignments(self) -> None:
        """Write the present step's assignments as they now are."""
        step = self._workflow.step
        step.assignments = self._workflow.assignments
        self._steps[step.sk] = step

    def following(self) -> int | None:
        """Return the position of the step that comes after the present one; None after the last."""
        order = self._workflow.order
        after = order[order.index(self._instance.position) + 1 :]
        return after[0] if after else None

    def extend(self, template: Template) -> int:
        """Let the steps of a template come after the last ones; gives the first."""
        workflow, instance = self._workflow, self._instance
        order = workflow.order
        first = len(workflow.template.steps)
        instance.order = [*order, *range(first, first + len(template.steps))]
        workflow.template = definition.on_top(workflow.template, template)
        self.keep_snapshot()
        return first

    def pass_step(self, following: int, staff: Staff) -> None:
        """Close the present step as approved and open another."""
        self._close_step("approved")
        self.open_step(following, staff)

    def end(self, status: Ending, reason: str | None = None) -> None:
        """End the workflow, and the step at which it is."""
        if self._instance.turn:
            self._close_step(life.STEP_AFTER[status])
        self._instance.status = status
        self._instance.reason = reason
        self._instance.turn = self._instance.turn + 1
        self._instance.deadline = self._instance.open_in = None
        self._instance.ended_at = clock.timestamp(self._now)

    def writes(self) -> list[Write]:
        """Return the writes; they fail when another request changed the workflow meanwhile."""
        instance = self._instance
        condition: Condition = WorkflowInstance.pk.does_not_exist()
        if self._read is not None:
            condition = WorkflowInstance.revision == self._read
            instance.revision = self._read + 1
        instance.due_shard, instance.due_at = due_key(
            self._now + FOLLOWED_UP_AFTER, instance.workflow_id
        )
        if instance.status == "auto_approved":
            instance.due_shard = instance.due_at = None
        steps = [put(step) for step in self._steps.values()]
        moved = self._read is None or instance.status != "in_progress"
        reviews = [self._review()] if moved else []
        return [put(instance, condition=condition), *steps, *reviews, *self._writes]

    def commit(self) -> None:
        """Write the change by itself.

        Raises:
            ConditionFailed: another request changed the workflow meanwhile.
        """
        transact(*self.writes())

    def _assign(self, status: StepStatus, chosen: Sequence[Assignment]) -> None:
        workflow, instance = self._workflow, self._instance
        instance.turn = instance.turn + 1
        for one in chosen:
            one.turn = instance.turn
        last = [one for one in workflow.assignments if one.turn == instance.turn - 1]
        for earlier in last:
            if earlier.status == "pending":
                earlier.status = "over"
        workflow.assignments = [*last, *chosen]
        due = self._now + timedelta(seconds=definition.seconds(workflow.current))
        instance.opened_at, instance.deadline = clock.timestamp(self._now), clock.timestamp(due)
        key = step_key(instance.position)
        life.require_move(workflow.step.status if workflow.step.sk == key else "pending", status)
        workflow.step = WorkflowStep(instance.pk, key, status=status, due_at=instance.deadline)
        self.keep_assignments()

    def _close_step(self, status: StepStatus) -> None:
        workflow = self._workflow
        if workflow.step.status not in ("active", "escalated"):
            raise ConditionFailed  # half of what another one wrote was read
        for one in workflow.assignments:
            if one.status == "pending":
                one.status = "over"
        life.require_move(workflow.step.status, status)
        workflow.step.status = status
        workflow.step.due_at = None
        self._time(workflow.current, ended_at=clock.timestamp(self._now))
        self.keep_assignments()

    def _time(self, step: Step, **facts: str | bool) -> None:
        timings = self._instance.timings
        timing = msgspec.structs.replace(timings.get(step.id, Timing()), **facts)
        self._instance.timings = timings | {step.id: timing}

    def _review(self) -> Write:
        """Return which workflow the version is in; of two that begin at once one comes through."""
        instance = self._instance
        live = instance.status == "in_progress"
        review = VersionReview(
            reviews_key(instance.tenant_id, instance.asset_id),
            review_key(instance.number) if instance.proposal is None else PROPOSAL_KEY,
            workflow_id=instance.workflow_id,
            number=instance.number,
            is_live=live,
            status=instance.status,
        )
        free = VersionReview.pk.does_not_exist() | (VersionReview.is_live == False)  # noqa: E712
        return put(review, condition=free if self._read is None else None)


def _told(chosen: Sequence[Assignment]) -> list[str]:
    """Return the ids of those that a record names."""
    return [one.id for one in chosen[:_MOST_TOLD]]
