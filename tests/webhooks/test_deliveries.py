"""Deliveries: one for each event and webhook that is for it, listed, and sent again on request."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock, records
from chalicelib.core.outbox import SYSTEM, Subject
from chalicelib.core.records import Record
from chalicelib.webhooks import deliveries
from chalicelib.webhooks.deliveries import Order
from tests.shared import assert_problem, audit
from tests.webhooks.conftest import Hooks
from tests.webhooks.receiver import Receiver, status


def approved(hooks: Hooks, **more: Any) -> Record:
    now = clock.now()
    fields = {"id": clock.new_id(now), "at": clock.timestamp(now)} | more
    return Record(
        tenant_id=hooks.tenant.id,
        actor=SYSTEM,
        action="version.approved",
        subject=Subject("asset", clock.new_id(now)),
        old={"version": 1, "status": "processing"},
        new={"version": 1, "status": "approved"},
        **fields,
    )


def test_an_event_goes_to_those_that_are_for_it_signed_by_each_ones_secret(
    hooks: Hooks, receiver: Receiver
) -> None:
    first = hooks.make(f"{receiver.url}/1", "asset.approved", "share.opened")
    second = hooks.make(f"{receiver.url}/2", "asset.approved")
    off = hooks.make(f"{receiver.url}/off", "asset.approved", is_active=False)
    other = hooks.make(f"{receiver.url}/other", "share.opened")
    asset_id = clock.new_id()
    hooks.happen(subject=("asset", asset_id))
    hooks.happen("asset.trashed")
    hooks.run()
    came = {one.path: one for one in receiver.came}
    assert sorted(came) == ["/hook/1", "/hook/2"]
    assert len(receiver.came) == 2
    one, two = came["/hook/1"], came["/hook/2"]
    assert one.body == two.body
    assert one.event == {
        "id": one.headers["webhook-id"],
        "type": "asset.approved",
        "created_at": one.event["created_at"],
        "tenant_id": hooks.tenant.id,
        "data": {"asset_id": asset_id, "version": 1, "status": "approved"},
    }
    assert one.is_signed_by(first["secret"])
    assert two.is_signed_by(second["secret"])
    assert not one.is_signed_by(second["secret"])
    assert hooks.deliveries(off) == hooks.deliveries(other) == []
    (delivery,) = hooks.deliveries(first)
    assert delivery == {
        "id": delivery["id"],
        "webhook_id": first["id"],
        "event_id": one.event["id"],
        "event": "asset.approved",
        "status": "delivered",
        "payload": one.event,
        "attempts": [
            {
                "at": delivery["attempts"][0]["at"],
                "status_code": 200,
                "duration_ms": delivery["attempts"][0]["duration_ms"],
                "error": None,
            }
        ],
        "next_attempt_at": None,
        "delivered_at": delivery["delivered_at"],
        "created_at": delivery["created_at"],
    }


def test_a_record_that_comes_twice_is_delivered_once(hooks: Hooks, receiver: Receiver) -> None:
    webhook = hooks.make(receiver.url, "asset.ready", "asset.approved")
    record = approved(hooks)
    (parsed,) = records.parse(records.write(record, 10_000))
    deliveries.make([record, parsed], clock.now())
    hooks.run()
    deliveries.make([record], clock.now())
    hooks.run()
    assert sorted(came.event["type"] for came in receiver.came) == ["asset.approved", "asset.ready"]
    assert len({came.event["id"] for came in receiver.came}) == 2
    assert len(hooks.deliveries(webhook)) == 2


def test_what_happened_before_a_webhook_was_made_is_not_told(
    hooks: Hooks, receiver: Receiver
) -> None:
    record = approved(hooks)
    hooks.ahead += timedelta(seconds=1)
    webhook = hooks.make(receiver.url)
    deliveries.make([record], clock.now())
    hooks.run()
    assert hooks.deliveries(webhook) == receiver.came == []


def test_deliveries_are_listed_newest_first_page_by_page_and_by_status(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = hooks.make(receiver.url)
    receiver.script += [status(500), status(200), status(200)]
    ids = []
    for _ in range(3):
        hooks.happen()
        hooks.run()
        ids = [one["id"] for one in hooks.deliveries(webhook)]
    assert ids == sorted(ids, reverse=True)
    path = f"/webhooks/{webhook['id']}/deliveries/"
    first = hooks.cloud.get(f"{path}?limit=2", hooks.admin).json
    rest = hooks.cloud.get(f"{path}?limit=2&cursor={first['next_cursor']}", hooks.admin).json
    assert [one["id"] for one in first["items"] + rest["items"]] == ids
    assert rest["next_cursor"] is None
    assert [one["id"] for one in hooks.deliveries(webhook, "?status=pending")] == [ids[2]]
    assert [one["id"] for one in hooks.deliveries(webhook, "?status=delivered")] == ids[:2]
    assert hooks.deliveries(webhook, "?status=failed") == []
    for query in ("?status=lost", "?limit=0", "?limit=201", "?state=failed"):
        assert_problem(hooks.cloud.get(f"{path}{query}", hooks.admin), 422, "invalid")


def test_a_delivery_is_sent_again_with_the_same_id_and_body_and_a_new_signature(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = hooks.make(receiver.url)
    hooks.happen()
    hooks.run()
    (delivery,) = hooks.deliveries(webhook)
    hooks.ahead += timedelta(seconds=10)
    answer = hooks.redeliver(delivery)
    assert answer.status == 202
    assert (answer.json["id"], answer.json["status"]) == (delivery["id"], "pending")
    hooks.run()
    first, second = receiver.came
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert second.is_signed_by(webhook["secret"])
    (after,) = hooks.deliveries(webhook)
    assert (after["status"], len(after["attempts"])) == ("delivered", 2)
    (told, *_) = audit(hooks.cloud, hooks.admin, f"&subject={webhook['id']}")
    assert told["action"] == "webhook.redelivered"
    assert told["new"]["delivery_id"] == delivery["id"]


def test_what_is_asked_for_again_twice_at_once_is_sent_once(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = hooks.make(receiver.url)
    hooks.happen()
    hooks.run()
    (delivery,) = hooks.deliveries(webhook)
    for _ in range(2):
        assert hooks.redeliver(delivery).status == 202
    hooks.run()
    assert len(receiver.came) == 2


def test_nothing_is_sent_again_by_a_webhook_that_is_off_or_gone(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = hooks.make(receiver.url)
    hooks.happen()
    hooks.run()
    (delivery,) = hooks.deliveries(webhook)
    hooks.change(webhook, is_active=False)
    assert_problem(hooks.redeliver(delivery), 409, "webhook_inactive")
    hooks.change(webhook, is_active=True)
    hooks.cloud.call("DELETE", f"/webhooks/{webhook['id']}/", hooks.admin)
    assert_problem(hooks.redeliver(delivery), 404, "not_found")
    hooks.run()
    assert len(receiver.came) == 1


def test_an_order_is_read_as_it_was_written() -> None:
    body = '{"tenant_id": "t", "webhook_id": "w", "delivery_id": "d"}'
    assert deliveries.orders(body) == [Order("t", "w", "d")]
    with pytest.raises(Exception, match="required field"):
        deliveries.orders("{}")
