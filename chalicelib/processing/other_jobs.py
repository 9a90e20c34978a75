"""Jobs that no asset's upload leads to: zips, tables, tasks run again, hand-overs, renames."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, TypeVar

from chalicelib.assets import catalog, job_notes
from chalicelib.assets.hand_over.models import HAND_OVER, HandOver
from chalicelib.assets.job_notes import JobNote
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import pages
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import NotFound
from chalicelib.core.pages import Position
from chalicelib.core.tables import find_many
from chalicelib.processing import hand_overs, renames
from chalicelib.processing.jobs import Job
from chalicelib.processing.reruns import jobs as reruns
from chalicelib.processing.reruns.models import RerunJob
from chalicelib.processing.transfers import jobs as transfers
from chalicelib.processing.transfers.models import TRANSFER, TransferJob
from chalicelib.processing.zips import jobs as zips
from chalicelib.processing.zips.models import ZipJob
from chalicelib.search.naming.models import MOVE, Move
from chalicelib.tenants.roles import ADMINS, EDITORS

OtherJob = ZipJob | RerunJob | HandOver | TransferJob | Move
J = TypeVar("J", ZipJob, RerunJob, HandOver, TransferJob, Move)


class Noted(NamedTuple):
    """A note with its job, None where that is gone, and the asset that it is about, if any."""

    note: JobNote
    job: OtherJob | None
    asset: AssetMetadata | None


class Listed(NamedTuple):
    """A job as the actor sees it, and its note."""

    note: JobNote
    job: Job


def page(
    actor: Actor, limit: int, position: Position, now: datetime
) -> tuple[list[Listed], Position]:
    """Read a page of those that the actor may see, the newest first."""

    def read(at_most: int, start: Position) -> tuple[list[Noted], Position]:
        notes, following = pages.read(
            JobNote,
            job_notes.notes_key(actor.tenant_id),
            limit=at_most,
            position=start,
            newest_first=True,
        )
        return _with_jobs(actor.tenant_id, notes), following

    def shown(noted: Noted) -> Listed | None:
        job = _described(actor, noted, now)
        return None if job is None else Listed(noted.note, job)

    return pages.kept(
        read, shown, lambda one: position_of(one.note), limit=limit, position=position
    )


def position_of(note: JobNote) -> Position:
    """Return the position behind a note."""
    return {"pk": {"S": note.pk}, "sk": {"S": note.sk}}


def _with_jobs(tenant_id: str, notes: Iterable[JobNote]) -> list[Noted]:
    """Read the jobs of notes, and the assets of those that run again, a hundred in a request."""
    notes = list(notes)

    def read(model: type[J], kind: str) -> dict[tuple[str, str], J]:
        keys = [(f"{tenant_id}#{note.job_id}", kind) for note in notes if note.kind == kind]
        return {(str(job.pk), str(job.sk)): job for job in find_many(model, keys)}

    found: dict[tuple[str, str], OtherJob] = {
        **read(ZipJob, "ZIP"),
        **read(RerunJob, "RERUN"),
        **read(HandOver, HAND_OVER),
        **read(TransferJob, TRANSFER),
        **read(Move, MOVE),
    }
    about = {str(job.asset_id) for job in found.values() if isinstance(job, RerunJob)}
    assets = catalog.find_many(tenant_id, sorted(about))
    listed = []
    for note in notes:
        job = found.get((f"{tenant_id}#{note.job_id}", note.kind))
        asset = assets.get(job.asset_id) if isinstance(job, RerunJob) else None
        listed.append(Noted(note, job, asset))
    return listed


def _described(actor: Actor, noted: Noted, now: datetime) -> Job | None:
    """Show a job to those who would find it by its id, and to nobody else."""
    job = noted.job
    if isinstance(job, ZipJob):
        return zips.describe(job, now) if zips.may_see(actor, job, now) else None
    if isinstance(job, TransferJob):
        return transfers.describe(job, now) if transfers.may_see(actor, job) else None
    if isinstance(job, HandOver):
        return hand_overs.describe(job) if actor.has(ADMINS) else None
    if isinstance(job, Move):
        return renames.describe(job) if actor.has(EDITORS) else None
    if job is None:
        return None
    try:
        seen = catalog.visible(actor, noted.asset)
    except NotFound:
        return None
    return reruns.describe(job) if catalog.sees_version(seen, actor, job.number) else None
