"""Running tasks of a ready asset again: asked for, found, described, tried again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from chalicelib.assets import catalog, contents, job_notes
from chalicelib.assets.contents import Content
from chalicelib.assets.downloads import NotReady
from chalicelib.assets.models import AssetMetadata
from chalicelib.assets.tasks import ContentTask, Task, TaskStatus
from chalicelib.core import clock, queues
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Conflict, NotFound, invalid
from chalicelib.core.outbox import record
from chalicelib.core.settings import settings
from chalicelib.core.tables import (
    ConditionFailed,
    Write,
    change,
    find,
    find_many,
    put,
    transact,
    update,
)
from chalicelib.processing import arrivals, content_tasks
from chalicelib.processing.conversion import boards, copies, requests
from chalicelib.processing.conversion.models import Conversion, sort_key
from chalicelib.processing.jobs import Job
from chalicelib.processing.reruns.models import AgainTask, RerunJob, job_key

KEPT = timedelta(days=30)
"""How long a job can be looked at."""

_READY = frozenset({"in_review", "approved", "rejected"})
_CONTENT_TASKS: tuple[ContentTask, ...] = ("thumbnail", "metadata")
_STUCK_AFTER = timedelta(minutes=10)
"""When the sweeper looks whether all of a job was sent, and sends what was not."""


def request(actor: Actor, asset: AssetMetadata, names: list[AgainTask], now: datetime) -> str:
    """Run tasks of the newest version's bytes again; gives the job's id.

    Raises:
        NotReady: the version is still in work, or has failed.
        Invalid: there is nothing to convert of such a file.
    """
    face = asset.current
    if face.status not in _READY or face.sha256 is None:
        raise NotReady(f"Tasks of a ready asset run again; this one is {face.status}.")
    content = contents.get(asset.tenant_id, face.sha256)
    if content is None or content.state != "stored":
        raise NotReady("The version's bytes are just being removed.")
    for name in ("conversion", "compression"):
        if name in names and not _renditions(content, name):
            raise invalid("tasks", f"Nothing of this kind of file has a {name}")
    if "embed_metadata" in names and not copies.can_be_described(content):
        raise invalid("tasks", "Metadata is written into a JPEG, PNG or WebP alone")
    job_id = clock.new_id(now)
    job = RerunJob(
        job_key(asset.tenant_id, job_id),
        "RERUN",
        tenant_id=asset.tenant_id,
        job_id=job_id,
        asset_id=asset.asset_id,
        number=face.number,
        sha256=face.sha256,
        generation=content.generation,
        tasks=names,
        scan_task=Task(job_type="virus_scan") if "virus_scan" in names else None,
        requested_by=actor.person,
        created_at=clock.timestamp(now),
        asked_at=clock.timestamp(now),
        ttl=int((now + KEPT).timestamp()),
    )
    subject = ("asset", str(asset.asset_id))
    told = {"job_id": job_id, "version": face.number, "tasks": names}
    written = record(asset.tenant_id, actor.person, "asset.processed_again", subject, now, new=told)
    noted = job_notes.noted(asset.tenant_id, "RERUN", job_id, now, job.ttl)
    _begin(job, content, names, now, [put(job), put(written), noted])
    return job_id


def find_for(actor: Actor, job_id: str) -> RerunJob:
    """Read a job for those who see its version.

    Raises:
        NotFound: there is none, or the actor may not see what it is about.
    """
    job = find(RerunJob, job_key(actor.tenant_id, job_id), "RERUN")
    if job is None:
        raise NotFound("There is no such job.")
    try:
        asset = catalog.visible(actor, str(job.asset_id))
    except NotFound:
        raise NotFound("There is no such job.") from None
    if not catalog.sees_version(asset, actor, job.number):
        raise NotFound("There is no such job.")
    return job


def read_again(job: RerunJob) -> RerunJob:
    """Read a job as it is now."""
    return find(RerunJob, job.pk, job.sk) or job


def describe(job: RerunJob) -> Job:
    """Show a job, put together from its scan and its content's tasks."""
    shown = list(_tasks(job))
    over = sum(task.status in {"completed", "failed"} for task in shown)
    return Job(
        id=job.job_id,
        asset_id=job.asset_id,
        status=_status(shown),
        progress_percent=over * 100 // len(shown),
        tasks=shown,
    )


def retry(job: RerunJob, now: datetime) -> None:
    """Run those tasks of a job again that failed.

    Raises:
        Conflict: none has, or the bytes are gone.
    """
    failed = [task.job_type for task in _tasks(job) if task.status == "failed"]
    content = contents.get(job.tenant_id, job.sha256)
    names = [name for name in job.tasks if name in failed]
    if not names or content is None or content.generation != job.generation:
        raise Conflict("Nothing of this job has failed.")
    asked_at, before = clock.timestamp(now), job.asked_at
    begin = [RerunJob.asked_at.set(asked_at)]
    if "virus_scan" in names:
        job.scan_task = Task(job_type="virus_scan")
        begin.append(RerunJob.scan_task.set(job.scan_task))
    job.asked_at = asked_at
    _begin(job, content, names, now, [change(job, *begin, condition=RerunJob.asked_at == before)])


def _begin(
    job: RerunJob, content: Content, names: Iterable[str], now: datetime, writes: list[Write]
) -> None:
    """Note what is to be done, in one transaction, and send it; the sweeper sends what was not.

    Raises:
        NotReady: the content is being deleted at this moment.
    """
    again: set[ContentTask] = {name for name in _CONTENT_TASKS if name in names}
    noted = [
        *(content_tasks.afresh(again) if again else ()),
        *([Content.is_rerun.set(True)] if again else ()),
        *Content.due_actions(now + _STUCK_AFTER, content.pk),
        Content.reruns.add({job.job_id}),
    ]
    writes.append(change(content, *noted, condition=contents.is_kept(content)))
    try:
        transact(*writes)
    except ConditionFailed:
        raise NotReady("The version's bytes are just being removed.") from None
    content.pending = {*(content.pending or ()), *again}
    _send(job, content, now)


def go_on(tenant_id: str, sha256: str, now: datetime) -> bool:
    """Send what is left to do of a content's jobs, and look again later; gives whether it is so."""
    content = contents.get(tenant_id, sha256)
    if content is None or not content.reruns:
        return False
    keys = [(job_key(tenant_id, job_id), "RERUN") for job_id in sorted(content.reruns)]
    left = [job for job in find_many(RerunJob, keys) if _is_under_way(job)]
    over = {*content.reruns} - {job.job_id for job in left}
    done = [Content.reruns.delete(over)] if over else []
    later = Content.due_actions(now + _STUCK_AFTER, content.pk)
    try:
        update(content, *done, *later, condition=contents.is_kept(content))
    except ConditionFailed:
        return False
    for job in left:
        _send(job, content, now)
    return bool(left)


def _is_under_way(job: RerunJob) -> bool:
    return _status(list(_tasks(job))) in {"pending", "running"}


def _send(job: RerunJob, content: Content, now: datetime) -> None:
    """Send what a job has still to do. Idempotent."""
    for name in sorted(_CONTENT_TASKS):
        if name in job.tasks and name in (content.pending or ()):
            arrivals.send_task(content.tenant_id, content.sha256, name)
    if job.scan_task is not None and job.scan_task.status in {"pending", "running"}:
        send_scan(content, job.job_id)
    for kind in ("conversion", "compression"):
        if kind in job.tasks:
            _convert(content, _renditions(content, kind), job, now)
    if "embed_metadata" in job.tasks:
        _describe(content, job, now)


def send_scan(content: Content, job_id: str | None) -> None:
    """Ask for a content to be scanned again, as part of a job or of none."""
    large = content.size_bytes > arrivals.LARGE_ABOVE_BYTES
    queue = settings().scan_large_queue if large else settings().scan_small_queue
    body = {"tenant_id": content.tenant_id, "sha256": content.sha256, "job_id": job_id}
    queues.send(queue, content.tenant_id, body)


def _convert(content: Content, names: list[str], job: RerunJob, now: datetime) -> None:
    """Have renditions made that were not since the job was asked for."""
    for name in names:
        if requests.ask(content, name, now):
            continue
        found = find(Conversion, content.pk, sort_key(name))
        if found is not None and _is_older(found, job):
            requests.ask_again(found, now)


def _describe(content: Content, job: RerunJob, now: datetime) -> None:
    """Have the asset's copy made, unless one was since that says the same."""
    asset_id = str(job.asset_id)
    found = find(Conversion, content.pk, copies.key_of(asset_id))
    asset = catalog.find_many(job.tenant_id, [asset_id]).get(asset_id)
    if asset is None:
        return
    wanted = copies.described_now(asset)
    if found is None or found.described != wanted or _is_older(found, job):
        copies.ask(content, wanted, now)


def _renditions(content: Content, kind: str) -> list[str]:
    """Return what a conversion, or a compression, makes of such a content."""
    if kind == "compression":
        return ["optimised"] if content.kind in {"image", "video"} else []
    if boards.has_slides(content.content_type, content.technical):
        return ["slides"]
    return {"video": ["master"], "image": ["web"]}.get(content.kind, [])


def _tasks(job: RerunJob) -> Iterable[Task]:
    content = contents.get(job.tenant_id, job.sha256)
    if content is not None and content.generation != job.generation:
        content = None
    for name in job.tasks:
        if name == "virus_scan":
            yield job.scan_task or Task(job_type="virus_scan")
        elif content is None:
            yield Task(job_type=name, status="completed")
        elif name == "thumbnail" or name == "metadata":
            yield content_tasks.task_of(content, name) or Task(job_type=name)
        else:
            keys = [(content.pk, sort_key(one)) for one in _renditions(content, name)]
            if name == "embed_metadata":
                keys = [(content.pk, copies.key_of(str(job.asset_id)))]
            found = {one.sk: one for one in find_many(Conversion, keys)}
            for _, key in keys:
                one = found.get(key)
                waits = one is None or _is_older(one, job)
                yield Task(job_type=name) if one is None or waits else one.shown


def _is_older(conversion: Conversion, job: RerunJob) -> bool:
    """Return whether a rendition was made, or failed, before the job was asked for."""
    finished_at = conversion.task.finished_at
    return finished_at is not None and finished_at < job.asked_at


def _status(shown: list[Task]) -> TaskStatus:
    states = {task.status for task in shown}
    if states & {"pending", "running"}:
        return "pending" if states == {"pending"} else "running"
    return "failed" if "failed" in states else "completed"
