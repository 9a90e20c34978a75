"""Jobs by status, and the tasks that are under way: read from the newest assets."""

from collections.abc import Sequence

from chalicelib.assets import catalog
from chalicelib.assets.models import AssetMetadata
from chalicelib.assets.tasks import Task, TaskStatus
from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.pages import Position
from chalicelib.processing import jobs, progress
from chalicelib.processing.jobs import Job

NEWEST = 500
"""Among so many assets what is under way is looked for; older ones are done."""


def page(
    actor: Actor, status: TaskStatus | None, limit: int, position: Position | None
) -> tuple[list[Job], Position | None]:
    """Read a page of the jobs of assets that the actor sees, the newest first.

    It may be short: jobs in another state are left out.

    Args:
        actor: who looks.
        status: of the jobs that are wanted; None for all.
        limit: at most so many.
        position: where the last page stopped.

    Returns:
        The jobs, and where the next page begins.
    """
    found, following = catalog.page(
        actor, limit, position, clock.now(), trashed=False, newest_first=True
    )
    wanted = [(str(asset.asset_id), face.number) for asset, face in found]
    shown = [jobs.describe(one) for one in progress.of_many(actor.tenant_id, wanted)]
    return [job for job in shown if status in (None, job.status)], following


def under_way(tenant_id: str) -> Sequence[Task]:
    """Return the tasks of a tenant's newest assets that wait or run."""
    newest = AssetMetadata.by_tenant.query(tenant_id, scan_index_forward=False, limit=NEWEST)
    wanted = [(str(asset.asset_id), int(asset.current.number)) for asset in newest]
    return [
        task
        for found in progress.of_many(tenant_id, wanted)
        if found.status in {"pending", "running"}
        for task in found.tasks
        if task.status in {"pending", "running"}
    ]
