"""One run of an export: rows are written in pieces, of which the last run makes one table.

The columns of custom fields are those that some asset has, so they are known at the end alone.
"""

import csv
import logging
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.metadata import columns, schema
from chalicelib.assets.metadata.schema import Field
from chalicelib.core import entrypoint, storage
from chalicelib.core.api import csv_tables
from chalicelib.core.api.identity import Actor
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.pages import Position
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, update
from chalicelib.processing.transfers import jobs, runs
from chalicelib.processing.transfers.models import TransferJob
from chalicelib.processing.transfers.runs import Overtaken

log = logging.getLogger(__name__)

PIECE_ROWS = 20_000
_PAGE = 200


def run(job: TransferJob, now: datetime) -> None:
    """Write a piece of the rows, or the table of all of them, and ask for the next run. Idempotent.

    Raises:
        RetryLater: an answer got lost, so that another run has to see what was done.
    """
    if not runs.begin(job, now):
        return
    try:
        actor = jobs.actor_of(job)
        fields = {field.name: field for field in schema.fields_of(job.tenant_id) or ()}
        with tempfile.TemporaryDirectory(prefix="reef-") as folder:
            is_written = _write_pieces(job, actor, fields, folder, now)
            if is_written:
                _write_table(job, fields, folder)
                runs.complete(job)
    except jobs.NoEditor:
        runs.fail(job, runs.FORBIDDEN)
    except Overtaken:
        if jobs.read_again(job).run == job.run:
            raise RetryLater("an answer got lost", 5) from None
        log.info("another run goes on", extra={"job_id": job.job_id})
    else:
        if not is_written:
            jobs.send(job)


def _write_pieces(
    job: TransferJob, actor: Actor, fields: dict[str, Field], folder: str, now: datetime
) -> bool:
    """Write piece after piece while there is time; return whether there is no more."""
    while not job.pieces or job.position is not None:
        if not entrypoint.has_time():
            return False
        path = f"{folder}/piece"
        count, position = _write_piece(path, actor, fields, job.position, now)
        name = f"rows-{job.run}-{len(job.pieces)}.jsonl"
        key = jobs.object_key(job, name)
        storage.upload(path, settings().renditions_bucket, key, "application/jsonl")
        _note(job, name, count, position)
    return True


def _write_piece(
    path: str, actor: Actor, fields: dict[str, Field], position: Position, now: datetime
) -> tuple[int, Position]:
    """Write rows as lines of JSON; return how many, and where the next piece begins."""
    count = 0
    with open(path, "wb") as file:
        while True:
            some, position = catalog.page(
                actor, _PAGE, position, now, trashed=False, newest_first=False
            )
            for asset, face in some:
                row = columns.row_of(asset, face, fields)
                file.write(msgspec.json.encode(row) + b"\n")
            count += len(some)
            if position is None or count >= PIECE_ROWS or not entrypoint.has_time():
                return count, position


def _write_table(job: TransferJob, fields: dict[str, Field], folder: str) -> None:
    """Write the table of all pieces: UTF-8 with the mark by which spreadsheets know it."""
    names = [columns.custom(name) for name in fields]
    known = {*columns.FIXED, *names}
    for row in _rows(job, folder):
        more = [name for name in row if name not in known]
        names += more
        known.update(more)
    heading = [*columns.FIXED, *names]
    path = Path(folder) / jobs.RESULT
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([csv_tables.neutralised(name) for name in heading])
        for row in _rows(job, folder):
            writer.writerow([csv_tables.neutralised(row.get(name, "")) for name in heading])
    key = jobs.object_key(job, jobs.RESULT)
    storage.upload(str(path), settings().renditions_bucket, key, "text/csv")


def _rows(job: TransferJob, folder: str) -> Iterator[dict[str, str]]:
    path = f"{folder}/read"
    for name in job.pieces:
        storage.download(settings().renditions_bucket, jobs.object_key(job, name), path)
        with open(path, "rb") as file:
            for line in file:
                yield msgspec.json.decode(line, type=dict[str, str])


def _note(job: TransferJob, name: str, count: int, position: Position) -> None:
    """Note that a piece is written.

    Raises:
        Overtaken: another run has begun meanwhile.
    """
    following = TransferJob.position
    try:
        update(
            job,
            TransferJob.pieces.set([*job.pieces, name]),
            TransferJob.counts.set({"exported": job.counts.get("exported", 0) + count}),
            TransferJob.attempts.set(0),
            following.remove() if position is None else following.set(position),
            condition=TransferJob.run == job.run,
        )
    except ConditionFailed:
        raise Overtaken from None
