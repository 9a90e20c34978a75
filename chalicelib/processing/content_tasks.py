"""The tasks on contents: begun, ended once, and taken up again."""

from datetime import datetime
from typing import Any

from pynamodb.expressions.update import Action

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.assets.tasks import ContentTask, Task, TaskError
from chalicelib.core.attributes import StructAttribute
from chalicelib.core.tables import ConditionFailed, Write, change, update
from chalicelib.processing import statistics, tasks
from chalicelib.processing.tasks import CONTENT_TASKS

_TASK_ATTRIBUTES: dict[ContentTask, StructAttribute[Task | None]] = {
    "thumbnail": Content.thumbnail_task,
    "metadata": Content.metadata_task,
    "decoding": Content.decoding_task,
}


def begin(content: Content, name: ContentTask, now: datetime) -> Task | None:
    """Note that a task runs; None when it was just ended, or the content deleted."""
    task = tasks.begun(_stored_task(content, name) or _fresh(name), now)
    try:
        update(
            content,
            _TASK_ATTRIBUTES[name].set(task),
            condition=Content.pending.contains(name) & contents.is_kept(content),
        )
    except ConditionFailed:
        return None
    return task


def finish(
    content: Content,
    name: ContentTask,
    task: Task,
    now: datetime,
    *,
    facts: dict[str, Any] | None = None,
    error: TaskError | None = None,
    peak_memory_bytes: int | None = None,
) -> bool:
    """Note what became of a task; `completion.advance_all` then moves the versions on.

    Of two deliveries that ran it at once, the first to end counts.

    Args:
        content: what it worked on.
        name: which task.
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
        _TASK_ATTRIBUTES[name].set(done),
        Content.pending.delete({name}),
    ]
    actions += [getattr(Content, name).set(value) for name, value in (facts or {}).items()]
    if error is not None and not content.is_rerun:
        actions.append(Content.failure.set(error.code))
    still_mine = Content.pending.contains(name) & contents.is_kept(content)
    try:
        update(content, *actions, condition=still_mine)
    except ConditionFailed:
        return False
    statistics.count(content.tenant_id, done, now)
    return True


def revived(content: Content) -> list[Write]:
    """Let the failed tasks run again, as part of the transaction that takes a version back."""
    if content.failure is None:
        return []
    again = afresh(failed(content))
    return [change(content, *again, condition=contents.is_kept(content))]


def task_of(content: Content, name: ContentTask) -> Task | None:
    """Return a task of a content; None when nobody asked for it."""
    stored = _stored_task(content, name)
    if stored is None and name not in (content.pending or ()):
        return None
    return stored or _fresh(name)


def failed(content: Content) -> set[ContentTask]:
    """Return the tasks that have failed."""
    known = {name: task_of(content, name) for name in CONTENT_TASKS}
    return {name for name, task in known.items() if task is not None and task.status == "failed"}


def afresh(names: set[ContentTask]) -> list[Action]:
    """Return the actions that have tasks done from their beginning, and no failure left."""
    begin = [_TASK_ATTRIBUTES[name].set(_fresh(name)) for name in names]
    return [Content.failure.remove(), Content.pending.add(names), *begin]


def _fresh(name: ContentTask) -> Task:
    return Task(job_type=tasks.job_type_of(name))


def _stored_task(content: Content, name: ContentTask) -> Task | None:
    found: Task | None = getattr(content, f"{name}_task")
    return found
