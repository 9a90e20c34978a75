"""What is made from a content: thumbnails and metadata, each in a child process."""

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.assets import faces, media_types
from chalicelib.assets.contents import Content
from chalicelib.core import clock, storage
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.settings import settings
from chalicelib.processing import advancing, content_tasks, tasks
from chalicelib.processing.tasks import JobType, Task, TaskError

if TYPE_CHECKING:
    from chalicelib.processing.metadata import Facts
    from chalicelib.processing.sandbox import Outcome
    from chalicelib.processing.thumbnails import Picture

log = logging.getLogger(__name__)

_MUST_DECODE = frozenset({"image", "video", "audio"})
"""Kinds that are of no use when they cannot be decoded; documents are kept all the same."""

_BY_URL_ABOVE_BYTES = 32 * 1024 * 1024
"""Longer audio and video are read in place: a poster needs a tenth of the bytes."""

_URL_SECONDS = 900


def make_thumbnails(content: Content, now: datetime) -> None:
    """Make a content's thumbnails, if that is still to do."""
    from chalicelib.processing import cards, sandbox, thumbnails

    sizes = settings().thumbnail_sizes

    def work(source: str) -> "Outcome[list[Picture]]":
        return sandbox.run(thumbnails.make_comparable, source, content.content_type, sizes)

    def instead() -> "list[Picture]":
        return cards.make(content.content_type, sizes)

    def facts(pictures: "list[Picture]") -> dict[str, Any]:
        shown = {}
        for picture in pictures:
            path = faces.thumbnail_path(content.tenant_id, content.sha256, picture.name)
            if picture.name == faces.GRID:
                path = faces.grid_path(content.tenant_id, content.sha256)
            else:
                shown[picture.name] = (picture.width, picture.height)
            storage.put(settings().renditions_bucket, path, picture.data, picture.content_type)
        return {"thumbnails": shown}

    _run(content, "thumbnail", now, work, instead, facts)


def read_metadata(content: Content, now: datetime) -> None:
    """Read a content's technical and embedded metadata, if that is still to do."""
    from chalicelib.processing import metadata, sandbox
    from chalicelib.processing.metadata import Facts

    def work(source: str) -> "Outcome[Facts]":
        return sandbox.run(metadata.read, source, content.content_type)

    def instead() -> "Facts":
        return Facts(
            kind=media_types.kind_of(content.content_type),
            technical={"damaged": True},
            embedded={},
            text="",
        )

    def facts(found: "Facts") -> dict[str, Any]:
        return {
            "kind": found.kind,
            "technical": found.technical,
            "embedded": {k: v for k, v in found.embedded.items() if k != "gps"},
            "text": found.text,
        }

    _run(content, "metadata", now, work, instead, facts)


def _run(
    content: Content,
    job_type: JobType,
    now: datetime,
    work: Callable[[str], "Outcome[Any]"],
    instead: Callable[[], Any],
    facts: Callable[[Any], dict[str, Any]],
) -> None:
    """Do one task and note what came of it.

    Args:
        content: what to work on.
        job_type: which task.
        now: the present time.
        work: does it, given where the bytes are.
        instead: gives the result for a document that cannot be read.
        facts: turns the result into attributes of the content.

    Raises:
        RetryLater: the content is being deleted, or its task was ended by somebody else; whoever
            comes back finds out which, and what is left over.
    """
    from chalicelib.processing.problems import MediaProblem

    if content.state == "deleting":
        raise RetryLater("the content is being deleted", 30)
    if job_type not in (content.pending or ()):
        advancing.advance_all(content, now)  # whoever ended the task may have died before this
        return
    task = content_tasks.begin(content, job_type, now)
    if task is None:
        return
    if task.attempts > tasks.MAX_ATTEMPTS:
        _give_up(content, task)
        return
    error, peak = None, None
    try:
        with _source(content) as source:
            outcome = work(source)
        result, peak = outcome.result, outcome.peak_memory_bytes
    except MediaProblem as problem:
        log.info("media problem", extra={"code": problem.code, "sha256": content.sha256})
        if content.kind in _MUST_DECODE:
            error = TaskError(problem.code, problem.message)
        else:
            result = instead()
    found = None if error else facts(result)
    ended = content_tasks.finish(
        content, task, clock.now(), facts=found, error=error, peak_memory_bytes=peak
    )
    if not ended:
        raise RetryLater("somebody else was faster, or the content has been deleted", 1)


def _give_up(content: Content, task: Task) -> None:
    error = TaskError("processing_failed", "Reef could not process the file; try again later.")
    content_tasks.finish(content, task, clock.now(), error=error)


@contextmanager
def _source(content: Content) -> Iterator[str]:
    """Put the bytes where a tool can read them: in a file, or at a URL that needs no secrets."""
    bucket = settings().originals_bucket
    streams = content.content_type.startswith(("audio/", "video/"))
    if streams and content.size_bytes > _BY_URL_ABOVE_BYTES:
        yield storage.reading_url(bucket, content.key, _URL_SECONDS)
        return
    with tempfile.TemporaryDirectory(prefix="reef-") as folder:
        path = f"{folder}/original"
        storage.download(bucket, content.key, path)
        yield path
