"""Jobs that rename tags and categories everywhere, shown like other jobs."""

from datetime import datetime

from chalicelib.assets.tasks import Task, TaskStatus
from chalicelib.core.tables import find
from chalicelib.processing.jobs import Job, Refused
from chalicelib.search.naming import moves
from chalicelib.search.naming.models import MOVE, Move

_SHOWN = 200


def describe(job: Move) -> Job:
    """Show a job."""
    ended = datetime.fromisoformat(job.finished_at) if job.finished_at else None
    took = ended - datetime.fromisoformat(job.created_at) if ended else None
    status: TaskStatus = "completed" if ended else "running"
    done = job.changed + job.refused_count
    task = Task(
        job_type="rename",
        status=status,
        attempts=1,
        started_at=job.created_at,
        finished_at=job.finished_at,
        duration_seconds=took.total_seconds() if took is not None else None,
    )
    return Job(
        id=job.job_id,
        asset_id=None,
        status=status,
        progress_percent=100 if ended else min(99, done * 100 // max(1, job.total)),
        tasks=[task],
        changed=job.changed,
        refused_count=job.refused_count,
        refused=[Refused(*one) for one in moves.refusals(job, _SHOWN).items()],
    )


def read_again(job: Move) -> Move:
    """Read a job as it is now."""
    return find(Move, job.pk, MOVE) or job
