"""Taking turns, so that a busy moment of the machine hits all that is compared alike."""

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")

median = statistics.median


def take_turns(
    contenders: Mapping[str, Callable[[], T]], rounds: int, warm_ups: int = 2
) -> dict[str, list[T]]:
    """Call each contender once a round, in an order that turns round by round: A B, B A, A B.

    Returns:
        What each gave, the warm-up left out.
    """
    taken: dict[str, list[T]] = {name: [] for name in contenders}
    for number in range(-warm_ups, rounds):
        for name in sorted(contenders, reverse=number % 2 == 1):
            result = contenders[name]()
            if number >= 0:
                taken[name].append(result)
    return taken


def geometric_mean(ratios: Iterable[float]) -> float:
    """Return the mean that is fit for ratios."""
    logarithms = [math.log(ratio) for ratio in ratios]
    return math.exp(sum(logarithms) / len(logarithms))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
