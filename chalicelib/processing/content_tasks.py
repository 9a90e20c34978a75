"""The tasks on contents: begun, ended once, and taken up again."""

from datetime import datetime
from typing import Any

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.core.tables import ConditionFailed, Write, change, update
from chalicelib.processing import advancing, tasks
from chalicelib.processing.tasks import CONTENT_TASKS, JobType, Task, TaskError

_TASK_ATTRIBUTES: dict[JobType, Any] = {
    "thumbnail": Content.thumbnail_task,
    "metadata": Content.metadata_task,
}


def begin(content: Content, job_type: JobType, now: datetime) -> Task | None:
    """Note that a task runs; None when it was just ended, or the content deleted."""
    task = tasks.begun(tasks.read(_stored_task(content, job_type), job_type), now)
    try:
        update(
            content,
            _TASK_ATTRIBUTES[job_type].set(tasks.stored(task)),
            condition=Content.pending.contains(job_type) & contents.is_kept(content),
        )
    except ConditionFailed:
        return None
    return task


def finish(
    content: Content,
    task: Task,
    now: datetime,
    *,
    facts: dict[str, Any] | None = None,
    error: TaskError | None = None,
    peak_memory_bytes: int | None = None,
) -> bool:
    """Note what became of a task, and move the versions on when it was the last one.

    Of two deliveries that ran it at once, the first to end counts.

    Args:
        content: what it worked on.
        task: the task as `begin` gave it.
        now: the present time.
        facts: attributes of the content that the task found out.
        error: why it failed; the versions fail with this code.
        peak_memory_bytes: the most memory that it took.

    Returns:
        Whether it counts: another delivery may have been faster, or the content deleted.
    """
    done = tasks.ended(task, now, error, peak_memory_bytes)
    actions = [
        _TASK_ATTRIBUTES[task.job_type].set(tasks.stored(done)),
        Content.pending.delete({task.job_type}),
    ]
    actions += [getattr(Content, name).set(value) for name, value in (facts or {}).items()]
    if error is not None:
        actions.append(Content.failure.set(error.code))
    still_mine = Content.pending.contains(task.job_type) & contents.is_kept(content)
    try:
        update(content, *actions, condition=still_mine)
    except ConditionFailed:
        return False
    advancing.advance_all(content, now)
    return True


def revived(content: Content) -> list[Write]:
    """Let the failed tasks run again, as part of the transaction that takes a version back."""
    if content.failure is None:
        return []
    again = afresh(failed(content))
    return [change(content, *again, condition=contents.is_kept(content))]


def task_of(content: Content, job_type: JobType) -> Task | None:
    """Give a task of a content; None when nobody asked for it."""
    stored = _stored_task(content, job_type)
    if stored is None and job_type not in (content.pending or ()):
        return None
    return tasks.read(stored, job_type)


def failed(content: Content) -> set[JobType]:
    """Give the tasks that have failed."""
    known = {name: task_of(content, name) for name in CONTENT_TASKS}
    return {name for name, task in known.items() if task is not None and task.status == "failed"}


def afresh(job_types: set[JobType]) -> list[Any]:
    """Give the actions that have tasks done from their beginning, and no failure left."""
    begin = [_TASK_ATTRIBUTES[name].set(tasks.stored(Task(job_type=name))) for name in job_types]
    return [Content.failure.remove(), Content.pending.add(job_types), *begin]


def _stored_task(content: Content, job_type: JobType) -> Any:
    return content.thumbnail_task if job_type == "thumbnail" else content.metadata_task
