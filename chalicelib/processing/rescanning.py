"""Scanning kept bytes again: what turns out infected leaves everybody at once."""

import logging
from datetime import datetime

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.assets.faces import Scan
from chalicelib.assets.tasks import Task, TaskError
from chalicelib.assets.versions import life, moves
from chalicelib.assets.versions.moves import Move, VersionRef
from chalicelib.core import clock, storage
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, find, update
from chalicelib.processing import completion, statistics, tasks, verdicts
from chalicelib.processing.reruns.models import RerunJob, job_key
from chalicelib.processing.verdicts import Reading

log = logging.getLogger(__name__)

_BACK_OFF_SECONDS = (5, 15, 30, 60)
_AWAY = TaskError("scanner_unavailable", "The virus scanner could not be reached; try again later.")
_UNSCANNABLE = TaskError("unscannable", "The scanner could not look at all of the file.")


def rescan(tenant_id: str, sha256: str, job_id: str | None, now: datetime) -> None:
    """Scan a content again, and quarantine its versions where it turns out infected. Idempotent.

    What the scanner cannot say anything of keeps the verdict that it has.

    Raises:
        RetryLater: the scanner cannot answer now.
    """
    content = contents.get(tenant_id, sha256)
    job = find(RerunJob, job_key(tenant_id, job_id), "RERUN") if job_id else None
    if content is None or content.state != "stored":
        _end(job, job.scan_task if job else None, None)
        return
    if content.verdict is not None and content.verdict.status == "infected":
        quarantine(content)
        _end(job, job.scan_task if job else None, None)
        return
    task = _begin(job, now)
    scanner = verdicts.scanner_of(content.size_bytes)
    reading = Reading(storage.stream(settings().originals_bucket, content.key))
    verdict = verdicts.verdict_of(content.size_bytes, reading, scanner)
    if verdict is None:
        if task.attempts >= tasks.MAX_ATTEMPTS or job is None:
            _end(job, task, _AWAY)
            return
        raise RetryLater("the scanner is unavailable", _BACK_OFF_SECONDS[task.attempts - 1])
    if verdict.status == "infected":
        content = _noted(content, verdict)
        quarantine(content)
    elif verdict.status == "clean":
        _noted(content, verdict)
    _end(job, task, _UNSCANNABLE if verdict.status == "unscannable" else None)


def quarantine(content: Content) -> None:
    """Take every version of an infected content from everybody. Idempotent."""
    for reference in contents.references(content):
        ref = VersionRef(content.tenant_id, reference.asset_id, reference.number)
        standing = moves.read(ref)
        unfinished = standing is not None and standing.version.status == "processing"
        ending = completion.ending_of(content, reference) if unfinished else ()
        found = {"scan": content.verdict}
        try:
            moves.move(ref, Move(life.FOUND_INFECTED, clock.now(), found=found, also=ending))
        except ConditionFailed:
            raise RetryLater("the version has just become ready", 1) from None
    log.warning("found infected", extra={"sha256": content.sha256})


def _noted(content: Content, verdict: Scan) -> Content:
    """Note a verdict in the content, so that bytes sent again are judged by it."""
    try:
        update(content, Content.verdict.set(verdict), condition=contents.is_kept(content))
    except ConditionFailed:
        raise RetryLater("the content is just being deleted", 30) from None
    return contents.get(content.tenant_id, content.sha256) or content


def _begin(job: RerunJob | None, now: datetime) -> Task:
    task = tasks.begun((job and job.scan_task) or Task(job_type="virus_scan"), now)
    if job is not None:
        update(job, RerunJob.scan_task.set(task))
    return task


def _end(job: RerunJob | None, task: Task | None, error: TaskError | None) -> None:
    if job is not None and task is not None and task.status != "completed":
        ended = tasks.ended(task, clock.now(), error)
        update(job, RerunJob.scan_task.set(ended))
        statistics.count(job.tenant_id, ended, clock.now())
