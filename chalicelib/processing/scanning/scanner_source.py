"""Where a scanner comes from: a clamd that runs beside, or one that the Lambda runs itself.

A scheduled Lambda refreshes the signatures and mirrors them to a bucket, for the public mirrors
refuse many Lambdas; the scanning Lambda takes them from there on a cold start, and again when they
have grown old.
"""

import logging
import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path

from chalicelib.core import clock, storage
from chalicelib.core.settings import settings
from chalicelib.processing.scanning import clamd, signatures
from chalicelib.processing.scanning.clamd import Clamd
from chalicelib.processing.scanning.scanner import Scanner, ScannerStarting, ScannerUnavailable
from chalicelib.processing.scanning.signatures import Freshclam

log = logging.getLogger(__name__)

FOLDER = Path("/tmp/reef-clamav")
FETCH_AFTER = timedelta(hours=7)
"""The mirror is refreshed every 6 hours; older signatures here mean that it has newer ones."""

_own: list[Clamd] = []


def scanner(folder: Path = FOLDER, *, ready_seconds: float = 120.0) -> Scanner:
    """Return a scanner that can be asked now.

    Args:
        folder: takes the signatures, and what clamd writes.
        ready_seconds: how long it may take to fetch signatures and to load them.

    Raises:
        ScannerStarting: they are not loaded by then; clamd goes on for whoever asks next.
        ScannerUnavailable: clamd does not start, or there are no signatures to start it with.
    """
    ends_at = time.monotonic() + ready_seconds
    beside, its_signatures = settings().clamd_socket, settings().signatures_folder
    if beside and its_signatures:
        return Scanner(beside, its_signatures)
    database = folder / "signatures"
    try:
        age = signatures.age(database, clock.now()) if database.exists() else None
        if age is None or age > FETCH_AFTER:
            fetch(database)
        if not _own or not (_own[0].is_running() or _own[0].may_become_ready()):
            stop()
            _own.append(clamd.launch(folder, database))
        _own[0].wait_until_ready(max(0.0, ends_at - time.monotonic()))
    except clamd.ClamdStarting as slow:
        raise ScannerStarting(str(slow)) from slow
    except (clamd.ClamdFailed, storage.ObjectGone, OSError) as failure:
        raise ScannerUnavailable(f"no scanner could be started: {failure}") from failure
    return Scanner(_own[0].socket, database)


def stop() -> None:
    """End the clamd that this process started, if it did."""
    while _own:
        _own.pop().stop()


def refresh(config: Freshclam, now: datetime, folder: Path = FOLDER) -> None:
    """Bring the mirror up to date with what freshclam finds.

    The record of the check goes up last, so that whoever takes the mirror takes no signatures for
    fresher than they are.

    Raises:
        SignaturesNotRefreshed: freshclam failed; the mirror stays as it is.
    """
    database = folder / "mirror"
    fetch(database)
    signatures.refresh(database, config, lambda: now)
    bucket = settings().signatures_bucket
    names = sorted(path.name for path in signatures.databases(database))
    for name in [*names, signatures.CHECKED_AT]:
        storage.upload(str(database / name), bucket, name)
    for name in storage.keys(bucket):
        if name not in names and name != signatures.CHECKED_AT:
            storage.delete(bucket, name)
    log.info("signatures refreshed", extra={"files": names})


def fetch(database: Path) -> None:
    """Copy the mirror into a folder; clamd loads what has changed by itself.

    The record of the check is read first and written last.
    """
    bucket = settings().signatures_bucket
    database.mkdir(parents=True, exist_ok=True)
    draft = database.with_suffix(".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    names = storage.keys(bucket)
    checked = signatures.CHECKED_AT
    for name in ([checked] if checked in names else []) + [n for n in names if n != checked]:
        storage.download(bucket, name, str(draft / name))
    for name in [n for n in names if n != checked] + ([checked] if checked in names else []):
        (draft / name).replace(database / name)
    shutil.rmtree(draft)
