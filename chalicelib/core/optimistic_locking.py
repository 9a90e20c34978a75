"""Changes that depend on what was read: where another request is faster, they begin again."""

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Generic, TypeVar

from chalicelib.core.errors import Conflict, PreconditionFailed
from chalicelib.core.tables import ConditionFailed, back_off

T = TypeVar("T")
R = TypeVar("R")

ATTEMPTS = 12
"""How often others may be faster; each time one of them has come through."""


def _overtaken(_: ConditionFailed) -> bool:
    """Take every failed condition for another request's doing."""
    return True


class Attempt(Generic[T]):
    """One attempt to change an item, given as it is now; entered, it hands the item out.

    Args:
        item: as it was read.
        is_overtaken: whether a failed condition says that another request was faster.
        otherwise: what to tell whom others were faster at the last attempt; None of earlier ones,
            and where no person waits.
        is_last: whether no attempt follows.
    """

    def __init__(
        self,
        item: T,
        is_overtaken: Callable[[ConditionFailed], bool],
        otherwise: str | None,
        *,
        is_last: bool,
    ) -> None:
        self.item, self._is_overtaken = item, is_overtaken
        self._otherwise, self._is_last = otherwise, is_last
        self.succeeded = False

    def __enter__(self) -> T:
        return self.item

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self.succeeded = error is None
        if not isinstance(error, ConditionFailed) or not self._is_overtaken(error):
            return False
        if self._is_last and self._otherwise is not None:
            raise Conflict(self._otherwise) from None
        return not self._is_last


def attempts(
    item: T,
    read_again: Callable[[T], T],
    otherwise: str | None,
    most: int = ATTEMPTS,
    is_overtaken: Callable[[ConditionFailed], bool] = _overtaken,
) -> Iterator[Attempt[T]]:
    """Yield attempts to change what was read until one succeeds.

    Each is entered by `with`; what fails within because another request was faster begins again
    with the next, from what is there then.

    Args:
        item: as it was read.
        read_again: reads it as it is now.
        otherwise: what to say to whom others were faster every time; None where no person waits.
        most: how many attempts.
        is_overtaken: whether a failed condition says that another request was faster; any other is
            raised as it is.

    Raises:
        Conflict: others were faster every time.
        ConditionFailed: so they were, and there is nobody to tell; or it means something else.
    """
    for number in range(1, most + 1):
        attempt = Attempt(item, is_overtaken, otherwise, is_last=number == most)
        yield attempt
        if attempt.succeeded:
            return
        back_off(number - 1)
        item = read_again(item)


def despite_others(
    change: Callable[[T], R],
    item: T,
    read_again: Callable[[T], T],
    otherwise: str | None,
    most: int = ATTEMPTS,
) -> R:
    """Change what was read, again from what is there then while another request is faster.

    Args:
        change: decides by the item and writes under a condition; gives what it made of it.
        item: as it was read.
        read_again: reads it as it is now.
        otherwise: as `attempts` takes it.
        most: how many attempts.

    Raises:
        Conflict: others were faster every time.
        ConditionFailed: so they were, and there is nobody to tell.
    """
    for attempt in attempts(item, read_again, otherwise, most):
        with attempt as read:
            return change(read)
    raise AssertionError("the last attempt returns or raises")


def require_match(if_match: str | None, etag: str, otherwise: str) -> None:
    """Compare an `If-Match` header with the tag of what is there (RFC 9110).

    Args:
        if_match: the header; without it, or with `*`, everything matches.
        etag: the tag of what is there.
        otherwise: what to say where they differ.

    Raises:
        PreconditionFailed: they differ.
    """
    if if_match is None or if_match.strip() == "*":
        return
    if etag not in {tag.strip() for tag in if_match.split(",")}:
        raise PreconditionFailed(otherwise)
