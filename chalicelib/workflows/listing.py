"""Lists of workflows: a tenant's, an asset's, or what waits for somebody."""

from typing import Any

from chalicelib.assets import catalog
from chalicelib.assets.models import asset_key
from chalicelib.core.identity import Actor
from chalicelib.tenants import roles
from chalicelib.workflows import assigned, reading
from chalicelib.workflows.models import WorkflowInstance
from chalicelib.workflows.reading import Workflow


def page(
    actor: Actor,
    limit: int,
    position: Any,
    *,
    status: str | None = None,
    mine: bool = False,
    asset_id: str | None = None,
) -> tuple[list[Workflow], Any]:
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
        waiting, following = assigned.open_for(actor.tenant_id, actor.id, limit, position)
        return [workflow for workflow in waiting if fits(workflow.instance)], following
    index: Any = WorkflowInstance.by_tenant if asset_id is None else WorkflowInstance.by_asset
    key = actor.tenant_id if asset_id is None else asset_key(actor.tenant_id, asset_id)
    results = index.query(
        key,
        scan_index_forward=False,
        limit=limit,
        page_size=limit,
        last_evaluated_key=position,
    )
    overseer = actor.has(roles.OVERSEERS)
    found = []
    for instance in results:
        own = overseer or instance.uploader["id"] == actor.id
        if fits(instance) and (own or (asset_id and _takes_part(instance, actor))):
            found.append(reading.of_instance(instance))
    return found, results.last_evaluated_key


def _takes_part(instance: WorkflowInstance, actor: Actor) -> bool:
    return assigned.took_part(reading.of_instance(instance), actor.id)
