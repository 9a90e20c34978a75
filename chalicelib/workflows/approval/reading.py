"""Workflows as they are read: the instance, its template, and the step at which it is."""

from dataclasses import dataclass, field

from chalicelib.assets.versions.moves import VersionRef
from chalicelib.core.errors import NotFound
from chalicelib.core.tables import find, find_many
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
    workflow_key,
)
from chalicelib.workflows.steps import Assignment
from chalicelib.workflows.templates import definition
from chalicelib.workflows.templates.definition import Step, Template


@dataclass
class Workflow:
    """A workflow as it was read: the instance, its template, and the step at which it is."""

    instance: WorkflowInstance
    template: Template
    step: WorkflowStep
    assignments: list[Assignment] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        """Return whether it is still under way."""
        return bool(self.instance.status == "in_progress")

    @property
    def current(self) -> Step:
        """The step at which it is, as the template has it."""
        return self.template.steps[self.instance.position]

    @property
    def pending(self) -> list[Assignment]:
        """Those who may decide now."""
        return [one for one in self.assignments if self.is_live and one.status == "pending"]

    @property
    def order(self) -> list[int]:
        """The positions of its steps, in the order in which they are decided."""
        return list(self.instance.order or range(len(self.template.steps)))

    def is_behind(self, position: int) -> bool:
        """Return whether a step need not be decided any more: it was, here or before."""
        order = self.order
        if self.instance.order is None:
            return position < self.instance.position
        return position not in order or order.index(position) < order.index(self.instance.position)

    @property
    def version(self) -> VersionRef:
        """Which version it is about."""
        found = self.instance
        return VersionRef(found.tenant_id, found.asset_id, found.number)

    def mine(self, member_id: str) -> Assignment | None:
        """Return a member's part in the present turn; None where they have none."""
        turn = self.instance.turn
        found = [one for one in self.assignments if one.id == member_id and one.turn == turn]
        return found[-1] if found else None


def load(tenant_id: str, workflow_id: str) -> Workflow:
    """Read a workflow, strongly consistent.

    Raises:
        NotFound: there is none.
    """
    key = workflow_key(tenant_id, workflow_id)
    instance = find(WorkflowInstance, key, "WORKFLOW")
    if instance is None:
        raise NotFound("There is no such workflow.")
    return of_instance(instance)


def of_instance(instance: WorkflowInstance) -> Workflow:
    """Read what belongs to an instance."""
    snapshot = find(WorkflowSnapshot, instance.pk, "TEMPLATE")
    assert snapshot is not None  # written together with the instance
    key = step_key(instance.position)
    step = find(WorkflowStep, instance.pk, key) or WorkflowStep(instance.pk, key, status="pending")
    template = definition.read(snapshot.values)
    return Workflow(instance, template, step, step.assignments)


def under_way(tenant_id: str) -> list[WorkflowInstance]:
    """Read a tenant's workflows that are under way."""
    keys = [(item.pk, item.sk) for item in WorkflowInstance.by_open.query(tenant_id)]
    found = find_many(WorkflowInstance, keys)
    return [instance for instance in found if instance.status == "in_progress"]


def steps(instance: WorkflowInstance) -> list[WorkflowStep]:
    """Read the steps that were opened, in their order."""
    return list(
        WorkflowStep.query(instance.pk, WorkflowStep.sk.startswith("STEP#"), consistent_read=True)
    )


def history(instance: WorkflowInstance) -> list[HistoryEntry]:
    """Read what happened in a workflow, the oldest first."""
    return list(
        HistoryEntry.query(
            instance.pk, HistoryEntry.sk.startswith("HISTORY#"), consistent_read=True
        )
    )


def is_reviewed(tenant_id: str, asset_id: str, number: int) -> bool:
    """Return whether a version is in a workflow that is under way."""
    review = review_of(tenant_id, asset_id, number)
    return review is not None and bool(review.is_live)


def review_of(tenant_id: str, asset_id: str, number: int) -> VersionReview | None:
    """Read which workflow a version is in, or was in last."""
    return find(VersionReview, reviews_key(tenant_id, asset_id), review_key(number))


def reviews(tenant_id: str, asset_id: str, *, with_proposals: bool = False) -> list[VersionReview]:
    """List the reviews of an asset's versions, the newest version's first.

    With proposals the review of an edit is the first.
    """
    found = VersionReview.query(
        reviews_key(tenant_id, asset_id),
        VersionReview.sk.startswith("REVIEW#"),
        scan_index_forward=False,
        consistent_read=True,
    )
    return [one for one in found if with_proposals or one.sk != PROPOSAL_KEY]
