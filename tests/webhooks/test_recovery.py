"""The sweeper: what is due or got stuck is sent on, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.webhooks import attempts, deliveries, recovery
from chalicelib.webhooks.deliveries import Order
from chalicelib.webhooks.models import Delivery
from tests.webhooks.conftest import Hooks
from tests.webhooks.receiver import Receiver, status


@pytest.fixture
def ordered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of what the sweeper orders."""
    found: list[str] = []
    monkeypatch.setattr(deliveries, "order", lambda one, *_: found.append(one.id))
    return found


def made(hooks: Hooks, receiver: Receiver) -> tuple[dict[str, Any], dict[str, Any]]:
    webhook = hooks.make(receiver.url)
    hooks.happen()
    hooks.cloud.run("dispatch_records", "make_deliveries")
    (delivery,) = hooks.deliveries(webhook)
    return webhook, delivery


def test_an_order_that_got_lost_is_given_anew_once_a_while(
    hooks: Hooks, receiver: Receiver, ordered: list[str]
) -> None:
    _, delivery = made(hooks, receiver)
    assert ordered == [delivery["id"]]
    recovery.tend(clock.now())
    assert len(ordered) == 1
    for _ in range(2):
        recovery.tend(clock.now() + timedelta(seconds=70))
    assert ordered == [delivery["id"]] * 2
    recovery.tend(clock.now() + timedelta(minutes=4))
    assert ordered == [delivery["id"]] * 3


def test_what_is_done_or_gone_is_left_alone(
    hooks: Hooks, receiver: Receiver, ordered: list[str]
) -> None:
    webhook, delivery = made(hooks, receiver)
    later = clock.now() + timedelta(days=1)
    recovery.tend(later)
    assert ordered.count(delivery["id"]) == 2
    hooks.ahead += timedelta(days=1)
    attempts.send(Order(hooks.tenant.id, webhook["id"], delivery["id"]), clock.now())
    assert len(receiver.came) == 1
    recovery.tend(later + timedelta(days=1))
    assert ordered.count(delivery["id"]) == 2
    key = Delivery(f"{hooks.tenant.id}#{webhook['id']}", f"DELIVERY#{delivery['id']}")
    recovery._look_after(key, later)
    key.delete()
    recovery._look_after(key, later)
    assert ordered.count(delivery["id"]) == 2


def test_what_waits_for_hours_is_sent_when_its_time_has_come(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = hooks.make(receiver.url)
    receiver.script += [status(500)] * 5
    hooks.happen()
    hooks.run()
    for _ in range(4):
        hooks.later(minutes=12)
    (delivery,) = hooks.deliveries(webhook)
    assert len(delivery["attempts"]) == 5
    hooks.later(minutes=25)
    assert len(receiver.came) == 5
    hooks.later(minutes=6)
    assert len(receiver.came) == 6
    assert hooks.deliveries(webhook)[0]["status"] == "delivered"
