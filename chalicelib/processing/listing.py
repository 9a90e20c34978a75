"""Jobs by status, and the tasks that are under way: read from the newest assets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata
from chalicelib.assets.tasks import Task, TaskStatus
from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.pages import Position
from chalicelib.processing import jobs, other_jobs, progress
from chalicelib.processing.jobs import Job
from chalicelib.processing.other_jobs import Listed

Json = dict[str, Any]

NEWEST = 500
"""Among so many assets what is under way is looked for; older ones are done."""


class Place(msgspec.Struct):
    """Where a page stopped: in the list of assets and in that of other jobs.

    Attributes:
        assets: the position behind the last asset; None before the first.
        others: the position behind the last other job; None before the first.
        over: the names of the lists of which nothing follows.
    """

    assets: Position = None
    others: Position = None
    over: list[Literal["assets", "others"]] = []


def page(
    actor: Actor, status: TaskStatus | None, limit: int, position: Json | None
) -> tuple[list[Job], Json | None]:
    """Read a page of the jobs that the actor sees, the newest first.

    It may be short: jobs in another state are left out, and assets that no upload made.

    Args:
        actor: who looks.
        status: of the jobs that are wanted; None for all.
        limit: at most so many.
        position: where the last page stopped, as JSON.

    Returns:
        The jobs, and where the next page begins.
    """
    place, now = msgspec.convert(position or {}, Place), clock.now()
    assets, after_assets = _assets(actor, limit, place, now)
    others, after_others = _others(actor, limit, place, now)
    keys = [str(asset.asset_id) for asset, _ in assets] + [one.note.listed_as for one in others]
    last = sorted(keys, reverse=True)[:limit][-1] if keys else ""
    taken = [(asset, face) for asset, face in assets if asset.asset_id >= last]
    beside = [one for one in others if one.note.listed_as >= last]
    following = Place(after_assets, after_others)
    if len(taken) < len(assets):
        following.assets = catalog.position_of(taken[-1][0]) if taken else place.assets
    elif after_assets is None:
        following.over.append("assets")
    if len(beside) < len(others):
        following.others = other_jobs.position_of(beside[-1].note) if beside else place.others
    elif after_others is None:
        following.over.append("others")
    wanted = [(str(asset.asset_id), face.number) for asset, face in taken]
    found = progress.of_many(actor.tenant_id, wanted)
    listed = [(str(one.upload.asset_id), jobs.describe(one)) for one in found]
    listed += [(one.note.listed_as, one.job) for one in beside]
    listed.sort(key=lambda one: one[0], reverse=True)
    shown = [job for _, job in listed if status in (None, job.status)]
    is_over = len(following.over) == 2
    return shown, None if is_over else msgspec.to_builtins(following)


def _assets(
    actor: Actor, limit: int, place: Place, now: datetime
) -> tuple[list[tuple[AssetMetadata, Face]], Position]:
    if "assets" in place.over:
        return [], None
    return catalog.page(actor, limit, place.assets, now, trashed=False, newest_first=True)


def _others(actor: Actor, limit: int, place: Place, now: datetime) -> tuple[list[Listed], Position]:
    if "others" in place.over:
        return [], None
    return other_jobs.page(actor, limit, place.others, now)


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
