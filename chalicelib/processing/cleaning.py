"""Objects that nothing refers to: found by what is listed, and deleted, or only counted.

What an upload, a task or a purge leaves behind when its function dies goes with its content; this
finds what is left all the same, such as bytes whose content was deleted while they were written.
Uploads that never came are the sweeper's, and the buckets' own rules'.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

import msgspec

from chalicelib.assets.contents import Content
from chalicelib.core import entrypoint, storage
from chalicelib.core.settings import settings
from chalicelib.core.storage import Listed
from chalicelib.core.tables import find_many

log = logging.getLogger(__name__)

YOUNG = timedelta(days=1)
"""What came since then may still be on its way to its content."""

_AT_ONCE = 500
_BY_RULE = ("zips/", "transfers/")
"""What has rules of the bucket's own."""


class Cleaned(msgspec.Struct):
    """What was found, and unless it was a trial deleted; `is_whole` where there was time for all.

    Attributes:
        looked_at: objects that were listed.
        originals: originals without a content.
        renditions: renditions without a content.
        freed_bytes: how large these are together.
        is_whole: whether everything was looked at.
    """

    looked_at: int = 0
    originals: int = 0
    renditions: int = 0
    freed_bytes: int = 0
    is_whole: bool = True


def clean(now: datetime, *, dry_run: bool = False) -> Cleaned:
    """Delete the objects that no content has. Idempotent.

    Args:
        now: the present time.
        dry_run: count them and delete nothing.
    """
    here, counted = settings(), Cleaned()
    for bucket in (here.originals_bucket, here.renditions_bucket):
        for some in _batched(storage.listed(bucket)):
            if not entrypoint.has_time():
                counted.is_whole = False
                break
            counted.looked_at += len(some)
            for orphan in _orphans(some, now):
                if bucket == here.originals_bucket:
                    counted.originals += 1
                else:
                    counted.renditions += 1
                counted.freed_bytes += orphan.size_bytes
                if not dry_run:
                    storage.delete(bucket, orphan.key)
    log.info("cleaned", extra={"dry_run": dry_run} | msgspec.to_builtins(counted))
    return counted


def _batched(listed: Iterable[Listed]) -> Iterator[list[Listed]]:
    left = iter(listed)
    while some := list(islice(left, _AT_ONCE)):
        yield some


def _orphans(some: Iterable[Listed], now: datetime) -> list[Listed]:
    old = [
        one for one in some if one.modified_at < now - YOUNG and not one.key.startswith(_BY_RULE)
    ]
    keys = {_content_of(one.key) for one in old}
    there = {str(content.pk) for content in find_many(Content, [(key, "CONTENT") for key in keys])}
    return [one for one in old if _content_of(one.key) not in there]


def _content_of(key: str) -> str:
    """Return the key of the content that an object belongs to: `tenant#sha256`."""
    tenant_id, _, rest = key.partition("/")
    return f"{tenant_id}#{rest.partition('/')[0].removesuffix('-difference')}"
