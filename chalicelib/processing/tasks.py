"""The state of one task, as a job shows it and the table holds it."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from chalicelib.core import clock

JobType = Literal["virus_scan", "thumbnail", "metadata", "conversion", "compression"]
TaskStatus = Literal["pending", "running", "completed", "failed"]

CONTENT_TASKS: tuple[JobType, ...] = ("thumbnail", "metadata")
"""The tasks on a content, in the order in which jobs show them."""

MAX_ATTEMPTS = 5


class TaskError(msgspec.Struct):
    """Why a task failed: a code for programs, a sentence for people."""

    code: str
    message: str


class Task(msgspec.Struct, kw_only=True):
    """One task of a job."""

    job_type: JobType
    status: TaskStatus = "pending"
    attempts: int = 0
    started_at: str | None = None
    finished_at: str | None = None
    duration_seconds: float | None = None
    peak_memory_bytes: int | None = None
    error: TaskError | None = None


def read(stored: dict[str, Any] | None, job_type: JobType) -> Task:
    """Read a task as a table holds it; one never begun is pending."""
    return msgspec.convert(stored, Task) if stored else Task(job_type=job_type)


def stored(task: Task) -> dict[str, Any]:
    """Write a task as a table holds it."""
    value: dict[str, Any] = msgspec.to_builtins(task)
    return value


def begun(task: Task, now: datetime) -> Task:
    """Give the task as it is while it runs once more."""
    return Task(
        job_type=task.job_type,
        status="running",
        attempts=task.attempts + 1,
        started_at=clock.timestamp(now),
    )


def ended(
    task: Task, now: datetime, error: TaskError | None = None, peak_memory_bytes: int | None = None
) -> Task:
    """Give the task as it is when it has run."""
    begin = datetime.fromisoformat(task.started_at) if task.started_at else now
    return msgspec.structs.replace(
        task,
        status="failed" if error else "completed",
        finished_at=clock.timestamp(now),
        duration_seconds=round((now - begin).total_seconds(), 3),
        peak_memory_bytes=peak_memory_bytes,
        error=error,
    )
