"""The tasks of a job: which there are, and how one begins and ends."""

from datetime import datetime

import msgspec

from chalicelib.assets.tasks import ContentTask, JobType, Task, TaskError
from chalicelib.core import clock

CONTENT_TASKS: tuple[ContentTask, ...] = ("thumbnail", "metadata", "decoding")
"""The tasks on a content, in the order in which jobs show them.

`decoding` makes sure that a picture, film or sound can be decoded where nobody asked for
thumbnails; it does the first half of that task, and jobs show it as one where it fails.
"""

MAX_ATTEMPTS = 5


def job_type_of(name: ContentTask) -> JobType:
    """Return as which type jobs show a task on a content."""
    return "thumbnail" if name == "decoding" else name


def begun(task: Task, now: datetime) -> Task:
    """Return the task as it is while it runs once more."""
    return Task(
        job_type=task.job_type,
        status="running",
        attempts=task.attempts + 1,
        started_at=clock.timestamp(now),
    )


def ended(
    task: Task, now: datetime, error: TaskError | None = None, peak_memory_bytes: int | None = None
) -> Task:
    """Return the task as it is when it has run."""
    begin = datetime.fromisoformat(task.started_at) if task.started_at else now
    return msgspec.structs.replace(
        task,
        status="failed" if error else "completed",
        finished_at=clock.timestamp(now),
        duration_seconds=round((now - begin).total_seconds(), 3),
        peak_memory_bytes=peak_memory_bytes,
        error=error,
    )
