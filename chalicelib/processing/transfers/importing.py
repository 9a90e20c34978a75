"""One run of an import: rows are edits, each made once however often a run is cut off.

With its edit a row writes that it is made, in one transaction; some rows together then write what
became of them, and the next run begins behind these. A run reads the file from its beginning, which
takes a second.
"""

import csv
import logging
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from heapq import merge
from itertools import islice
from pathlib import Path

from chalicelib.assets import catalog
from chalicelib.assets.metadata import columns, edits, schema
from chalicelib.assets.metadata.columns import Reading
from chalicelib.assets.metadata.descriptions import AssetChange, changed_values
from chalicelib.assets.models import AssetMetadata
from chalicelib.assets.tasks import TaskError
from chalicelib.core import clock, entrypoint, storage
from chalicelib.core.api import csv_tables
from chalicelib.core.api.identity import Actor
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.errors import NotFound, ReefError
from chalicelib.core.settings import settings
from chalicelib.core.storage import ObjectGone
from chalicelib.core.tables import ConditionFailed, change, find_many, put, transact, update
from chalicelib.processing.transfers import jobs, runs, sheets
from chalicelib.processing.transfers.models import (
    RowError,
    RowMade,
    RowOutcome,
    RowsDone,
    RowStatus,
    TransferJob,
    rows_key,
)
from chalicelib.processing.transfers.runs import Overtaken
from chalicelib.processing.transfers.sheets import Row, Sheet, Unusable

log = logging.getLogger(__name__)

AT_ONCE = 50
"""So many rows are read, and their outcomes written, together."""

_GONE = TaskError("upload_expired", "The file is gone; ask for another import.")
_MOST_ERRORS, _LONGEST_MESSAGE = 10, 300


def run(job: TransferJob, now: datetime) -> None:
    """Import rows while there is time, and ask for the next run where some are left. Idempotent.

    Raises:
        RetryLater: an answer got lost, so that another run has to see what was done.
    """
    if not _is_pinned(job) or not runs.begin(job, now):
        return
    try:
        actor = jobs.actor_of(job)
        with tempfile.TemporaryDirectory(prefix="reef-") as folder:
            path = f"{folder}/import.csv"
            _fetch(job, path)
            if job.rows_total is None:
                total = sheets.last_row(path)
                _note(job, TransferJob.rows_total.set(total))
            with sheets.opened(path) as sheet:
                is_done = _import(job, actor, sheet)
            if is_done:
                _report(job, f"{folder}/report.csv")
                runs.complete(job)
    except jobs.NoEditor:
        runs.fail(job, runs.FORBIDDEN)
    except ObjectGone:
        runs.fail(job, _GONE)
    except Unusable as fault:
        runs.fail(job, TaskError("invalid", str(fault)))
    except (Overtaken, edits.AlreadyMade):
        if jobs.read_again(job).run == job.run:
            raise RetryLater("an answer got lost", 5) from None
        log.info("another run goes on", extra={"job_id": job.job_id})
    else:
        if not is_done:
            jobs.send(job)


def _is_pinned(job: TransferJob) -> bool:
    """Pin the file, since a form can be sent twice; False while there is none, or it is over."""
    if job.object_version is not None or job.status in {"completed", "failed"}:
        return True
    found = storage.first_version(settings().uploads_bucket, jobs.upload_key(job))
    if found is None:
        return False
    update(job, TransferJob.object_version.set(TransferJob.object_version | found.version_id))
    return True


def _fetch(job: TransferJob, path: str) -> None:
    key = jobs.upload_key(job)
    with open(path, "wb") as file:
        for chunk in storage.stream(settings().uploads_bucket, key, job.object_version):
            file.write(chunk)


def _import(job: TransferJob, actor: Actor, sheet: Sheet) -> bool:
    """Do row after row; return whether all are done."""
    fields = {field.name: field for field in schema.fields_of(job.tenant_id) or ()}
    reading = Reading(fields, sheet.decimal_comma)
    rows = _without_repeats(sheet.rows, job.rows_done)
    is_first = True
    while some := list(islice(rows, AT_ONCE)):
        if not entrypoint.has_time():
            return False
        made = _made_before(job, some) if is_first else frozenset()
        wanted = [_id(row) for row in some if not row.fault]
        found = catalog.find_many(job.tenant_id, wanted)
        done = [_outcome(job, actor, row, found.get(_id(row)), reading, made) for row in some]
        _finish(job, some[-1].number, done)
        is_first = False
    return True


def _without_repeats(rows: Iterable[Row], done: int) -> Iterator[Row]:
    """Give the rows behind the last one that is done; an asset's second row has a fault."""
    first: dict[str, int] = {}
    for row in rows:
        asset_id = _id(row)
        number = first.setdefault(asset_id, row.number)
        if row.number <= done:
            continue
        if number != row.number and asset_id and not row.fault:
            row = row._replace(fault=f"Row {number} is about the same asset")
        yield row


def _id(row: Row) -> str:
    return row.cells.get(columns.ID, "").strip()


def _made_before(job: TransferJob, rows: Sequence[Row]) -> frozenset[int]:
    """Return which of these rows a run has made that was cut off."""
    keys = [(str(job.pk), rows_key("MADE", row.number)) for row in rows]
    return frozenset(int(made.sk.rpartition("#")[2]) for made in find_many(RowMade, keys))


def _outcome(
    job: TransferJob,
    actor: Actor,
    row: Row,
    asset: AssetMetadata | None,
    reading: Reading,
    made: frozenset[int],
) -> RowOutcome:
    """Do a row, unless that was done, and say what became of it."""
    if row.fault:
        return RowOutcome(row.number, "refused", [RowError("", row.fault, "invalid")])
    try:
        return RowOutcome(row.number, _status(job, actor, row, asset, reading, made))
    except ReefError as error:
        field = columns.ID if isinstance(error, NotFound) else ""
        said = error.errors or [{"field": field, "message": error.detail}]
        told = [
            RowError(one["field"], one["message"][:_LONGEST_MESSAGE], error.code)
            for one in said[:_MOST_ERRORS]
        ]
        return RowOutcome(row.number, "refused", told)


def _status(
    job: TransferJob,
    actor: Actor,
    row: Row,
    asset: AssetMetadata | None,
    reading: Reading,
    made: frozenset[int],
) -> RowStatus:
    """Edit the asset of a row, as its actor may.

    Raises:
        ReefError: it is refused, for the reasons for which a request would be.
        AlreadyMade: another run has just done it.
    """
    seen = catalog.visible(actor, asset)
    catalog.require_edit(actor, seen)
    if row.number in made:
        return "in_review" if edits.waiting(seen) else "changed"
    change = columns.change_of(seen, seen.current, row.cells, reading)
    if change is None:
        return "unchanged"
    now, revision = clock.now(), columns.if_match(row.cells)
    if job.is_dry_run:
        changed, withheld = edits.foreseen(seen, lambda said: _new(said, change), now, revision)
        return _told(bool(changed), bool(withheld))
    once = RowMade(job.pk, rows_key("MADE", row.number), ttl=job.ttl)
    before = int(seen.revision)
    fresh = edits.edit(
        seen,
        lambda said: _new(said, change),
        actor.person,
        now,
        revision,
        once=put(once, condition=RowMade.pk.does_not_exist()),
    )
    asked = _new(edits.values_of(fresh), change)
    waits = any(asked.get(name) == value for name, value in edits.waiting(fresh).items())
    return _told(fresh.revision != before or waits, waits)


def _new(said: edits.Values, change: AssetChange) -> edits.Values:
    return changed_values(said, change)


def _told(changed: bool, waits: bool) -> RowStatus:
    return "in_review" if waits else "changed" if changed else "unchanged"


def _finish(job: TransferJob, last: int, rows: Sequence[RowOutcome]) -> None:
    """Note that rows are done, and what became of them.

    Raises:
        Overtaken: another run has begun meanwhile.
    """
    refused = [row for row in rows if row.status == "refused"]
    others = [row for row in rows if row.status != "refused"]
    counts = dict(job.counts)
    for row in rows:
        counts[row.status] = counts.get(row.status, 0) + 1
    items = [
        RowsDone(job.pk, key, rows=some, ttl=job.ttl)
        for key, some in ((rows_key("ROWS", last), others), (rows_key("REFUSED", last), refused))
        if some
    ]
    _note(
        job,
        TransferJob.rows_done.set(last),
        TransferJob.counts.set(counts),
        TransferJob.attempts.set(0),
        items=items,
    )
    job.rows_done, job.counts = last, counts


def _note(job: TransferJob, *actions: object, items: Sequence[RowsDone] = ()) -> None:
    same = (TransferJob.run == job.run) & (TransferJob.rows_done == job.rows_done)
    try:
        transact(change(job, *actions, condition=same), *map(put, items))  # type: ignore[arg-type]
    except ConditionFailed:
        raise Overtaken from None


def _report(job: TransferJob, path: str) -> None:
    """Write what became of every row as CSV to where the job's URL leads."""
    every = (jobs.outcomes(job, kind) for kind in ("ROWS", "REFUSED"))
    with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("row", "status", "errors"))
        for row in merge(*every, key=lambda row: row.row):
            errors = "; ".join(f"{one.field}: {one.message}".lstrip(": ") for one in row.errors)
            writer.writerow((row.row, row.status, csv_tables.neutralised(errors)))
    key = jobs.object_key(job, jobs.RESULT)
    storage.upload(path, settings().renditions_bucket, key, "text/csv")
