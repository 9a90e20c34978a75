"""Attempts: tried again with growing pauses, given up in the end, and never at others' expense."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.tenants.administration import suspension
from chalicelib.webhooks import attempts, registry, schedule, sending
from chalicelib.webhooks.deliveries import Order
from chalicelib.webhooks.models import WEBHOOK, Webhook
from chalicelib.webhooks.sending import Outcome
from tests.shared import audit
from tests.webhooks.conftest import Hooks
from tests.webhooks.receiver import Receiver, status
from tests.workflows.overtaking import overtake


def order(hooks: Hooks, webhook: dict[str, Any], delivery: dict[str, Any]) -> Order:
    return Order(hooks.tenant.id, webhook["id"], delivery["id"])


def begun(hooks: Hooks, webhook: dict[str, Any]) -> dict[str, Any]:
    """Have something happen; gives its delivery after the first attempt."""
    hooks.happen()
    hooks.run()
    return hooks.deliveries(webhook)[0]


def switched_off(hooks: Hooks, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    told = audit(hooks.cloud, hooks.admin, f"&subject={webhook['id']}")
    return [record["new"] for record in told if record["action"] == "webhook.switched_off"]


def test_what_failed_comes_again_after_growing_pauses_until_it_is_taken(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = hooks.make(receiver.url)
    receiver.script += [status(500), status(302, Location="http://169.254.169.254/"), status(404)]
    delivery = begun(hooks, webhook)
    assert delivery["status"] == "pending"
    assert hooks.show(webhook)["failing_since"] is not None
    attempts.send(order(hooks, webhook, delivery), clock.now())  # too early
    assert len(receiver.came) == 1
    for seconds in (7, 32, 125):
        hooks.later(seconds=seconds + 60)
    (after,) = hooks.deliveries(webhook)
    assert after["status"] == "delivered"
    assert after["delivered_at"] is not None
    told = [(one["status_code"], one["error"]) for one in after["attempts"]]
    assert told == [(500, "refused"), (302, "redirected"), (404, "refused"), (200, None)]
    assert len({came.headers["webhook-id"] for came in receiver.came}) == 1
    assert all(came.is_signed_by(webhook["secret"]) for came in receiver.came)
    assert hooks.show(webhook)["failing_since"] is None
    hooks.later(days=1)
    assert len(receiver.came) == 4


def test_the_first_pauses_are_messages_and_the_long_ones_are_swept(
    hooks: Hooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    delays: list[int | None] = []
    monkeypatch.setattr(
        "chalicelib.core.queues.send", lambda *_, delay_seconds=None: delays.append(delay_seconds)
    )
    webhook = hooks.make(receiver.url)
    hooks.happen()
    hooks.cloud.run("dispatch_records", "make_deliveries")
    (delivery,) = hooks.deliveries(webhook)
    receiver.script += [status(500)] * 11
    for pause in (*schedule.PAUSES, timedelta(hours=8)):
        attempts.send(order(hooks, webhook, delivery), clock.now())
        (delivery,) = hooks.deliveries(webhook)
        hooks.ahead += pause + timedelta(seconds=1)
    assert delays == [0, 5, 30, 120, 600]
    assert len(receiver.came) == 11
    assert (delivery["status"], delivery["next_attempt_at"]) == ("failed", None)
    attempts.send(order(hooks, webhook, delivery), clock.now())
    assert len(receiver.came) == 11


def test_of_a_message_that_comes_twice_at_once_one_is_sent(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = hooks.make(receiver.url)
    hooks.happen()
    hooks.cloud.run("dispatch_records", "make_deliveries")
    (delivery,) = hooks.deliveries(webhook)
    now = clock.now()
    with ThreadPoolExecutor(8) as pool:
        sends = [pool.submit(attempts.send, order(hooks, webhook, delivery), now) for _ in range(8)]
    for one in sends:
        one.result()
    assert len(receiver.came) == 1
    (after,) = hooks.deliveries(webhook)
    assert (after["status"], len(after["attempts"])) == ("delivered", 1)


def test_a_claim_ends_with_the_process_that_had_it(
    hooks: Hooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = hooks.make(receiver.url)
    hooks.happen()
    hooks.cloud.run("dispatch_records", "make_deliveries")
    (delivery,) = hooks.deliveries(webhook)

    class Died(BaseException):
        pass

    def die(*_: Any) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(attempts, "_note", die)  # it was sent, and nobody knows
        with pytest.raises(Died):
            attempts.send(order(hooks, webhook, delivery), clock.now())
    attempts.send(order(hooks, webhook, delivery), clock.now())
    assert len(receiver.came) == 1
    hooks.later(seconds=90)
    first, second = receiver.came
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    (after,) = hooks.deliveries(webhook)
    assert (after["status"], len(after["attempts"])) == ("delivered", 1)


def test_what_is_asked_for_again_while_it_is_sent_is_sent_once_more(
    hooks: Hooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = hooks.make(receiver.url)
    hooks.happen()
    hooks.cloud.run("dispatch_records", "make_deliveries")
    (delivery,) = hooks.deliveries(webhook)
    real = sending.post

    def post(*given: Any) -> Outcome:
        if not receiver.came:
            hooks.ahead += timedelta(seconds=1)
            assert hooks.redeliver(delivery).status == 202
        return real(*given)

    monkeypatch.setattr(sending, "post", post)
    attempts.send(order(hooks, webhook, delivery), clock.now())
    hooks.run()
    assert len(receiver.came) == 2
    (after,) = hooks.deliveries(webhook)
    assert after["status"] == "delivered"


@pytest.mark.parametrize("deed", ["switched off", "deleted"])
def test_what_waits_for_a_webhook_that_is_off_or_gone_is_cancelled(
    hooks: Hooks, receiver: Receiver, deed: str
) -> None:
    webhook = hooks.make(receiver.url)
    receiver.script.append(status(500))
    delivery = begun(hooks, webhook)
    if deed == "deleted":
        hooks.cloud.call("DELETE", f"/webhooks/{webhook['id']}/", hooks.admin)
    else:
        hooks.change(webhook, is_active=False)
    hooks.later(minutes=2)
    assert len(receiver.came) == 1
    hooks.later(days=2)
    assert len(receiver.came) == 1
    if deed == "switched off":
        (after,) = hooks.deliveries(webhook)
        assert (after["status"], after["next_attempt_at"]) == ("cancelled", None)
        hooks.change(webhook, is_active=True)
        hooks.later(minutes=2)
        assert len(receiver.came) == 1
        assert hooks.redeliver(delivery).status == 202
        hooks.run()
        assert len(receiver.came) == 2


def test_a_change_of_address_counts_from_the_next_attempt_on(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = hooks.make(receiver.url)
    receiver.script.append(status(500))
    begun(hooks, webhook)
    hooks.change(webhook, url=f"{receiver.url}/new")
    assert hooks.show(webhook)["failing_since"] is None
    hooks.later(minutes=2)
    assert [came.path for came in receiver.came] == ["/hook", "/hook/new"]


def test_a_receiver_that_is_gone_switches_its_webhook_off(hooks: Hooks, receiver: Receiver) -> None:
    webhook = hooks.make(receiver.url)
    receiver.script.append(status(410))
    delivery = begun(hooks, webhook)
    assert delivery["status"] == "failed"
    assert hooks.show(webhook)["is_active"] is False
    assert [new["reason"] for new in switched_off(hooks, webhook)] == ["gone"]
    hooks.happen()
    hooks.later(days=1)
    assert len(receiver.came) == 1
    assert len(hooks.deliveries(webhook)) == 1


def test_a_webhook_that_has_changed_is_read_again_before_it_is_switched_off(
    hooks: Hooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = hooks.make(receiver.url)

    def change() -> None:
        item = Webhook(hooks.tenant.id, f"{WEBHOOK}{webhook['id']}")
        item.update(actions=[Webhook.revision.add(1)])

    receiver.script.append(status(410))
    overtake(monkeypatch, registry, "transact", change)
    begun(hooks, webhook)
    assert hooks.show(webhook)["is_active"] is False


def test_a_receiver_that_is_gone_while_an_admin_changes_its_webhook(
    hooks: Hooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = hooks.make(receiver.url)

    def post(*_: Any) -> Outcome:
        assert hooks.change(webhook, events=["asset.approved", "share.opened"]).status == 200
        return Outcome(410, 20, "refused")

    monkeypatch.setattr(sending, "post", post)
    begun(hooks, webhook)
    shown = hooks.show(webhook)
    assert (shown["is_active"], shown["events"]) == (False, ["asset.approved", "share.opened"])
    assert len(switched_off(hooks, webhook)) == 1


def outcomes(
    monkeypatch: pytest.MonkeyPatch, outcome: Callable[[str], Outcome]
) -> list[tuple[str, str]]:
    """Have sending come out as told; gives what was sent to where."""
    sent: list[tuple[str, str]] = []

    def post(url: str, body: bytes, headers: dict[str, str]) -> Outcome:
        sent.append((url, headers["webhook-id"]))
        return outcome(url)

    monkeypatch.setattr(sending, "post", post)
    return sent


def test_a_receiver_that_takes_nothing_for_days_switches_its_webhook_off(
    hooks: Hooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = outcomes(monkeypatch, lambda _: Outcome(503, 20, "refused"))
    webhook = hooks.make(receiver.url)
    for day in range(1, 4):
        assert hooks.show(webhook)["is_active"]
        hooks.happen()
        hooks.run()
        for pause in schedule.PAUSES:
            hooks.later(seconds=pause.total_seconds() + 62)
        assert [one["status"] for one in hooks.deliveries(webhook)] == ["failed"] * day
        hooks.ahead += timedelta(hours=1)
    assert not hooks.show(webhook)["is_active"]
    assert len(sent) == 3 * (len(schedule.PAUSES) + 1)
    assert [new["reason"] for new in switched_off(hooks, webhook)] == ["failing"]
    assert hooks.show(webhook)["failing_since"] is None


def test_a_slow_receiver_is_asked_for_one_thing_at_a_time_and_others_are_not_concerned(
    hooks: Hooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead, quick = f"{receiver.url}/dead", f"{receiver.url}/quick"

    def outcome(url: str) -> Outcome:
        return Outcome(None, 10_000, "timeout") if url == dead else Outcome(200, 20, None)

    sent = outcomes(monkeypatch, outcome)
    slow, fast = hooks.make(dead), hooks.make(quick)
    for _ in range(5):
        hooks.happen()
    hooks.run()
    assert [url for url, _ in sent].count(dead) == 1
    assert [url for url, _ in sent].count(quick) == 5
    assert {one["status"] for one in hooks.deliveries(fast)} == {"delivered"}
    waiting = hooks.deliveries(slow)
    assert {one["status"] for one in waiting} == {"pending"}
    assert sorted(len(one["attempts"]) for one in waiting) == [0, 0, 0, 0, 1]
    hooks.later(minutes=2)
    assert [url for url, _ in sent].count(dead) == 2
    monkeypatch.setattr(sending, "post", lambda *_: Outcome(200, 20, None))
    for _ in range(3):
        hooks.later(minutes=3)
    assert {one["status"] for one in hooks.deliveries(slow)} == {"delivered"}
    kept = Webhook.get(hooks.tenant.id, f"WEBHOOK#{slow['id']}")
    assert (kept.failing_since, kept.paused_until, kept.pauses) == (None, None, 0)


def test_a_slow_receiver_that_fails_quickly_by_now_rests_no_more(
    hooks: Hooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [Outcome(None, 10_000, "timeout"), Outcome(500, 20, "refused")]
    outcomes(monkeypatch, lambda _: answers.pop(0))
    webhook = hooks.make(receiver.url)
    begun(hooks, webhook)
    kept = Webhook.get(hooks.tenant.id, f"WEBHOOK#{webhook['id']}")
    assert (kept.paused_until is not None, kept.pauses) == (True, 1)
    hooks.later(minutes=2)
    kept.refresh()
    assert answers == []
    assert (kept.paused_until, kept.pauses) == (None, 0)
    assert kept.failing_since is not None


def test_what_never_got_its_turn_is_given_up_after_a_day(
    hooks: Hooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = outcomes(monkeypatch, lambda _: Outcome(None, 10_000, "timeout"))
    webhook = hooks.make(receiver.url)
    for _ in range(3):
        hooks.happen()
    hooks.run()
    for _ in range(8):
        hooks.later(hours=9)
    told = hooks.deliveries(webhook)
    assert {one["status"] for one in told} == {"failed"}
    assert {len(one["attempts"]) for one in told} < set(range(len(schedule.PAUSES) + 1))
    ours = [url for url, _ in sent if url == receiver.url]
    assert 0 < len(ours) == sum(len(one["attempts"]) for one in told)


def test_nothing_is_sent_while_a_tenant_is_suspended(hooks: Hooks, receiver: Receiver) -> None:
    webhook = hooks.make(receiver.url)
    hooks.happen()
    suspension.suspend(hooks.tenant.id, clock.now())
    hooks.run()
    hooks.later(hours=1)
    assert receiver.came == []
    suspension.resume(hooks.tenant.id, clock.now())
    hooks.later(hours=1)
    assert len(receiver.came) == 1
    (after,) = hooks.deliveries(webhook)
    assert (after["status"], len(after["attempts"])) == ("delivered", 1)


def test_an_order_for_nothing_does_nothing(hooks: Hooks, receiver: Receiver) -> None:
    webhook = hooks.make(receiver.url)
    attempts.send(Order(hooks.tenant.id, webhook["id"], clock.new_id()), clock.now())
    attempts.send(Order(clock.new_id(), clock.new_id(), clock.new_id()), clock.now())
    assert hooks.deliveries(webhook) == []
    assert receiver.came == []
