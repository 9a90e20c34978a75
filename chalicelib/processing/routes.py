"""Processing jobs over HTTP."""

import time
from contextlib import suppress
from typing import Annotated

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.downloads import NotReady
from chalicelib.assets.hand_over import jobs as handing
from chalicelib.assets.hand_over.models import HandOver
from chalicelib.assets.tasks import TaskStatus
from chalicelib.core import clock
from chalicelib.core.api import lists, waits
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import Conflict, NotFound, invalid
from chalicelib.processing import (
    examples,
    hand_overs,
    jobs,
    listing,
    progress,
    renames,
    statistics,
)
from chalicelib.processing.jobs import Job
from chalicelib.processing.progress import Progress
from chalicelib.processing.reruns import jobs as reruns
from chalicelib.processing.reruns.models import AgainTask, RerunJob
from chalicelib.processing.statistics import CountedType, TypeStatistics
from chalicelib.processing.transfers import jobs as transfers
from chalicelib.processing.transfers.models import TransferJob
from chalicelib.processing.zips import jobs as zips
from chalicelib.processing.zips.models import ZipJob
from chalicelib.search.naming import moves
from chalicelib.search.naming.models import Move
from chalicelib.tenants import scopes
from chalicelib.tenants.quotas import QuotaExceeded
from chalicelib.tenants.roles import CONTRIBUTORS, EDITORS, MEMBERS, OVERSEERS

AnyJob = Progress | ZipJob | RerunJob | HandOver | TransferJob | Move


def _find(actor: Actor, job_or_asset_id: str) -> AnyJob:
    try:
        return progress.find(actor, job_or_asset_id)
    except NotFound:
        pass
    others = (zips.find_for, reruns.find_for, handing.find_for, transfers.find_for, moves.find_for)
    for find_for in others:
        with suppress(NotFound):
            return find_for(actor, job_or_asset_id)
    raise NotFound("There is no such job.")


api = Routes[Actor](
    __name__,
    scopes=scopes.ASSETS,
    loaders={"job_id": ("job", _find)},
    variables={"job_id": "The job's id, or its asset's."},
    tags={"processing": "What becomes of uploaded bytes: scan, thumbnails, metadata; other jobs."},
)

_POLL_SECONDS = (0.1, 1.0)
"""The first and the longest wait between two looks at a job, each half as long again."""


class StatusQuery(msgspec.Struct):
    """How long to wait for the next change.

    Attributes:
        wait: seconds; the answer comes at the next change, or when they are over.
    """

    wait: Annotated[float, msgspec.Meta(ge=0, le=20)] = 0


class Retried(msgspec.Struct):
    """The job that runs again.

    Attributes:
        job_id: to ask `GET processing/{id}/status/` for.
    """

    job_id: str


class TasksWanted(msgspec.Struct):
    """What to run again of an asset that is ready.

    Attributes:
        asset_id: whose newest `main` version is meant.
        tasks: which; `conversion` makes renditions anew, `virus_scan` scans with the newest
            signatures, and an infected version is quarantined; `embed_metadata` makes the rendition
            `described`, a copy of a JPEG, PNG or WebP into which is written what is said of it now.
    """

    asset_id: str
    tasks: Annotated[list[AgainTask], msgspec.Meta(min_length=1, max_length=6)]


class JobQuery(ListQuery, kw_only=True):
    """Which jobs.

    Attributes:
        status: how far they are; all unless said otherwise.
    """

    status: TaskStatus | None = None


class StatisticsQuery(msgspec.Struct):
    """Of which time.

    Attributes:
        days: the last so many, today included.
    """

    days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 30


class Statistics(msgspec.Struct):
    """What became of tasks.

    Attributes:
        by_type: numbers, durations and memory of each type of task.
    """

    by_type: dict[CountedType, TypeStatistics]


@api.get("/processing", may=MEMBERS)
def list_jobs(actor: Actor, query: JobQuery) -> Page[Job]:
    """List the jobs that you see, the newest first; a page may be short.

    There are those of the assets that you see, the zips and tables of metadata that you asked for,
    and to admins all of these and what hands over a member's things.
    """

    def read(limit: int, position: listing.Json | None) -> tuple[list[Job], listing.Json | None]:
        return listing.page(actor, query.status, limit, position)

    # Whoever holds the cursor sees the list with their own eyes, so a member is part of it.
    return lists.page(f"jobs of {actor.id}", actor.tenant_id, query, read, lambda job: job)


@api.get("/processing/statistics", may=OVERSEERS)
def show_processing_statistics(actor: Actor, query: StatisticsQuery) -> Statistics:
    """Tell how many tasks ended how in the last days, and what they took."""
    unfinished = listing.under_way(actor.tenant_id)
    return Statistics(statistics.of_days(actor.tenant_id, query.days, clock.now(), unfinished))


@api.post("/processing", may=EDITORS, status=202, problems=[NotFound, NotReady])
def run_again(actor: Actor, body: TasksWanted) -> Retried:
    """Run tasks of a ready asset again: new thumbnails, facts or renditions, another scan."""
    if len({*body.tasks}) < len(body.tasks):
        raise invalid("tasks", "A task is named more than once")
    asset = catalog.visible(actor, body.asset_id)
    return Retried(reruns.request(actor, asset, body.tasks, clock.now()))


@api.get("/processing/{job_id}/status", may=MEMBERS, example=examples.JOB)
def show_job(actor: Actor, job: AnyJob, query: StatusQuery) -> Job:
    """Show a job, by its id or its asset's; `wait` answers at the next change.

    Three requests of a member wait at a time; a further one is answered at once.
    """
    shown = _described(job)
    if query.wait == 0 or not _may_change(shown):
        return shown
    with waits.place(actor, query.wait) as granted:
        return _changed(job, shown, query.wait) if granted else shown


def _described(job: AnyJob) -> Job:
    if isinstance(job, RerunJob):
        return reruns.describe(job)
    if isinstance(job, HandOver):
        return hand_overs.describe(job)
    if isinstance(job, TransferJob):
        return transfers.describe(job, clock.now())
    if isinstance(job, Move):
        return renames.describe(job)
    return zips.describe(job, clock.now()) if isinstance(job, ZipJob) else jobs.describe(job)


def _read_again(job: AnyJob) -> AnyJob:
    if isinstance(job, RerunJob):
        return reruns.read_again(job)
    if isinstance(job, HandOver):
        return hand_overs.read_again(job)
    if isinstance(job, TransferJob):
        return transfers.read_again(job)
    if isinstance(job, Move):
        return renames.read_again(job)
    return zips.read_again(job) if isinstance(job, ZipJob) else progress.refreshed(job)


def _changed(job: AnyJob, first: Job, seconds: float) -> Job:
    """Wait for a job to change; gives it as it is when it has, or when the time is over."""
    deadline = time.monotonic() + seconds
    shown, (pause, longest) = first, _POLL_SECONDS
    while shown == first and _may_change(shown) and time.monotonic() < deadline:
        time.sleep(pause)  # DynamoDB has nothing to wait on
        pause = min(longest, pause * 1.5)
        job = _read_again(job)
        shown = _described(job)
    return shown


def _may_change(shown: Job) -> bool:
    return shown.status in {"pending", "running"}


@api.post(
    "/processing/{job_id}/retry", may=CONTRIBUTORS, status=202, problems=[Conflict, QuotaExceeded]
)
def retry_job(actor: Actor, job: AnyJob) -> Retried:
    """Run the failed tasks of a job again."""
    if isinstance(job, ZipJob):
        zips.retry(job)
        return Retried(job.job_id)
    if isinstance(job, RerunJob):
        reruns.retry(job, clock.now())
        return Retried(job.job_id)
    if isinstance(job, HandOver):
        handing.retry(job, clock.now())
        return Retried(job.job_id)
    if isinstance(job, TransferJob):
        transfers.retry(job)
        return Retried(job.job_id)
    if isinstance(job, Move):
        raise Conflict("A job that renames goes on by itself.")
    jobs.retry(job, actor, clock.now())
    return Retried(job.upload.upload_id)
