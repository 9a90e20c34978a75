"""How many tasks ended how, how long they took and how much memory: by day, and over days.

Durations and peaks are kept as histograms whose steps grow by 10 %, so that a day is one item
however many files come, and a quantile of many days is exact to 5 %.
"""

import logging
import math
from collections import Counter as Numbers
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, get_args

import msgspec
from pynamodb.expressions.operand import Path

from chalicelib.assets.tasks import Task
from chalicelib.core.attributes import IntegerAttribute
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item, images, update

log = logging.getLogger(__name__)

STEP = 1.1
CountedType = Literal[
    "virus_scan", "thumbnail", "metadata", "conversion", "compression", "embed_metadata"
]
TYPES = get_args(CountedType)

_KEPT = timedelta(days=400)
_SHORTEST_SECONDS, _SMALLEST_BYTES = 0.001, 1024.0


class TypeStatistics(msgspec.Struct):
    """What became of the tasks of one type.

    Attributes:
        pending: how many wait now.
        running: how many run now.
        completed: how many ended well in these days.
        failed: how many failed for good in these days.
        median_seconds: half took less; null where none ended.
        p95_seconds: 95 of 100 took less; null where none ended.
        median_peak_memory_bytes: half took less at once; null where that was not measured.
        p95_peak_memory_bytes: 95 of 100 took less at once; null where that was not measured.
    """

    pending: int
    running: int
    completed: int
    failed: int
    median_seconds: float | None
    p95_seconds: float | None
    median_peak_memory_bytes: int | None
    p95_peak_memory_bytes: int | None


class TaskDay(Item):
    """The tasks of one type that ended on one day (`pk` = tenant + `#tasks`).

    `sk` = `DAY#` + the day + `#` + the type. Besides the declared attributes there is one for each
    step of the two histograms that was met, `seconds:12` and `bytes:90`.
    """

    class Meta:  # noqa: D106
        table_name = settings().processing_table

    completed = IntegerAttribute(null=True)
    failed = IntegerAttribute(null=True)
    ttl = IntegerAttribute(null=True)


def count(tenant_id: str, task: Task, now: datetime) -> None:
    """Count a task that has ended; what cannot be counted holds up nothing."""
    if task.status not in {"completed", "failed"}:
        return
    actions = [
        Path(task.status).add(1),
        TaskDay.ttl.set(int((now + _KEPT).timestamp())),
    ]
    if task.duration_seconds is not None:
        actions.append(Path(f"seconds:{_step(task.duration_seconds, _SHORTEST_SECONDS)}").add(1))
    if task.peak_memory_bytes:
        actions.append(Path(f"bytes:{_step(task.peak_memory_bytes, _SMALLEST_BYTES)}").add(1))
    try:
        update(TaskDay(f"{tenant_id}#tasks", _sort_key(now, task.job_type)), *actions)
    except Exception:
        log.exception("a task was not counted")


def of_days(
    tenant_id: str, days: int, now: datetime, unfinished: Iterable[Task]
) -> dict[CountedType, TypeStatistics]:
    """Add up the tasks that ended in so many days, today included, beside those under way.

    Args:
        tenant_id: whose.
        days: how many.
        now: the present time.
        unfinished: the tasks that wait or run now.
    """
    numbers: dict[str, Numbers[str]] = {job_type: Numbers() for job_type in TYPES}
    dates = [now - timedelta(days=day) for day in range(days)]
    keys = [(f"{tenant_id}#tasks", _sort_key(day, one)) for day in dates for one in TYPES]
    found = images(settings().processing_table, keys, consistent=False)
    for (_, sort_key), item in found.items():
        told = {name: int(value["N"]) for name, value in item.items() if "N" in value}
        numbers[sort_key.rpartition("#")[2]].update(told)
    for task in unfinished:
        numbers[task.job_type][task.status] += 1
    return {job_type: _shown(numbers[job_type]) for job_type in TYPES}


def _sort_key(now: datetime, job_type: str) -> str:
    return f"DAY#{now:%Y-%m-%d}#{job_type}"


def _step(value: float, smallest: float) -> int:
    return max(0, math.ceil(math.log(max(value, smallest) / smallest, STEP)))


def _shown(numbers: Numbers[str]) -> TypeStatistics:
    seconds = _histogram(numbers, "seconds:", _SHORTEST_SECONDS)
    peaks = _histogram(numbers, "bytes:", _SMALLEST_BYTES)
    half, most = _quantile(peaks, 0.5), _quantile(peaks, 0.95)
    return TypeStatistics(
        pending=numbers["pending"],
        running=numbers["running"],
        completed=numbers["completed"],
        failed=numbers["failed"],
        median_seconds=_rounded(_quantile(seconds, 0.5)),
        p95_seconds=_rounded(_quantile(seconds, 0.95)),
        median_peak_memory_bytes=None if half is None else round(half),
        p95_peak_memory_bytes=None if most is None else round(most),
    )


def _histogram(numbers: Numbers[str], prefix: str, smallest: float) -> Mapping[float, int]:
    """Return how many lie at each step, by the middle of the step."""
    steps = {
        int(name.removeprefix(prefix)): number
        for name, number in numbers.items()
        if name.startswith(prefix)
    }
    return {smallest * STEP ** (step - 0.5): number for step, number in sorted(steps.items())}


def _quantile(values: Mapping[float, int], share: float) -> float | None:
    wanted = sum(values.values()) * share
    seen = 0
    for value, number in values.items():
        seen += number
        if seen >= wanted:
            return value
    return None


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
