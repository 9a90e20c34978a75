"""What a member has to decide, and which version they may see because of it."""

from chalicelib.core import pages
from chalicelib.core.api.identity import Actor
from chalicelib.core.pages import Position
from chalicelib.core.tables import find
from chalicelib.tenants import roles
from chalicelib.workflows.approval import reading
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.models import WorkflowAssignment, WorkflowInstance, assignee_key


def open_for(
    tenant_id: str, member_id: str, limit: int, position: Position = None
) -> tuple[list[Workflow], Position]:
    """Read one page of the workflows that wait for a member, the most urgent first.

    Returns:
        The workflows, perhaps fewer than the limit, and the next position or None.
    """
    key = assignee_key(tenant_id, member_id)
    listed, following = pages.read(
        WorkflowAssignment.by_assignee, key, limit=limit, position=position
    )
    found = []
    for item in listed:
        workflow = _waiting(item, member_id)
        if workflow is not None:
            found.append(workflow)
    return found, following


def all_of(tenant_id: str, member_id: str) -> list[Workflow]:
    """Read every workflow that waits for a member."""
    items = WorkflowAssignment.by_assignee.query(assignee_key(tenant_id, member_id))
    waiting = [_waiting(item, member_id) for item in items]
    return [workflow for workflow in waiting if workflow is not None]


def version_for(actor: Actor, asset_id: str) -> int | None:
    """Return the number of an asset's version on which a member has to decide, if there is one.

    People decide, and no program that acts for them.
    """
    if actor.key is not None:
        return None
    for review in reading.reviews(actor.tenant_id, asset_id, with_proposals=True):
        if not review.is_live:
            continue
        workflow = reading.load(actor.tenant_id, review.workflow_id)
        mine = next((one for one in workflow.pending if one.id == actor.id), None)
        if mine is not None and (mine.role is None or mine.role in actor.roles):
            return workflow.instance.number
    return None


def concerns(workflow: Workflow, actor: Actor) -> bool:
    """Return whether an actor may know of a workflow, whatever has become of its asset."""
    if actor.id in workflow.instance.maker_ids or actor.has(roles.OVERSEERS):
        return True
    return workflow.mine(actor.id) is not None or took_part(workflow, actor.id)


def took_part(workflow: Workflow, member_id: str) -> bool:
    """Return whether a member has, or had, an assignment in a workflow."""
    return any(
        one.id == member_id for step in reading.steps(workflow.instance) for one in step.assignments
    )


def _waiting(item: WorkflowAssignment, member_id: str) -> Workflow | None:
    """Read the workflow of an index item, which may be behind."""
    instance = find(WorkflowInstance, item.pk.removesuffix("#assigned"), "WORKFLOW")
    if instance is None:
        return None
    workflow = reading.of_instance(instance)
    return workflow if any(one.id == member_id for one in workflow.pending) else None
