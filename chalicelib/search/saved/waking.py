"""When to look for what saved searches find anew: some time after the index has changed.

A tenant without searches that notify costs one read for each batch of changes.
"""

from datetime import datetime, timedelta

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.core import clock
from chalicelib.core.tables import ConditionFailed, back_off, find, insert, update
from chalicelib.search.saved.models import WATCH, Watch

REST = timedelta(minutes=1)
"""Nothing has to change for so long; what comes in one go is told of in one."""

_ATTEMPTS = 12


def begin(tenant_id: str, now: datetime) -> None:
    """Let a tenant's searches be looked after from now on. Idempotent."""
    watch = Watch(tenant_id, WATCH, since=clock.timestamp(now))
    watch.make_due(now + REST, tenant_id)
    try:
        insert(watch)
    except ConditionFailed:
        wake(tenant_id, now)


def wake(tenant_id: str, now: datetime) -> None:
    """Say that a tenant's index has changed. Idempotent.

    Raises:
        TimeoutError: others say so, or look, every time.
    """
    for attempt in range(_ATTEMPTS):
        watch = find(Watch, tenant_id, WATCH)
        if watch is None or (watch.due_at is not None and not watch.is_quiet):
            return
        actions: list[Action] = [Watch.is_quiet.set(False)]
        if watch.due_at is None:
            actions += [
                Watch.since.set(clock.timestamp(now)),
                *Watch.due_actions(now + REST, tenant_id),
            ]
        try:
            update(watch, *actions, condition=as_due(watch))
            return
        except ConditionFailed:
            back_off(attempt)
    raise TimeoutError("others look for news every time")


def as_due(watch: Watch) -> Condition:
    """Return the condition that a watch is due as it was when it was read."""
    if watch.due_at is None:
        never: Condition = Watch.due_at.does_not_exist() & Watch.pk.exists()
        return never
    same: Condition = Watch.due_at == watch.due_at
    return same
