"""What becomes of a conversion: its rendition is kept and noted, or it has failed."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from pynamodb.expressions.condition import Condition

from chalicelib.assets import contents, faces
from chalicelib.assets.contents import Content
from chalicelib.assets.faces import Rendition
from chalicelib.assets.tasks import Task, TaskError
from chalicelib.core import clock, storage
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.optimistic_locking import attempts
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, change, transact, update
from chalicelib.processing import statistics, tasks
from chalicelib.processing.conversion.makers import Made
from chalicelib.processing.conversion.models import Conversion

if TYPE_CHECKING:
    from chalicelib.processing.problems import MediaProblem

log = logging.getLogger(__name__)


def keep(content: Content, conversion: Conversion, task: Task, made: Made) -> None:
    """Write a rendition to where it lies, unless it is the original, and note it.

    Raises:
        RetryLater: as `record`.
    """
    if made.path is not None:
        path = faces.rendition_path(content.tenant_id, content.sha256, made.rendition)
        bucket = settings().renditions_bucket
        storage.upload(made.path, bucket, path, made.rendition.content_type)
    record(content, conversion, task, made)


def record(content: Content, conversion: Conversion, task: Task, made: Made) -> None:
    """Note a rendition in its content; of those of one name the newest comes last.

    Raises:
        RetryLater: another run was faster, or the content is being deleted or just changing.
    """

    def read_again(before: Content) -> Content:
        return contents.get(before.tenant_id, before.sha256) or before

    ended = tasks.ended(task, clock.now(), None, made.peak_memory_bytes)
    changes = attempts(
        read_again(content), read_again, None, is_overtaken=lambda failure: failure.index == 0
    )
    try:
        for attempt in changes:
            with attempt as fresh:
                before = fresh.converted or []
                others = [one for one in fresh.converted or () if not _is_replaced(one, made)]
                same: Condition = Content.converted.does_not_exist()
                if fresh.converted is not None:
                    same = Content.converted == fresh.converted
                noted = change(
                    content,
                    Content.converted.set([*others, made.rendition]),
                    condition=same & contents.is_kept(content),
                )
                done = Conversion.task.set(ended)
                transact(noted, change(conversion, done, condition=Conversion.task == task))
    except ConditionFailed:
        raise RetryLater("another run was faster, or the content is being deleted", 2) from None
    conversion.task = ended
    _forget_copies(content, before, made)
    statistics.count(content.tenant_id, ended, clock.now())


def _is_replaced(one: Rendition, made: Made) -> bool:
    new = made.rendition
    return (one.name, one.recipe, one.asset_id) == (new.name, new.recipe, new.asset_id)


def _forget_copies(content: Content, before: Sequence[Rendition], made: Made) -> None:
    """Delete the copies of which a new one has taken the place: each is as large as its original.

    What cannot be deleted goes with its content.
    """
    for one in before:
        if one.asset_id is msgspec.UNSET or not _is_replaced(one, made):
            continue
        if one.sha256 != made.rendition.sha256:
            path = faces.rendition_path(content.tenant_id, content.sha256, one)
            storage.delete(settings().renditions_bucket, path)


def finish(conversion: Conversion) -> None:
    """Note that all versions show it, so that nobody looks after it any more."""
    if conversion.due_at is None:
        return
    try:
        update(
            conversion,
            *Conversion.due_actions(None, str(conversion.sk)),
            condition=Conversion.task == conversion.task,
        )
    except ConditionFailed:
        log.info("it was asked for again", extra={"conversion": conversion.sk})


def fail(
    conversion: Conversion, task: Task, error: TaskError, problem: "MediaProblem | None" = None
) -> None:
    """End a conversion that cannot be done; its content and its versions stay as they are."""
    peak = problem.peak_memory_bytes if problem else None
    ended = tasks.ended(task, clock.now(), error, peak)
    try:
        update(
            conversion,
            Conversion.task.set(ended),
            *Conversion.due_actions(None, str(conversion.sk)),
            condition=Conversion.task == task,
        )
    except ConditionFailed:
        log.info("another run has begun", extra={"conversion": conversion.sk})
        return
    statistics.count(conversion.tenant_id, ended, clock.now())
