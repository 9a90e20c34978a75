"""How a workflow moves: a change is put together here, and written whole or not at all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from pynamodb.expressions.condition import Condition

from chalicelib.core import clock
from chalicelib.core.due import due_key
from chalicelib.core.outbox import SYSTEM, Person, record
from chalicelib.core.tables import Write, put, transact
from chalicelib.tenants import accounts
from chalicelib.workflows import approvers, templates
from chalicelib.workflows.approvers import Assignment
from chalicelib.workflows.models import (
    HistoryEntry,
    VersionReview,
    WorkflowInstance,
    WorkflowSnapshot,
    WorkflowStep,
    review_key,
    reviews_key,
    step_key,
)
from chalicelib.workflows.reading import Workflow
from chalicelib.workflows.templates import Step

UNSETTLED = timedelta(seconds=60)
"""When somebody else does what follows from a change, if its author did not get to it."""

Ending = Literal[
    "approved", "auto_approved", "rejected", "changes_requested", "expired", "cancelled"
]


StepStatus = Literal["pending", "active", "escalated", "approved", "rejected", "expired"]


class Change:
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
        self._read = None if is_new else int(self._instance.revision)
        self._steps: dict[str, WorkflowStep] = {}
        self._writes: list[Write] = []

    def note(
        self,
        action: str,
        *,
        actor: Person | None = None,
        comment: str = "",
        told: bool = True,
        **facts: Any,
    ) -> None:
        """Write an entry of the history, and unless told otherwise a record for others to act on.

        Args:
            action: what happened, such as `delegated`.
            actor: who did it, if not the change's author.
            comment: what they said.
            told: whether the audit trail has it, too.
            facts: more for the record.
        """
        instance, who = self._instance, actor or self._actor
        instance.entries = int(instance.entries) + 1
        entry = HistoryEntry(
            instance.pk,
            f"HISTORY#{int(instance.entries):06d}",
            at=clock.timestamp(self._now),
            actor=msgspec.to_builtins(who),
            action=action,
            step_id=instance.step_id,
            comment=comment,
        )
        self._writes.append(put(entry))
        if told:
            new = {
                "asset_id": instance.asset_id,
                "version": int(instance.number),
                "title": instance.title,
                "step_id": instance.step_id,
                "turn": int(instance.turn),
                "comment": comment,
            }
            subject = ("workflow", str(instance.workflow_id))
            written = record(
                instance.tenant_id, who, f"workflow.{action}", subject, self._now, new=new | facts
            )
            self._writes.append(put(written))

    def keep_snapshot(self) -> None:
        """Keep the template by which the workflow runs, whatever becomes of the tenant's own."""
        values = msgspec.to_builtins(self._workflow.template)
        self._writes.append(put(WorkflowSnapshot(self._instance.pk, "TEMPLATE", values=values)))

    def open_step(self, position: int) -> None:
        """Open a step, and assign it to those who may decide it now."""
        self._instance.position = position
        self._instance.escalated = False
        self._workflow.assignments = []
        step = self._workflow.current
        self._instance.step_id = step.id
        tenant_id, template = self._instance.tenant_id, self._workflow.template
        chosen = approvers.of_step(tenant_id, template, step, self._instance.uploader["id"])
        self._time(step, opened_at=clock.timestamp(self._now))
        if chosen:
            self._assign("active", chosen)
            self.note("step_opened", actor=SYSTEM)
        else:
            self.escalate("nobody can decide this step", unfulfillable=True)

    def escalate(self, comment: str, *, unfulfillable: bool = False) -> None:
        """Hand the step to those it escalates to, for the same time again."""
        step = self._workflow.current
        tenant_id, template = self._instance.tenant_id, self._workflow.template
        enabled = accounts.settings_of(accounts.get(tenant_id)).escalation_enabled
        chosen = approvers.of_escalation(
            tenant_id, template, step, self._instance.uploader["id"], enabled=enabled
        )
        self._instance.escalated = True
        self._time(step, escalated=True)
        self._assign("escalated", chosen)
        self.note("escalated", actor=SYSTEM, comment=comment, unfulfillable=unfulfillable)

    def keep_assignments(self) -> None:
        """Write the present step's assignments as they now are."""
        step = self._workflow.step
        step.assignments = approvers.stored(self._workflow.assignments)
        self._steps[step.sk] = step

    def pass_step(self) -> bool:
        """Close the step as approved and open the next; False if it was the last."""
        self._close_step("approved")
        following = int(self._instance.position) + 1
        if following == len(self._workflow.template.steps):
            return False
        self.open_step(following)
        return True

    def end(self, status: Ending, step_status: StepStatus, reason: str | None = None) -> None:
        """End the workflow, and say what became of the step at which it was."""
        if self._instance.turn:
            self._close_step(step_status)
        self._instance.status = status
        self._instance.reason = reason
        self._instance.turn = int(self._instance.turn) + 1
        self._instance.deadline = self._instance.open_in = None
        self._instance.ended_at = clock.timestamp(self._now)

    def writes(self) -> list[Write]:
        """Give the writes; they fail when somebody else changed the workflow meanwhile."""
        instance = self._instance
        condition: Condition = WorkflowInstance.pk.does_not_exist()
        if self._read is not None:
            condition = WorkflowInstance.revision == self._read
            instance.revision = self._read + 1
        instance.due_shard, instance.due_at = due_key(self._now + UNSETTLED, instance.workflow_id)
        if instance.status == "auto_approved":
            instance.due_shard = instance.due_at = None
        steps = [put(step) for step in self._steps.values()]
        moved = self._read is None or instance.status != "in_progress"
        reviews = [self._review()] if moved else []
        return [put(instance, condition=condition), *steps, *reviews, *self._writes]

    def commit(self) -> None:
        """Write the change by itself.

        Raises:
            ConditionFailed: somebody else changed the workflow meanwhile.
        """
        transact(*self.writes())

    def _assign(self, status: StepStatus, chosen: Sequence[Assignment]) -> None:
        workflow, instance = self._workflow, self._instance
        instance.turn = int(instance.turn) + 1
        for one in chosen:
            one.turn = int(instance.turn)
        last = [one for one in workflow.assignments if one.turn == int(instance.turn) - 1]
        for earlier in last:
            if earlier.status == "pending":
                earlier.status = "over"
        workflow.assignments = [*last, *chosen]
        due = self._now + timedelta(seconds=templates.seconds(workflow.current))
        instance.opened_at, instance.deadline = clock.timestamp(self._now), clock.timestamp(due)
        key = step_key(int(instance.position))
        workflow.step = WorkflowStep(instance.pk, key, status=status, due_at=instance.deadline)
        self.keep_assignments()

    def _close_step(self, status: StepStatus) -> None:
        workflow = self._workflow
        for one in workflow.assignments:
            if one.status == "pending":
                one.status = "over"
        workflow.step.status = status
        workflow.step.due_at = None
        self._time(workflow.current, ended_at=clock.timestamp(self._now))
        self.keep_assignments()

    def _time(self, step: Step, **facts: Any) -> None:
        timings = dict(self._instance.timings)
        timings[step.id] = timings.get(step.id, {}) | facts
        self._instance.timings = timings

    def _review(self) -> Write:
        """Say which workflow the version is in; of two that begin at once one comes through."""
        instance = self._instance
        live = instance.status == "in_progress"
        review = VersionReview(
            reviews_key(instance.tenant_id, instance.asset_id),
            review_key(int(instance.number)),
            workflow_id=instance.workflow_id,
            number=int(instance.number),
            is_live=live,
            status=instance.status,
        )
        free = VersionReview.pk.does_not_exist() | (VersionReview.is_live == False)  # noqa: E712
        return put(review, condition=free if self._read is None else None)
