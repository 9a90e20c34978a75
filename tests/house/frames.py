"""Counts how many of our own functions stand on each other when AWS is called.

A frame is a function of the product, from the edge (a view, or what a queue's message is given to)
to the one that calls AWS. `python -m pytest tests/house/test_frames.py` compares them with the
limits of the house.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from tests.house import calls
from tests.house.calls import PRODUCT

_EDGES = ("routes.py", "events.py")
_NOT_FUNCTIONS = frozenset({"<lambda>", "<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"})

Stack = tuple[str, ...]


class Deepest:
    """The deepest stacks that were seen, by the edge function in which they begin."""

    def __init__(self) -> None:
        self._found: defaultdict[str, Stack] = defaultdict(tuple)

    def of(self, edge: str) -> Stack:
        """Give the deepest stack of an edge function."""
        return self._found[edge]

    def look(self, *_: object) -> None:
        """Take a call to AWS into account."""
        stack = _own()
        if stack and len(stack) > len(self._found[stack[0]]):
            self._found[stack[0]] = stack


def _own() -> Stack:
    """Give the names of our own functions of this call, from the edge to AWS."""
    names: list[str] = []
    length = 0
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith(PRODUCT) and code.co_name not in _NOT_FUNCTIONS:
            names.append(code.co_name)
            if code.co_filename.endswith(_EDGES):
                length = len(names)
        frame = frame.f_back
    return tuple(reversed(names[:length]))


@contextmanager
def counted() -> Iterator[Deepest]:
    """Count the frames of every call to AWS for a while."""
    deepest = Deepest()
    calls.preparers.append(deepest.look)
    try:
        yield deepest
    finally:
        calls.preparers.remove(deepest.look)
