"""Jobs that hand over: asked for, worked on in slices, found again.

The request that asks for one works on it for some seconds; the sweeper does what is left then, or
when that request died. Each slice of work can be done twice.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib.assets import job_notes
from chalicelib.assets.hand_over.models import HAND_OVER, HandOver, job_key
from chalicelib.assets.hand_over.parts import Handing, Moved, parts
from chalicelib.assets.tasks import TaskError
from chalicelib.core import clock, entrypoint
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.outbox import AuditRecord, Person, record
from chalicelib.core.tables import ConditionFailed, change, find, put, transact, update
from chalicelib.tenants.models import Member, member_key
from chalicelib.tenants.roles import ADMINS

log = logging.getLogger(__name__)

_AT_ONCE_SECONDS = 8.0
"""For so long the request works on the job by itself; the gateway waits for 29 seconds."""

_SWEPT_AFTER = timedelta(minutes=1)

_LEFT = TaskError("taker_inactive", "Whoever was to get it all is no active member any more.")


def request(tenant_id: str, giver: Person, taker: Person, actor: Person, now: datetime) -> HandOver:
    """Begin to hand over all that a member owns; return the job, which may be done already.

    Args:
        tenant_id: where.
        giver: who owns it.
        taker: who gets it, another active member.
        actor: the admin who asks for it.
        now: when.
    """
    job_id = clock.new_id(now)
    job = HandOver(
        job_key(tenant_id, job_id),
        HAND_OVER,
        tenant_id=tenant_id,
        job_id=job_id,
        giver=giver,
        taker=taker,
        requested_by=actor,
        status="pending",
        created_at=clock.timestamp(now),
    )
    job.make_due(now + _SWEPT_AFTER, job_id)
    written = _record(job, "member.hand_over_begun", now)
    noted = job_notes.noted(tenant_id, "HANDOVER", job_id, now)
    transact(put(job, condition=HandOver.pk.does_not_exist()), put(written), noted)
    until = time.monotonic() + _AT_ONCE_SECONDS
    try:
        work(job, now, lambda: time.monotonic() < until)
    except Exception:
        log.exception("the sweeper goes on", extra={"job_id": job_id})
    return job


def go_on(pk: str, now: datetime) -> None:
    """Work on a job that is due, as long as the function has time."""
    job = find(HandOver, pk, HAND_OVER)
    if job is not None and job.due_at is not None:
        work(job, now, entrypoint.has_time)


def work(job: HandOver, now: datetime, has_time: Callable[[], bool]) -> None:
    """Hand over slice by slice, until all is done, the time is over, or another process goes on."""
    handing = Handing(job.tenant_id, job.giver, job.taker, job.requested_by)
    every = parts.get()
    try:
        while job.status in {"pending", "running"} and has_time():
            if job.part >= len(every):
                _end(job, None)
            elif not _is_active(job.tenant_id, job.taker.id):
                _end(job, _LEFT)
            else:
                part = every[job.part]
                _note(job, part.kind, part.take(handing, job.position, now), now)
    except ConditionFailed:
        log.info("another process goes on", extra={"job_id": job.job_id})


def find_for(actor: Actor, job_id: str) -> HandOver:
    """Read a job for an admin.

    Raises:
        NotFound: there is none, or not for the actor.
    """
    job = find(HandOver, job_key(actor.tenant_id, job_id), HAND_OVER)
    if job is None or not actor.has(ADMINS):
        raise NotFound("There is no such job.")
    return job


def retry(job: HandOver, now: datetime) -> None:
    """Have a failed job go on where it was.

    Raises:
        Conflict: it has not failed.
    """
    again = [HandOver.status.set("pending"), HandOver.error.remove(), HandOver.finished_at.remove()]
    try:
        update(
            job,
            *again,
            *HandOver.due_actions(now, job.job_id),
            condition=HandOver.status == "failed",
        )
    except ConditionFailed:
        raise Conflict("Nothing of this job has failed.") from None


def _note(job: HandOver, kind: str, moved: Moved, now: datetime) -> None:
    """Note a slice of work that is done.

    Raises:
        ConditionFailed: another process has noted one meanwhile.
    """
    over = moved.position is None
    counts = job.moved | {kind: job.moved.get(kind, 0) + moved.number}
    position = HandOver.position
    update(
        job,
        HandOver.status.set("running"),
        HandOver.moved.set(counts),
        HandOver.part.set(job.part + over),
        position.remove() if over else position.set(moved.position),
        HandOver.revision.set(job.revision + 1),
        *HandOver.due_actions(now + _SWEPT_AFTER, job.job_id),
        condition=HandOver.revision == job.revision,
    )


def _end(job: HandOver, error: TaskError | None) -> None:
    """End a job, with what is wrong if it failed.

    Raises:
        ConditionFailed: another process has ended it meanwhile.
    """
    job.status = "completed" if error is None else "failed"
    ended_at = clock.now()
    job.finished_at, job.error = clock.timestamp(ended_at), error
    done = [
        HandOver.status.set(job.status),
        HandOver.finished_at.set(job.finished_at),
        HandOver.revision.set(job.revision + 1),
        *HandOver.due_actions(None, job.job_id),
        *([HandOver.error.set(error)] if error else []),
    ]
    action = "member.handed_over" if error is None else "member.hand_over_failed"
    ended = change(job, *done, condition=HandOver.revision == job.revision)
    transact(ended, put(_record(job, action, ended_at)))


def _record(job: HandOver, action: str, now: datetime) -> AuditRecord:
    told = {"to": job.taker.id, "to_email": job.taker.email, "job_id": job.job_id} | job.moved
    subject = ("member", job.giver.id)
    return record(job.tenant_id, job.requested_by, action, subject, now, new=told)


def _is_active(tenant_id: str, member_id: str) -> bool:
    member = find(Member, tenant_id, member_key(member_id))
    return member is not None and bool(member.is_active)
