"""Pages: at most so many items of a longer list, and the position where the next page starts.

A position is JSON-like; None stands for the beginning, and as an answer for the end.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex
from pynamodb.models import Model

Position = dict[str, dict[str, str]] | None
"""The key at which a page of a table or an index stopped, as DynamoDB writes it, or None."""

M = TypeVar("M", bound=Model)
T = TypeVar("T")
S = TypeVar("S")
P = TypeVar("P")

_READS, _AT_ONCE = 25, 200
"""How often one page reads on, and how much, when a filter leaves little."""


def read(
    source: type[M] | GlobalSecondaryIndex[M],
    key: str,
    condition: Condition | None = None,
    *,
    limit: int,
    position: Position,
    newest_first: bool = False,
    keep: Condition | None = None,
    consistent: bool = False,
) -> tuple[list[M], Position]:
    """Read one page of a partition of a table or an index.

    Args:
        source: the model, or an index of one.
        key: the partition.
        condition: narrows the sort keys.
        limit: at most so many.
        position: the last key of the page before.
        newest_first: read from the largest sort key downwards.
        keep: drops items after they were read; the page is filled up from behind.
        consistent: see every write that was answered before; not for indexes.

    Returns:
        The items, and the last key read.
    """
    options: dict[str, Any] = {"consistent_read": True} if consistent else {}
    results = source.query(
        key,
        condition,
        keep,
        scan_index_forward=not newest_first,
        limit=limit,
        page_size=limit,
        last_evaluated_key=position,
        **options,
    )
    return list(results), results.last_evaluated_key


def kept(
    read_page: Callable[[int, P | None], tuple[list[T], P | None]],
    keep: Callable[[T], S | None],
    position_of: Callable[[T], P],
    *,
    limit: int,
    position: P | None,
) -> tuple[list[S], P | None]:
    """Read one page of what a filter leaves of a longer list.

    It looks on until the page is full and something follows, or the list ends, so that neither
    short pages nor a cursor at the end count what was left out. After thousands of items of which
    nothing was left it stops for a while, with what it has.

    Args:
        read_page: reads a page of the longer list, from a limit and a position.
        keep: gives what to show of an item; None leaves it out.
        position_of: gives the position behind an item.
        limit: at most so many.
        position: where the page before stopped.

    Returns:
        What was kept, and the next position or None.
    """
    found: list[S] = []
    last: T | None = None
    at_most = limit + 1
    for _ in range(_READS):
        listed, position = read_page(at_most, position)
        for item in listed:
            shown = keep(item)
            if shown is None:
                continue
            if len(found) == limit and last is not None:
                return found, position_of(last)
            found.append(shown)
            last = item
        if position is None:
            return found, None
        at_most = _AT_ONCE
    return found, position


def cut(every: Sequence[T], limit: int, position: int | None) -> tuple[list[T], int | None]:
    """Return one page of items that are all at hand, and the index of the next page's first."""
    start = position or 0
    end = start + limit
    return list(every[start:end]), end if end < len(every) else None
