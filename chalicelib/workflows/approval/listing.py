"""Lists of workflows: a tenant's, an asset's, or what waits for a member."""

from typing import Any

from chalicelib.assets import catalog
from chalicelib.assets.models import asset_key
from chalicelib.core import pages
from chalicelib.core.api.identity import Actor
from chalicelib.core.pages import Position
from chalicelib.tenants import roles
from chalicelib.workflows.approval import assignments, reading
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.models import WorkflowInstance


def page(
    actor: Actor,
    limit: int,
    position: Position,
    *,
    status: str | None = None,
    mine: bool = False,
    asset_id: str | None = None,
) -> tuple[list[Workflow], Position]:
    """Read one page of the workflows that an actor sees: all, or those of their own uploads.

    Args:
        actor: who looks.
        limit: at most so many.
        position: where the last page stopped.
        status: only those in this state.
        mine: only those that wait for the actor; the most urgent first instead of the newest.
        asset_id: only those of this asset.

    Returns:
        The workflows, perhaps fewer than the limit, and the next position or None.

    Raises:
        NotFound: there is no such asset, or not for this actor.
    """
    if asset_id is not None:
        catalog.visible(actor, asset_id)

    def fits(instance: WorkflowInstance) -> bool:
        of_asset = asset_id in (None, instance.asset_id)
        return of_asset and status in (None, instance.status)

    if mine:
        waiting, following = assignments.open_for(actor.tenant_id, actor.id, limit, position)
        return [workflow for workflow in waiting if fits(workflow.instance)], following
    index: Any = WorkflowInstance.by_tenant if asset_id is None else WorkflowInstance.by_asset
    key = actor.tenant_id if asset_id is None else asset_key(actor.tenant_id, asset_id)
    overseer = actor.has(roles.OVERSEERS)

    def read(at_most: int, start: Position) -> tuple[list[WorkflowInstance], Position]:
        return pages.read(index, key, limit=at_most, position=start, newest_first=True)

    def seen(instance: WorkflowInstance) -> Workflow | None:
        own = overseer or actor.id in instance.maker_ids
        if fits(instance) and (own or (asset_id and _takes_part(instance, actor))):
            return reading.of_instance(instance)
        return None

    def position_of(instance: WorkflowInstance) -> Position:
        names = ("pk", "sk", "listed_in" if asset_id is None else "asset_key", "workflow_id")
        return {name: {"S": getattr(instance, name)} for name in names}

    return pages.kept(read, seen, position_of, limit=limit, position=position)


def _takes_part(instance: WorkflowInstance, actor: Actor) -> bool:
    return assignments.took_part(reading.of_instance(instance), actor.id)
