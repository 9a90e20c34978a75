"""Reports as CSV, of which the audit trail says who took them."""

from collections.abc import Iterable

from chalicelib.analytics import exports
from chalicelib.analytics.exports import Row
from chalicelib.analytics.reports import Report
from chalicelib.core import clock
from chalicelib.core.api import csv_tables
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.replies import Csv
from chalicelib.core.outbox import record


def taken(actor: Actor, subject: tuple[str, str], report: Report, rows: Iterable[Row]) -> Csv:
    """Write a report as CSV, and record who took it.

    Args:
        actor: who takes it.
        subject: kind and id of what it is about.
        report: the report.
        rows: the same as rows of a flat table.
    """
    told = {"range_days": report.range_days}
    record(
        actor.tenant_id, actor.person, "analytics.exported", subject, clock.now(), new=told
    ).save()
    return Csv(csv_tables.text(exports.HEADING, rows), None)
