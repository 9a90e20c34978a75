"""What is made from a content: thumbnails, pictures of pages and metadata, in child processes."""

import hashlib
import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from chalicelib.assets import faces, media_types
from chalicelib.assets.contents import Content
from chalicelib.assets.faces import Rendition
from chalicelib.assets.tasks import ContentTask, Task, TaskError
from chalicelib.core import clock, storage
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.settings import settings
from chalicelib.processing import content_tasks, originals, tasks
from chalicelib.tenants import accounts

if TYPE_CHECKING:
    from chalicelib.processing.media.metadata import Facts
    from chalicelib.processing.media.sandbox import Outcome
    from chalicelib.processing.media.thumbnails import Picture
    from chalicelib.processing.problems import MediaProblem

T = TypeVar("T")

log = logging.getLogger(__name__)

IN_PLACE_ABOVE_BYTES = 32 * 1024 * 1024
"""Longer audio and video are read in place: a poster needs a tenth of the bytes."""

BACK_OFF_SECONDS = (2, 5, 15, 30)


def make_thumbnails(content: Content, now: datetime) -> None:
    """Make a content's thumbnails, or see that it can be decoded, as far as that is still to do.

    A PDF gets pictures of its pages, too; an animation or video a short preview of itself.
    """
    from chalicelib.processing.media import cards, sandbox, thumbnails

    pending = set(content.pending or ())
    if "decoding" in pending:
        _decode(content, now)
        if "thumbnail" not in pending:
            return
    sizes = settings().thumbnail_sizes
    beside: list[Picture] = []

    def work(source: str) -> "Outcome[list[Picture]]":
        drawn = _beside(content, source)
        beside[:] = drawn.result
        made = sandbox.run(thumbnails.make_comparable, source, content.content_type, sizes)
        peak = max(made.peak_memory_bytes, drawn.peak_memory_bytes)
        return msgspec.structs.replace(made, peak_memory_bytes=peak)

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
        kept = [_kept(content, picture) for picture in beside]
        return {"thumbnails": shown} | ({"renditions": kept} if kept else {})

    _run(content, "thumbnail", now, work, instead, facts)


def _beside(content: Content, source: str) -> "Outcome[list[Picture]]":
    """Draw what a file has beside its thumbnails; nothing of one that takes too much."""
    from chalicelib.processing.media import renditions, sandbox
    from chalicelib.processing.problems import MediaProblem

    nothing: list[Picture] = []
    if not renditions.are_made(content.content_type):
        return sandbox.Outcome(nothing, 0, 0)
    try:
        return sandbox.run(renditions.draw, source, content.content_type, limits=renditions.LIMITS)
    except MediaProblem as problem:
        note(problem, content)
        return sandbox.Outcome(nothing, 0, problem.peak_memory_bytes or 0)


def _kept(content: Content, made: "Picture") -> Rendition:
    rendition = Rendition(
        made.name,
        made.content_type,
        made.width,
        made.height,
        size_bytes=len(made.data),
        sha256=hashlib.sha256(made.data).hexdigest(),
    )
    path = faces.rendition_path(content.tenant_id, content.sha256, rendition)
    storage.put(settings().renditions_bucket, path, made.data, made.content_type)
    return rendition


def _decode(content: Content, now: datetime) -> None:
    from chalicelib.processing.media import sandbox, thumbnails

    def work(source: str) -> "Outcome[None]":
        return sandbox.run(thumbnails.decode, source, content.content_type)

    _run(content, "decoding", now, work, lambda: None, lambda _: {})


def read_metadata(content: Content, now: datetime) -> None:
    """Read a content's technical and embedded metadata, if that is still to do."""
    from chalicelib.processing.media import metadata, sandbox
    from chalicelib.processing.media.metadata import Facts

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
        embedded = found.embedded
        if "gps" in embedded and not accounts.settings_of(content.tenant_id).extract_gps:
            embedded = {k: v for k, v in embedded.items() if k != "gps"}
        return {
            "kind": found.kind,
            "technical": found.technical,
            "embedded": embedded,
            "text": found.text,
        }

    _run(content, "metadata", now, work, instead, facts)


def _run(
    content: Content,
    name: ContentTask,
    now: datetime,
    work: Callable[[str], "Outcome[T]"],
    instead: Callable[[], T],
    facts: Callable[[T], dict[str, Any]],
) -> None:
    """Do one task and note what came of it.

    Args:
        content: what to work on.
        name: which task.
        now: the present time.
        work: does it, given where the bytes are.
        instead: gives the result for a document that cannot be read.
        facts: turns the result into attributes of the content.

    Raises:
        RetryLater: the content is being deleted, or its task was ended by another delivery; whoever
            comes back finds out which, and what is left over. Or the surroundings failed, not the
            work.
    """
    from chalicelib.processing.media.sandbox import WorkerFailed
    from chalicelib.processing.problems import MediaProblem

    if content.state == "deleting":
        raise RetryLater("the content is being deleted", 30)
    if name not in (content.pending or ()):
        return
    task = content_tasks.begin(content, name, now)
    if task is None:
        return
    if task.attempts > tasks.MAX_ATTEMPTS:
        _give_up(content, name, task)
        return
    error, peak = None, None
    try:
        with source_of(content) as source:
            outcome = work(source)
        result, peak = outcome.result, outcome.peak_memory_bytes
    except WorkerFailed as failed:
        log.warning("worker failed", extra={"sha256": content.sha256, "trace": str(failed)})
        if task.attempts >= tasks.MAX_ATTEMPTS:
            _give_up(content, name, task)
            return
        raise RetryLater("the worker failed", BACK_OFF_SECONDS[task.attempts - 1]) from failed
    except MediaProblem as problem:
        note(problem, content)
        if content.kind in originals.MUST_DECODE and not _costs_facts_alone(problem, name):
            error = TaskError(problem.code, problem.message)
        else:
            result = instead()
    found = None if error else facts(result)
    ended = content_tasks.finish(
        content, name, task, clock.now(), facts=found, error=error, peak_memory_bytes=peak
    )
    if not ended:
        raise RetryLater("somebody else was faster, or the content has been deleted", 1)


def note(problem: "MediaProblem", content: Content) -> None:
    """Write into the log what is wrong with a file, or with what works on it."""
    from chalicelib.processing.problems import Unforeseen

    about = {"code": problem.code, "sha256": content.sha256}
    if isinstance(problem, Unforeseen):
        log.error("nobody foresaw this", extra=about | {"trace": problem.trace})
    else:
        log.info("media problem", extra=about)


def _costs_facts_alone(problem: "MediaProblem", name: ContentTask) -> bool:
    """Return whether a problem says nothing of the bytes, which another task decodes."""
    from chalicelib.processing.problems import Unforeseen

    return name == "metadata" and isinstance(problem, Unforeseen)


def _give_up(content: Content, name: ContentTask, task: Task) -> None:
    error = TaskError("processing_failed", "Reef could not process the file; try again later.")
    content_tasks.finish(content, name, task, clock.now(), error=error)


@contextmanager
def source_of(content: Content) -> Iterator[str]:
    """Put the bytes where a tool can read them: in a file, or at a URL on this machine.

    Raises:
        WorkerFailed: bytes could not be fetched while the tool read them.
    """
    bucket = settings().originals_bucket
    streams = content.content_type.startswith(("audio/", "video/"))
    if streams and content.size_bytes > IN_PLACE_ABOVE_BYTES:
        with _served(bucket, content) as url:
            yield url
        return
    with tempfile.TemporaryDirectory(prefix="reef-") as folder:
        path = f"{folder}/original"
        storage.download(bucket, content.key, path)
        yield path


@contextmanager
def _served(bucket: str, content: Content) -> Iterator[str]:
    from chalicelib.processing import object_server
    from chalicelib.processing.media.sandbox import WorkerFailed

    def fetch(begin: int, length: int) -> bytes:
        return storage.read_range(bucket, content.key, begin, length)

    reader = object_server.ObjectReader(fetch, content.size_bytes)
    try:
        with object_server.served(reader) as url:
            yield url
    finally:
        about = {"sha256": content.sha256, "fetched_bytes": reader.fetched_bytes}
        log.info("read in place", extra=about)
        if reader.failure is not None:
            # The tool has seen a cut file, and whatever it says of that is wrong.
            raise WorkerFailed(f"bytes could not be fetched: {reader.failure}")
