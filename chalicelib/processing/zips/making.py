"""One run of a job: it makes the job's next zip.

A run may be cut off anywhere, and two may work at once: the last one to begin goes on, and the
other one stops at its next write.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from chalicelib.analytics import visits
from chalicelib.assets import downloads, file_names
from chalicelib.assets.tasks import TaskError
from chalicelib.core import clock, storage
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, change, find, insert, transact, update
from chalicelib.processing.zips import jobs, streaming
from chalicelib.processing.zips.models import ZipJob, ZipPart, job_key, part_key
from chalicelib.processing.zips.planning import Names
from chalicelib.processing.zips.rights import Found, NoMember, Reader
from chalicelib.processing.zips.streaming import Entry, Overtaken

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 4
"""Runs of one file; the fifth message of a queue's five says that they failed."""

_STEP_PERCENT = 5
"""So often a run says how far it is."""

_GAVE_UP = TaskError("processing_failed", "Reef could not make the zip; try again later.")
_NOBODY = TaskError("forbidden", "Whoever asked for this zip is no active member any more.")
_NOTHING = TaskError("not_ready", "Nothing of these assets can be downloaded any more, or yet.")


def make(tenant_id: str, job_id: str, now: datetime) -> None:
    """Make the next zip of a job, and ask for the one after it. Idempotent.

    Raises:
        RetryLater: S3 has done something of which its answer got lost.
    """
    job = find(ZipJob, job_key(tenant_id, job_id), "ZIP")
    if job is None or job.status in {"completed", "failed"}:
        return
    if job.attempts >= MAX_ATTEMPTS:
        _fail(job, _GAVE_UP)
        return
    try:
        reader = Reader.of(job)
    except NoMember:
        _fail(job, _NOBODY)
        return
    try:
        _begin(job, now)
        _make_part(job, reader, now)
    except (Overtaken, ConditionFailed):
        fresh = find(ZipJob, job.pk, job.sk)
        if fresh is not None and fresh.run == job.run:
            raise RetryLater("an answer of S3's got lost", 5) from None
        log.info("another run goes on", extra={"job_id": job_id})
        return
    if job.status == "running":
        jobs.send(job)


def _begin(job: ZipJob, now: datetime) -> None:
    """Make this the run that works on the job."""
    update(
        job,
        ZipJob.status.set("running"),
        ZipJob.run.set(clock.new_id()),
        ZipJob.attempts.add(1),
        ZipJob.file_bytes.set(0),
        ZipJob.started_at.set(ZipJob.started_at | clock.timestamp(now)),
        condition=(ZipJob.parts_done == job.parts_done) & ZipJob.status.is_in("pending", "running"),
    )


def _make_part(job: ZipJob, reader: Reader, now: datetime) -> None:
    """Write the next zip, count its downloads, and note what is in it.

    Raises:
        Overtaken, ConditionFailed: another run has begun meanwhile.
    """
    sort_key = part_key(job.parts_done)
    part = ZipPart.get(job.pk, sort_key, consistent_read=True)
    found = reader.find(_every_asset(job), now)
    names = Names()
    entries: dict[str, Entry] = {}
    for asset_id, entry in _entries(job, found, names).items():
        if asset_id in part.asset_ids:
            entries[asset_id] = entry
    waiting = [
        file_names.download_name(found[one][1].filename, found[one][1].content_type)
        for one in part.asset_ids
        if one in found and one not in entries
    ]
    hidden = sum(one not in found for one in part.asset_ids)
    gone: Sequence[Entry] = ()
    bucket, key = settings().renditions_bucket, jobs.object_key(job, sort_key)
    if entries:

        def note(gone: Sequence[Entry]) -> tuple[str, str] | None:
            text = _note([*waiting, *(entry.name for entry in gone)], hidden)
            return (names.take("missing.txt"), text) if text else None

        gone = streaming.write(bucket, key, [*entries.values()], note, _progress(job))
    included = [
        (asset_id, found[asset_id][1].number)
        for asset_id, entry in entries.items()
        if entry not in gone
    ]
    if job.as_member:
        _count_downloads(job, found, included)
    _finish(job, part, included, sum(entry.size_bytes for entry in entries.values()))
    storage.abort_every_multipart(bucket, key)  # one may be left whose answer got lost


def _every_asset(job: ZipJob) -> list[str]:
    """Return what the whole job is about, so that names are unique in all of its zips together."""
    parts = ZipPart.query(job.pk, ZipPart.sk.startswith("ZIP#PART#"), consistent_read=True)
    return [asset_id for part in parts for asset_id in part.asset_ids]


def _entries(job: ZipJob, found: Found, names: Names) -> dict[str, Entry]:
    """Return the files that can be had, by asset, each under a name of its own."""
    buckets = {
        "originals": settings().originals_bucket,
        "renditions": settings().renditions_bucket,
    }
    entries = {}
    for asset_id, (asset, face) in found.items():
        source = jobs.find_bytes((asset, face), job.rendition)
        if source is not None:
            entries[asset_id] = Entry(
                names.take(source.name),
                buckets[source.folder],
                source.key,
                source.size_bytes,
                datetime.fromisoformat(asset.created_at),
            )
    return entries


def _note(names: Sequence[str], hidden: int) -> str:
    """Write what is missing in a zip; nothing where nothing is."""
    lines = []
    if names:
        lines += ["Not ready to be downloaded when this zip was made:", *names, ""]
    if hidden:
        lines += [f"Not open to you any more when this zip was made: {hidden}", ""]
    return "\r\n".join(lines)


def _progress(job: ZipJob) -> Callable[[int], None]:
    """Return what notes how many bytes more were read, each time that it makes a difference."""
    step = max(1, job.total_bytes * _STEP_PERCENT // 100)
    read = noted = 0

    def note(size_bytes: int) -> None:
        nonlocal read, noted
        read += size_bytes
        if read - noted >= step:
            noted = read
            update(job, ZipJob.file_bytes.set(read), condition=ZipJob.run == job.run)

    return note


def _count_downloads(job: ZipJob, found: Found, included: Sequence[tuple[str, int]]) -> None:
    """Count one download of each asset, at the time at which the zip was asked for.

    The records' ids come from the job and the asset, so that a run that is repeated adds none. What
    visitors of a share download is counted where they take it.
    """
    asked_at = datetime.fromisoformat(job.created_at)
    for asset_id, _ in included:
        download = downloads.download_record(*found[asset_id], job.requested_by, asked_at)
        download.sk = clock.derived_id(asked_at, f"{job.job_id} {asset_id}")
        with suppress(ConditionFailed):
            insert(download)
        visits.send(downloads.visit(*found[asset_id], job.rendition, download))


def _finish(
    job: ZipJob, part: ZipPart, included: Sequence[tuple[str, int]], size_bytes: int
) -> None:
    """Note that the zip of so many bytes is made; with the last one the job is done.

    Raises:
        ConditionFailed: another run has begun meanwhile.
    """
    is_last = job.parts_done + 1 == job.part_count
    total = job.included + len(included)
    status = ("completed" if total else "failed") if is_last else "running"
    job.status = status
    outcome = [
        ZipJob.status.set(status),
        ZipJob.parts_done.add(1),
        ZipJob.attempts.set(0 if status == "running" else job.attempts),
        ZipJob.done_bytes.add(size_bytes),
        ZipJob.file_bytes.set(0),
        ZipJob.included.set(total),
        ZipJob.left_out.add(len(part.asset_ids) - len(included)),
    ]
    if is_last:
        outcome.append(ZipJob.finished_at.set(clock.timestamp(clock.now())))
    if status == "failed":
        outcome.append(ZipJob.error.set(_NOTHING))
    transact(
        change(job, *outcome, condition=ZipJob.run == job.run),
        change(part, ZipPart.included.set([*included])),
    )


def _fail(job: ZipJob, error: TaskError) -> None:
    with suppress(ConditionFailed):
        update(
            job,
            ZipJob.status.set("failed"),
            ZipJob.error.set(error),
            ZipJob.finished_at.set(clock.timestamp(clock.now())),
            condition=ZipJob.status.is_in("pending", "running"),
        )
