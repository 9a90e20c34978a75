"""When a delivery that failed is sent again, and when a receiver is given up."""

from datetime import timedelta

_SECONDS = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 28_800)

PAUSES = tuple(timedelta(seconds=seconds) for seconds in _SECONDS)
"""The pauses between the attempts of one delivery: eleven attempts in a little less than a day."""

PATIENCE = timedelta(days=1)
"""What is pending for longer, its receiver being slow or the tenant suspended, has failed."""

FAILING_FOR = timedelta(days=3)
"""After so long without a success a webhook is switched off with the next delivery that fails."""

KEPT = timedelta(days=30)
"""How long a delivery can be looked at and sent again."""

SLOW_MS = 3000
"""What takes so long and fails holds up others, so that its webhook sends one thing at a time."""

_LONGEST_REST = timedelta(hours=1)


def pause_after(tries: int) -> timedelta | None:
    """Return the pause after so many failed attempts; None after the last."""
    return PAUSES[tries - 1] if tries <= len(PAUSES) else None


def rest_after(slow_attempts: int) -> timedelta:
    """Return how long a slow webhook rests after so many slow failures in a row."""
    return min(PAUSES[min(slow_attempts, len(PAUSES)) - 1], _LONGEST_REST)
