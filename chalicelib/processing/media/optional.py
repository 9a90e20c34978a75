"""Facts that a file may lack: what goes wrong while one is read costs that one alone.

The traces of what went wrong travel with the worker's answer to the log of the function.
"""

import traceback
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

MOST_TRACES = 5
_TRACE_CHARACTERS = 2_000

_traces: list[str] = []


def read(reader: Callable[[], T], otherwise: T) -> T:
    """Return what a reader gives; where it raises, whatever it raises, something else.

    Libraries raise more than their own error classes say: `struct.error`, `KeyError`,
    `RecursionError`, a `UnicodeError`.
    """
    try:
        return reader()
    except Exception:
        if len(_traces) < MOST_TRACES:
            trace = traceback.format_exc()[-_TRACE_CHARACTERS:]
            _traces.append(trace.encode("utf-8", "backslashreplace").decode())
        return otherwise


def taken_traces() -> tuple[str, ...]:
    """Return the traces that were noted, and forget them."""
    taken = tuple(_traces)
    _traces.clear()
    return taken
