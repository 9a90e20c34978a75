"""Jobs that hand over what a member owns, shown like other jobs."""

from datetime import datetime

import msgspec

from chalicelib.assets.hand_over.models import HAND_OVER, HandOver
from chalicelib.assets.hand_over.parts import parts
from chalicelib.assets.tasks import Task, TaskStatus
from chalicelib.core.tables import find
from chalicelib.processing.jobs import Job


def describe(job: HandOver) -> Job:
    """Show a job."""
    status = msgspec.convert(job.status, TaskStatus)
    ended = datetime.fromisoformat(job.finished_at) if job.finished_at else None
    took = ended - datetime.fromisoformat(job.created_at) if ended else None
    task = Task(
        job_type="hand_over",
        status=status,
        attempts=int(job.status != "pending"),
        started_at=job.created_at,
        finished_at=job.finished_at,
        duration_seconds=took.total_seconds() if took is not None else None,
        error=job.error,
    )
    return Job(
        id=job.job_id,
        asset_id=None,
        status=status,
        progress_percent=100 if ended else min(99, job.part * 100 // len(parts.get())),
        tasks=[task],
        handed_over=job.moved,
    )


def read_again(job: HandOver) -> HandOver:
    """Read a job as it is now."""
    return find(HandOver, job.pk, HAND_OVER) or job
