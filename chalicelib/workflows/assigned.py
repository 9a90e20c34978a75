"""What a member has to decide, and which version they may see because of it."""

from typing import Any

from chalicelib.core.identity import Actor
from chalicelib.core.tables import find
from chalicelib.workflows import approvers, reading, starting
from chalicelib.workflows.models import WorkflowAssignment, WorkflowInstance, assignee_key
from chalicelib.workflows.reading import Workflow


def open_for(
    tenant_id: str, member_id: str, limit: int, position: Any = None
) -> tuple[list[Workflow], Any]:
    """Read one page of the workflows that wait for a member, the most urgent first.

    Returns:
        The workflows, perhaps fewer than the limit, and the next position or None.
    """
    results = WorkflowAssignment.by_assignee.query(
        assignee_key(tenant_id, member_id),
        limit=limit,
        page_size=limit,
        last_evaluated_key=position,
    )
    found = []
    for item in results:
        workflow = _waiting(item, member_id)
        if workflow is not None:
            found.append(workflow)
    return found, results.last_evaluated_key


def all_of(tenant_id: str, member_id: str) -> list[Workflow]:
    """Read every workflow that waits for a member."""
    items = WorkflowAssignment.by_assignee.query(assignee_key(tenant_id, member_id))
    waiting = [_waiting(item, member_id) for item in items]
    return [workflow for workflow in waiting if workflow is not None]


def version_for(actor: Actor, asset_id: str) -> int | None:
    """Give the number of an asset's version on which a member has to decide, if there is one."""
    for review in starting.reviews(actor.tenant_id, asset_id):
        if not review.is_live:
            continue
        workflow = reading.load(actor.tenant_id, review.workflow_id)
        mine = next((one for one in workflow.pending if one.id == actor.id), None)
        if mine is not None and (mine.role is None or mine.role in actor.roles):
            return int(workflow.instance.number)
    return None


def took_part(workflow: Workflow, member_id: str) -> bool:
    """Say whether a member has, or had, an assignment in a workflow."""
    return any(
        one.id == member_id
        for step in reading.steps(workflow.instance)
        for one in approvers.load(step.assignments)
    )


def _waiting(item: WorkflowAssignment, member_id: str) -> Workflow | None:
    """Read the workflow of an index item, which may be behind."""
    instance = find(WorkflowInstance, item.pk.removesuffix("#assigned"), "WORKFLOW")
    if instance is None:
        return None
    workflow = reading.of_instance(instance)
    return workflow if any(one.id == member_id for one in workflow.pending) else None
