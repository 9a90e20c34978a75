"""Jobs that make zips: asked for, found, described, tried again."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from chalicelib.assets import downloads, file_names, job_notes
from chalicelib.assets.downloads import Download, NotReady, Quarantined
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata
from chalicelib.assets.tasks import Task, TaskError, TaskStatus
from chalicelib.core import clock, queues, signing
from chalicelib.core.api.identity import Actor, KeyLimits
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.outbox import Person
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, find, put, transact, update
from chalicelib.processing.jobs import Job
from chalicelib.processing.zips import planning
from chalicelib.processing.zips.models import ZipJob, ZipPart, job_key, part_key
from chalicelib.processing.zips.planning import Wanted
from chalicelib.processing.zips.rights import NoMember, Reader
from chalicelib.tenants.roles import ADMINS

KEPT = timedelta(days=7)
"""How long a zip can be fetched; the bucket's lifecycle rule deletes it afterwards."""

_WITHDRAWN = TaskError(
    "outdated", "Something in this zip is not open to you any more; ask for a new one."
)


def request(
    tenant_id: str,
    assets: Sequence[tuple[AssetMetadata, Face]],
    requested_by: Person,
    now: datetime,
    *,
    as_member: bool = False,
    key: KeyLimits | None = None,
    rendition: str | None = None,
    name: str = "assets",
    job_id: str | None = None,
) -> str:
    """Have a job make a zip of assets.

    What may not be had any more when it is made is left out, and what is not ready yet is part of
    it if it is ready then.

    Args:
        tenant_id: whose assets.
        assets: which, in their order, each with the face whose bytes are wanted.
        requested_by: who asks; they and admins can follow the job.
        now: when.
        as_member: give what this member gets by themselves; otherwise, as to visitors of a share,
            what is published.
        key: the API key by which the member asks.
        rendition: the name of a rendition; the originals unless said otherwise.
        name: what the zip is called, without `.zip`.
        job_id: the job's id where it is asked for again and again; it is made once.

    Returns:
        The job's id.

    Raises:
        NotReady: nothing of them can be downloaded yet.
        NotFound: none of them has such a rendition.
        ZipTooLarge: together they are too much.
    """
    parts = planning.split(_wanted(assets, rendition))
    job_id, ttl = job_id or clock.new_id(now), int((now + KEPT).timestamp())
    job = ZipJob(
        job_key(tenant_id, job_id),
        "ZIP",
        tenant_id=tenant_id,
        job_id=job_id,
        name=file_names.cleaned(re.sub(r"[/\\]", "-", name)) or "assets",
        requested_by=requested_by,
        as_member=as_member,
        key_role=key.role if key else None,
        rendition=rendition,
        part_count=len(parts),
        total_bytes=sum(one.size_bytes for part in parts for one in part),
        created_at=clock.timestamp(now),
        ttl=ttl,
    )
    items = [
        ZipPart(job.pk, part_key(number), asset_ids=[one.asset_id for one in part], ttl=ttl)
        for number, part in enumerate(parts)
    ]
    try:
        noted = job_notes.noted(tenant_id, "ZIP", job_id, now, ttl)
        transact(put(job, ZipJob.pk.does_not_exist()), noted, *(put(item) for item in items))
    except ConditionFailed:
        return job_id  # somebody else has asked for it at this very moment
    send(job)
    return job_id


def send(job: ZipJob) -> None:
    """Ask for the next file of a job."""
    body = {"tenant_id": job.tenant_id, "job_id": job.job_id}
    queues.send(settings().zips_queue, job.tenant_id, body)


def get(tenant_id: str, job_id: str, now: datetime) -> ZipJob:
    """Read a job.

    Raises:
        NotFound: there is none, or its zips are gone.
    """
    job = find(ZipJob, job_key(tenant_id, job_id), "ZIP")
    if job is None or _is_gone(job, now):
        raise NotFound("There is no such job.")
    return job


def find_for(actor: Actor, job_id: str) -> ZipJob:
    """Read a job for whoever asked for it, or an admin; of a member's keys for those of one role.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    now = clock.now()
    job = get(actor.tenant_id, job_id, now)
    if not may_see(actor, job, now):
        raise NotFound("There is no such job.")
    return job


def may_see(actor: Actor, job: ZipJob, now: datetime) -> bool:
    """Return whether a job is there for somebody: who asked for it, or an admin."""
    same_key = actor.key is None or actor.key.role == job.key_role
    is_theirs = actor.id == job.requested_by.id and same_key
    return (is_theirs or actor.has(ADMINS)) and not _is_gone(job, now)


def _is_gone(job: ZipJob, now: datetime) -> bool:
    return datetime.fromisoformat(job.created_at) + KEPT <= now


def read_again(job: ZipJob) -> ZipJob:
    """Read a job as it is now."""
    return get(job.tenant_id, job.job_id, clock.now())


def describe(job: ZipJob, now: datetime) -> Job:
    """Show a job; with its zips' URLs, once it is done and while all in them may be had."""
    shown = Job(
        id=job.job_id,
        asset_id=None,
        status=msgspec.convert(job.status, TaskStatus),
        progress_percent=_percent(job),
        tasks=[_task(job)],
        left_out=job.left_out,
    )
    if job.status != "completed":
        return shown
    urls = download_urls(job, now)
    if not urls:
        task = msgspec.structs.replace(shown.tasks[0], status="failed", error=_WITHDRAWN)
        return msgspec.structs.replace(shown, status="failed", tasks=[task])
    shown.download_url = urls[0]
    if len(urls) > 1:
        shown.download_urls = urls
    return shown


def download_urls(job: ZipJob, now: datetime) -> list[str]:
    """Sign the URLs of a job's zips for a few minutes; none where `files` gives none."""
    return [url for url, _ in files(job, now)]


def files(job: ZipJob, now: datetime) -> list[tuple[str, list[str]]]:
    """Return the zips of a job: URLs, good for a few minutes, each with the ids of what is in it.

    There are none while the job is not done, nor when something in them is not open any more to
    whoever asked for them.
    """
    if job.status != "completed":
        return []
    made = [
        part
        for part in ZipPart.query(job.pk, ZipPart.sk.startswith("ZIP#PART#"), consistent_read=True)
        if part.included
    ]
    included = [entry for part in made for entry in part.included or ()]
    try:
        open_to_them = Reader.of(job).may_have(included, now)
    except NoMember:
        return []
    if not open_to_them:
        return []
    return [
        (
            _url(job, part, f"{number} of {len(made)}" if len(made) > 1 else "", now),
            [asset_id for asset_id, _ in part.included or ()],
        )
        for number, part in enumerate(made, 1)
    ]


def object_key(job: ZipJob, sort_key: str) -> str:
    """Return the key of a part's zip in the renditions bucket."""
    return f"zips/{job.tenant_id}/{job.job_id}/{sort_key.rpartition('#')[2]}.zip"


def retry(job: ZipJob) -> None:
    """Have a failed job try its next file again; all of them where nothing was to be had.

    Raises:
        Conflict: it has not failed.
    """
    again = [
        ZipJob.status.set("pending"),
        ZipJob.attempts.set(0),
        ZipJob.error.remove(),
        ZipJob.finished_at.remove(),
    ]
    if job.parts_done == job.part_count:
        again += [
            counter.set(0) for counter in (ZipJob.parts_done, ZipJob.done_bytes, ZipJob.left_out)
        ]
    try:
        update(job, *again, condition=ZipJob.status == "failed")
    except ConditionFailed:
        raise Conflict("Nothing of this job has failed.") from None
    send(job)


def find_bytes(found: tuple[AssetMetadata, Face], rendition: str | None) -> Download | None:
    """Return where the bytes for a zip are; None where there are none to give."""
    try:
        return downloads.find_bytes(*found, rendition)
    except (NotReady, NotFound, Quarantined):
        return None


def _wanted(assets: Sequence[tuple[AssetMetadata, Face]], rendition: str | None) -> list[Wanted]:
    sources = [find_bytes(found, rendition) for found in assets]
    if not any(sources):
        if rendition is not None and any(find_bytes(found, None) for found in assets):
            raise NotFound("There is no such rendition.")
        raise NotReady("There is nothing to download of these assets yet.")
    return [
        Wanted(asset.asset_id, source.size_bytes if source else 0)
        for (asset, _), source in zip(assets, sources, strict=True)
    ]


def _percent(job: ZipJob) -> int:
    if job.status in {"completed", "failed"}:
        return 100
    return min(99, (job.done_bytes + job.file_bytes) * 100 // max(1, job.total_bytes))


def _task(job: ZipJob) -> Task:
    begin, end = (
        datetime.fromisoformat(at) if at else None for at in (job.started_at, job.finished_at)
    )
    return Task(
        job_type="zip",
        status=msgspec.convert(job.status, TaskStatus),
        attempts=job.attempts,
        started_at=job.started_at,
        finished_at=job.finished_at,
        duration_seconds=(end - begin).total_seconds() if begin and end else None,
        error=job.error,
    )


def _url(job: ZipJob, part: ZipPart, number: str, now: datetime) -> str:
    name = f"{' '.join(filter(None, (job.name, number)))}.zip"
    return signing.media_url(
        f"renditions/{object_key(job, part.sk)}",
        now,
        downloads.LIFETIME,
        {
            "response-content-disposition": downloads.disposition(name),
            "response-content-type": "application/zip",
        },
    )
