"""Scanning what came lately once more, when the scanner knows more viruses than it did."""

import hashlib
import logging
from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core import entrypoint, queues, storage
from chalicelib.core.settings import settings
from chalicelib.core.storage import Listed
from chalicelib.core.tables import Item, find
from chalicelib.processing import arrivals
from chalicelib.processing.scanning import signatures

log = logging.getLogger(__name__)


class KnownSignatures(Item):
    """Which signatures recent contents have been scanned with (`pk` = `#scans`, `sk` = `KNOWN`).

    While a pass is under way, `up_to` is the key up to which it has come.
    """

    class Meta:  # noqa: D106
        table_name = settings().processing_table

    digest = UnicodeAttribute()
    passing = UnicodeAttribute(null=True)
    up_to = UnicodeAttribute(null=True)


def ask(now: datetime) -> int:
    """Ask for scans of all that came in the last days, if the signatures have changed.

    Where there is no time for all, the next call goes on where this one stopped. What is found
    infected leaves everybody by `rescanning`.

    Returns:
        How many scans were asked for.
    """
    digest, known = _digest(), find(KnownSignatures, "#scans", "KNOWN")
    days = settings().rescan_days
    if known is None or days == 0:
        # The first signatures that are seen are those by which everything was scanned.
        KnownSignatures("#scans", "KNOWN", digest=digest).save()
        return 0
    if known.digest == digest:
        return 0
    after = known.up_to if known.passing == digest else None
    asked = 0
    for listed in storage.listed(settings().originals_bucket, after or ""):
        if listed.modified_at >= now - timedelta(days=days):
            _send(listed)
            asked += 1
        if not entrypoint.has_time():
            known.passing, known.up_to = digest, listed.key
            known.save()
            return asked
    KnownSignatures("#scans", "KNOWN", digest=digest).save()
    log.info("recent contents are scanned again", extra={"asked": asked})
    return asked


def _digest() -> str:
    """Return what tells signatures from others: names and contents of their files in the mirror."""
    # The record of the last check changes with each, and says nothing of what is known.
    found = sorted(
        f"{one.key} {one.etag}"
        for one in storage.listed(settings().signatures_bucket)
        if one.key != signatures.CHECKED_AT
    )
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def _send(listed: Listed) -> None:
    tenant_id, _, sha256 = listed.key.partition("/")
    large = listed.size_bytes > arrivals.LARGE_ABOVE_BYTES
    queue = settings().scan_large_queue if large else settings().scan_small_queue
    queues.send(queue, tenant_id, {"tenant_id": tenant_id, "sha256": sha256, "job_id": None})
