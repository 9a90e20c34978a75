"""What has had its time: jobs, numbers of tasks and visits, uploads that never came.

DynamoDB drops the first within days of their `ttl`, and the sweeper ends the last; here they are
counted, and done with at once.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from chalicelib.assets.models import AnyItem
from chalicelib.assets.upload_models import Upload
from chalicelib.core import due
from chalicelib.core.attributes import IntegerAttribute
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, Item, delete, find_many
from chalicelib.processing import sweeper


class OldJob(Item):
    """A job, a part of one, or what tasks took on a day."""

    class Meta:  # noqa: D106
        table_name = settings().processing_table

    ttl = IntegerAttribute(null=True)


class OldVisit(Item):
    """Numbers of visits, or what they are counted by."""

    class Meta:  # noqa: D106
        table_name = settings().analytics_table

    ttl = IntegerAttribute(null=True)


class Expired(msgspec.Struct):
    """What was found, and unless it was a trial done with.

    Attributes:
        jobs: items of jobs and of their statistics.
        visits: items of analytics.
        uploads: uploads whose bytes never came in time.
    """

    jobs: int = 0
    visits: int = 0
    uploads: int = 0


def drop(now: datetime, *, dry_run: bool = False) -> Expired:
    """Drop what has had its time. Idempotent; it reads two tables from end to end.

    Args:
        now: the present time.
        dry_run: count it and change nothing.
    """
    found = Expired()
    for job in _over(OldJob, now, dry_run):
        found.jobs += job
    for visit in _over(OldVisit, now, dry_run):
        found.visits += visit
    waiting = [(item.pk, "UPLOAD") for item in due.overdue(AnyItem, now) if item.sk == "UPLOAD"]
    for upload in find_many(Upload, waiting):
        if sweeper.is_abandoned(upload, now):
            found.uploads += 1
            if not dry_run:
                sweeper.look_after(upload, now)
    return found


def _over(model: type[OldJob] | type[OldVisit], now: datetime, dry_run: bool) -> Iterator[int]:
    """Give 1 for each item whose time is over, dropped unless it is a trial."""
    is_over = model.ttl < int(now.timestamp())
    for item in model.scan(is_over, attributes_to_get=["pk", "sk"]):
        if not dry_run:
            try:
                delete(item, condition=is_over)
            except ConditionFailed:
                continue  # it was just written once more
        yield 1
