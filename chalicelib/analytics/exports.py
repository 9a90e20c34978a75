"""A report as one flat table: a figure, what it is of, and its value."""

from collections.abc import Iterator

from chalicelib.analytics.reports import Report

HEADING = ("figure", "of", "value")

Row = tuple[str, str, str | int]

_MAPS = ("by_hour", "by_country", "by_device", "by_browser", "by_referrer", "by_source")


def rows(report: Report) -> Iterator[Row]:
    """Write a report as rows, such as `("by_country", "DE", 7)`."""
    yield "range_days", "", report.range_days
    for name in report.totals.__struct_fields__:
        yield f"totals.{name}", "", getattr(report.totals, name)
    yield "bots", "", report.bots
    yield "last_accessed_at", "", report.last_accessed_at or ""
    for day in report.by_day:
        yield "by_day.views", day.date, day.views
        yield "by_day.downloads", day.date, day.downloads
    for figure in _MAPS:
        for name, number in getattr(report, figure).items():
            yield figure, name, number
