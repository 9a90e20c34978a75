"""Making a rendition: begun, made in a child process, written, and shown by its versions."""

import logging
import tempfile
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.assets.models import content_key
from chalicelib.assets.tasks import Task, TaskError
from chalicelib.core import clock
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.tables import (
    ConditionFailed,
    delete,
    find_together,
    update,
)
from chalicelib.processing import refreshing, run_tasks, tasks
from chalicelib.processing.conversion import makers, outcomes, requests, segments
from chalicelib.processing.conversion.models import Conversion
from chalicelib.processing.run_tasks import BACK_OFF_SECONDS

if TYPE_CHECKING:
    pass

log = logging.getLogger(__name__)

_LEASE, _PICTURES_LEASE = timedelta(minutes=16), timedelta(minutes=3)
"""How long a run is left alone; a function that lives on is over by then."""

_GAVE_UP = TaskError("processing_failed", "Reef could not convert the file; try again later.")


def make(tenant_id: str, sha256: str, sort_key: str, now: datetime) -> None:
    """Make a rendition that was asked for, and let the content's versions show it. Idempotent.

    Raises:
        RetryLater: the surroundings failed, or a version is not ready to show it yet.
    """
    key = content_key(tenant_id, sha256)
    content, conversion = find_together((Content, key, "CONTENT"), (Conversion, key, sort_key))
    if content is None:
        if conversion is not None:
            delete(conversion)
        contents.forget(tenant_id, sha256, now)
        return
    if content.state == "deleting":
        raise RetryLater("the content is being deleted", 30)
    if conversion is None or conversion.generation != content.generation:
        return
    if conversion.task.status in {"pending", "running"} and not _work_on(content, conversion, now):
        return
    content = contents.get(tenant_id, sha256) or content
    refreshing.show(content)
    outcomes.finish(conversion)


def send_on(pk: str, sort_key: str, now: datetime) -> None:
    """Send a conversion that is due once more; one whose content is gone goes, too."""
    content, conversion = find_together((Content, pk, "CONTENT"), (Conversion, pk, sort_key))
    if conversion is None or not _is_due(conversion, now):
        return
    if content is None:
        delete(conversion)
        return
    task = conversion.task
    waiting = msgspec.structs.replace(task, status="pending") if _is_running(task) else task
    try:
        update(
            conversion,
            Conversion.task.set(waiting),
            *Conversion.due_actions(now + requests.STUCK_AFTER, f"{pk}#{sort_key}"),
            condition=Conversion.task == task,
        )
    except ConditionFailed:
        return
    requests.send(conversion)


def _is_running(task: Task) -> bool:
    return task.status == "running"


def _work_on(content: Content, conversion: Conversion, now: datetime) -> bool:
    """Take a conversion and do it; False where another run has it, or there is nothing to show."""
    from chalicelib.processing.media.sandbox import WorkerFailed
    from chalicelib.processing.problems import MediaProblem

    task = _begin(conversion, now)
    if task is None:
        return False
    if task.attempts > tasks.MAX_ATTEMPTS:
        outcomes.fail(conversion, task, _GAVE_UP)
        return False
    with tempfile.TemporaryDirectory(prefix="reef-") as folder:
        try:
            if segments.begin(content, conversion, task):
                return False
            made = makers.maker_of(conversion)(content, conversion, folder)
        except WorkerFailed as failed:
            log.warning("worker failed", extra={"sha256": content.sha256, "trace": str(failed)})
            _put_back(conversion, task)
            wait = BACK_OFF_SECONDS[min(task.attempts, len(BACK_OFF_SECONDS)) - 1]
            raise RetryLater("the worker failed", wait) from failed
        except MediaProblem as problem:
            run_tasks.note(problem, content)
            outcomes.fail(conversion, task, TaskError(problem.code, problem.message), problem)
            return False
        outcomes.keep(content, conversion, task, made)
    return True


def _begin(conversion: Conversion, now: datetime) -> Task | None:
    """Take a conversion for a while; None while another run has it."""
    if _is_running(conversion.task) and not _is_due(conversion, now):
        return None
    task = tasks.begun(conversion.task, now)
    unchanged = Conversion.task == conversion.task
    name = f"{conversion.pk}#{conversion.sk}"
    lease = _LEASE if conversion.name in makers.FILMS else _PICTURES_LEASE
    try:
        update(
            conversion,
            Conversion.task.set(task),
            Conversion.run.remove(),
            Conversion.division.remove(),
            *Conversion.due_actions(now + lease, name),
            condition=unchanged,
        )
    except ConditionFailed:
        return None
    return task


def _is_due(conversion: Conversion, now: datetime) -> bool:
    return conversion.due_at is None or conversion.due_at < clock.timestamp(now)


def _put_back(conversion: Conversion, task: Task) -> None:
    """Let a run that failed by chance be followed by another at once."""
    waiting = msgspec.structs.replace(task, status="pending")
    name = f"{conversion.pk}#{conversion.sk}"
    try:
        update(
            conversion,
            Conversion.task.set(waiting),
            *Conversion.due_actions(clock.now() + requests.STUCK_AFTER, name),
            condition=Conversion.task == task,
        )
    except ConditionFailed:
        log.info("another run has begun", extra={"conversion": conversion.sk})
