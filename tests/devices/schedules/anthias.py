"""When Anthias shows a row of its schedule: its own model's `is_active` (v2026.08.2)."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo


def is_active(row: dict[str, Any], now: datetime, zone: ZoneInfo) -> bool:
    """Return whether a row is shown: enabled, between its dates, on its days and in its window."""
    if not (row["is_enabled"] and row["start_date"] and row["end_date"]):
        return False
    if not _moment(row["start_date"]) < now < _moment(row["end_date"]):
        return False
    local = now.astimezone(zone)
    begins, ends, day = _time(row["play_time_from"]), _time(row["play_time_to"]), local
    if begins is not None and ends is not None:
        at = local.time()
        if begins <= ends:
            if not begins <= at < ends:
                return False
        elif at < ends:
            day = local - timedelta(days=1)  # of the window that began yesterday
        elif at < begins:
            return False
    return day.isoweekday() in row["play_days"]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _time(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)
