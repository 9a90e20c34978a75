"""Sending a delivery: claimed first, so that nobody else does, and noted afterwards.

A process that dies in between leaves a claim that ends: the sweeper has it sent again, under the
same id. A receiver that is slow to fail is asked for one thing at a time, so that it costs others
no function.
"""

import logging
import random
from datetime import datetime, timedelta

from pynamodb.expressions.update import Action

from chalicelib.core import clock
from chalicelib.core.tables import ConditionFailed, find_together, update
from chalicelib.tenants.models import Tenant
from chalicelib.webhooks import deliveries, registry, schedule, sending, signing
from chalicelib.webhooks.deliveries import GRACE, LONGEST_DELAY, Order
from chalicelib.webhooks.models import (
    DELIVERY,
    WEBHOOK,
    Attempt,
    Delivery,
    Status,
    Webhook,
    deliveries_key,
)
from chalicelib.webhooks.sending import Outcome

log = logging.getLogger(__name__)

_CLAIM = timedelta(seconds=30)
"""As long as the function may take; then another one may send the delivery."""

_EARLY = timedelta(seconds=1)
"""Clocks of two machines differ, so that a message may come before its time."""

_MOST_KEPT = 25
"""How many attempts a delivery shows, those of earlier schedules among them."""

_GONE = 410


def send(order: Order, now: datetime) -> None:
    """Send what an order names, unless that is done, not yet due, or under way elsewhere."""
    delivery = _claimed(order, now)
    if delivery is None:
        return
    webhook, tenant = find_together(
        (Webhook, order.tenant_id, f"{WEBHOOK}{order.webhook_id}"),
        (Tenant, order.tenant_id, "TENANT"),
    )
    if webhook is None or tenant is None or not webhook.is_active:
        _end(delivery, "cancelled")
        return
    if tenant.suspended_at is not None:
        _put_off(delivery, webhook, now + LONGEST_DELAY, now)
        return
    rests_until = _rests_until(webhook, now)
    if rests_until is not None:
        _put_off(delivery, webhook, rests_until, now)
        return
    body = delivery.payload.encode()
    signed = signing.headers(webhook.secret, delivery.event_id, now, body)
    outcome = sending.post(webhook.url, body, signed)
    attempt = Attempt(clock.timestamp(now), *outcome)
    _log(delivery, outcome)
    _note(delivery, webhook, attempt, now + timedelta(milliseconds=outcome.duration_ms))


def _claimed(order: Order, now: datetime) -> Delivery | None:
    """Take a delivery for this process; None where there is nothing to do."""
    delivery = Delivery(
        deliveries_key(order.tenant_id, order.webhook_id), f"{DELIVERY}{order.delivery_id}"
    )
    moment = clock.timestamp(now)
    free = Delivery.claimed_until.does_not_exist() | (Delivery.claimed_until < moment)
    is_due = Delivery.next_attempt_at <= clock.timestamp(now + _EARLY)
    try:
        update(
            delivery,
            Delivery.claimed_until.set(clock.timestamp(now + _CLAIM)),
            *Delivery.due_actions(now + GRACE, order.delivery_id),
            condition=(Delivery.status == "pending") & is_due & free,
        )
    except ConditionFailed:
        return None
    return delivery


def _rests_until(webhook: Webhook, now: datetime) -> datetime | None:
    """Return until when a slow webhook is not asked; None where this process may ask it."""
    if webhook.paused_until is None:
        return None
    ends = datetime.fromisoformat(webhook.paused_until)
    if ends > now:
        return ends
    try:  # of all that wait, one may ask
        update(
            webhook,
            Webhook.paused_until.set(clock.timestamp(now + _CLAIM)),
            condition=Webhook.paused_until == webhook.paused_until,
        )
    except ConditionFailed:
        return now + _CLAIM
    return None


def _note(delivery: Delivery, webhook: Webhook, attempt: Attempt, now: datetime) -> None:
    """Write down what came of an attempt, and have the next one sent."""
    if attempt.error is None:
        _end(delivery, "delivered", attempt, now)
        _note_success(webhook)
        return
    pause = None if _is_overdue(delivery, now) else schedule.pause_after(delivery.tries + 1)
    is_gone = attempt.status_code == _GONE
    _note_failure(webhook, attempt, now)
    if is_gone:
        registry.switch_off(webhook, "gone", now)
    elif pause is None:
        _give_up_on(webhook, now)
    # Last, so that who dies before it leaves something to be done again.
    if is_gone or pause is None:
        _end(delivery, "failed", attempt)
    else:
        _plan(delivery, now + pause, now, attempt)


def _put_off(delivery: Delivery, webhook: Webhook, until: datetime, now: datetime) -> None:
    """Leave a delivery for later, which is no attempt; for a day, and then it has failed."""
    if _is_overdue(delivery, now):
        _give_up_on(webhook, now)
        _end(delivery, "failed")
        return
    # Those that wait for the same moment do not all come at once.
    _plan(delivery, until + timedelta(seconds=random.uniform(0, 5)), now)


def _is_overdue(delivery: Delivery, now: datetime) -> bool:
    """Return whether a delivery has been tried for as long as any is."""
    return now - datetime.fromisoformat(delivery.begun_at) > schedule.PATIENCE


def _plan(
    delivery: Delivery, moment: datetime, now: datetime, attempt: Attempt | None = None
) -> None:
    """Have a delivery sent at a time: by a delayed message, or by the sweeper where that is far."""
    delay = moment - now
    is_near = delay <= LONGEST_DELAY
    actions = [
        Delivery.next_attempt_at.set(clock.timestamp(moment)),
        *Delivery.due_actions(moment + GRACE if is_near else moment, delivery.id),
    ]
    if attempt is not None:
        actions += _noted(delivery, attempt)
    if _release(delivery, *actions) and is_near:
        deliveries.order(delivery, max(delay, timedelta()))


def _end(
    delivery: Delivery,
    status: Status,
    attempt: Attempt | None = None,
    delivered_at: datetime | None = None,
) -> None:
    """Note that nothing more is sent."""
    actions = [
        Delivery.status.set(status),
        Delivery.next_attempt_at.remove(),
        *Delivery.due_actions(None, delivery.id),
    ]
    if delivered_at is not None:
        actions.append(Delivery.delivered_at.set(clock.timestamp(delivered_at)))
    if attempt is not None:
        actions += _noted(delivery, attempt)
    _release(delivery, *actions)


def _noted(delivery: Delivery, attempt: Attempt) -> list[Action]:
    kept = [*delivery.attempts, attempt][-_MOST_KEPT:]
    return [Delivery.attempts.set(kept), Delivery.tries.set(delivery.tries + 1)]


def _release(delivery: Delivery, *actions: Action) -> bool:
    """Release a claim and write the outcome; return False where another process has the claim."""
    ours = Delivery.claimed_until == delivery.claimed_until
    as_begun = Delivery.begun_at == delivery.begun_at
    free = Delivery.claimed_until.remove()
    try:
        update(delivery, *actions, free, condition=ours & as_begun)
    except ConditionFailed:
        _release_asked_again(delivery)
        return False
    return True


def _release_asked_again(delivery: Delivery) -> None:
    """Release the claim of a delivery that a member asked to have sent again, and order it."""
    try:
        update(
            delivery,
            Delivery.claimed_until.remove(),
            condition=Delivery.claimed_until == delivery.claimed_until,
        )
    except ConditionFailed:
        log.info("claimed by another process", extra={"delivery_id": delivery.id})
        return
    deliveries.order(delivery)


def _note_success(webhook: Webhook) -> None:
    if webhook.failing_since is None and webhook.paused_until is None:
        return
    _change(
        webhook,
        Webhook.failing_since.remove(),
        Webhook.paused_until.remove(),
        Webhook.pauses.set(0),
    )


def _note_failure(webhook: Webhook, attempt: Attempt, now: datetime) -> None:
    """Note since when a receiver fails, and let one that is slow to do so rest."""
    actions: list[Action] = []
    if webhook.failing_since is None:
        actions.append(Webhook.failing_since.set(clock.timestamp(now)))
    if attempt.duration_ms >= schedule.SLOW_MS:
        pauses = webhook.pauses + 1
        rests_until = clock.timestamp(now + schedule.rest_after(pauses))
        actions += [Webhook.paused_until.set(rests_until), Webhook.pauses.set(pauses)]
    elif webhook.paused_until is not None:
        actions += [Webhook.paused_until.remove(), Webhook.pauses.set(0)]
    if actions:
        _change(webhook, *actions)


def _change(webhook: Webhook, *actions: Action) -> None:
    try:
        update(webhook, *actions, condition=Webhook.pk.exists())
    except ConditionFailed:
        log.info("deleted meanwhile", extra={"webhook_id": webhook.id})


def _give_up_on(webhook: Webhook, now: datetime) -> None:
    """Switch a webhook off whose receiver has taken nothing for days."""
    since = webhook.failing_since
    if since is not None and now - datetime.fromisoformat(since) > schedule.FAILING_FOR:
        registry.switch_off(webhook, "failing", now)


def _log(delivery: Delivery, outcome: Outcome) -> None:
    told = {
        "tenant_id": delivery.tenant_id,
        "webhook_id": delivery.webhook_id,
        "delivery_id": delivery.id,
        "event": delivery.event,
        **outcome._asdict(),
    }
    log.info("webhook sent", extra=told)
