"""Webhooks over HTTP: made, shown, changed, deleted, by admins of their tenant alone."""

import json
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.webhooks import registry
from chalicelib.webhooks.models import Webhook
from tests.cloud import Cloud
from tests.shared import Team, assert_problem, audit, items
from tests.webhooks.conftest import Hooks
from tests.webhooks.receiver import Receiver

URL = "https://8.8.8.8/hook"


def actions(hooks: Hooks, webhook: dict[str, Any]) -> list[str]:
    told = audit(hooks.cloud, hooks.admin, f"&subject={webhook['id']}")
    return [record["action"] for record in told]


def test_the_secret_is_shown_once_and_no_record_has_it(hooks: Hooks) -> None:
    made = hooks.make(URL, "asset.approved", "device.silent", "asset.approved")
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert made == {
        "id": made["id"],
        "url": URL,
        "events": ["asset.approved", "device.silent"],
        "is_active": True,
        "failing_since": None,
        "created_by": {"id": hooks.tenant.members["admin"], "email": hooks.admin},
        "created_at": made["created_at"],
        "updated_at": made["updated_at"],
    }
    assert hooks.show(made) == made
    assert hooks.cloud.get("/webhooks/", hooks.admin).json["items"] == [made]
    hooks.change(made, is_active=False)
    hooks.cloud.call("DELETE", f"/webhooks/{made['id']}/", hooks.admin)
    told = audit(hooks.cloud, hooks.admin, f"&subject={made['id']}")
    assert [record["action"] for record in told] == [
        "webhook.deleted",
        "webhook.changed",
        "webhook.created",
    ]
    assert secret not in json.dumps(told)
    assert secret not in json.dumps(items(), default=str)


def test_a_retry_shows_no_secret_and_one_that_failed_makes_a_good_one(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    body, named = {"url": URL, "events": ["asset.ready"]}, {"idempotency-key": "once"}
    first = hooks.cloud.post("/webhooks/", hooks.admin, body, headers=named)
    again = hooks.cloud.post("/webhooks/", hooks.admin, body, headers=named)
    assert first.json["secret"] is not None
    assert again.json == first.json | {"secret": None}
    named = {"idempotency-key": "twice"}
    with monkeypatch.context() as patch:  # made, and the answer is lost
        patch.setattr("chalicelib.webhooks.shapes.made", None)
        assert hooks.cloud.post("/webhooks/", hooks.admin, body, headers=named).status == 500
    made = hooks.cloud.post("/webhooks/", hooks.admin, body, headers=named).json
    (kept,) = [one for one in registry.every(hooks.tenant.id) if one.id == made["id"]]
    assert kept.secret == made["secret"]
    assert len(hooks.cloud.get("/webhooks/", hooks.admin).json["items"]) == 2
    assert actions(hooks, made) == ["webhook.created"]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"url": "http://127.0.0.1:9/"}, "url"),
        ({"url": "http://169.254.169.254/latest/meta-data/"}, "url"),
        ({"url": "http://localhost/"}, "url"),
        ({"url": "ftp://example.com/"}, "url"),
        ({"url": ""}, "url"),
        ({"url": f"https://8.8.8.8/{'x' * 2000}"}, "url"),
        ({"url": None}, "url"),
        ({"url": 5}, "url"),
        ({"events": []}, "events"),
        ({"events": ["asset.deleted"]}, "events[0]"),
        ({"events": ["asset.ready", "*"]}, "events[1]"),
        ({"events": "asset.ready"}, "events"),
        ({"events": ["asset.ready"] * 51}, "events"),
        ({"is_active": "yes"}, "is_active"),
        ({"secret": "whsec_mine"}, "secret"),
        ({"failing_since": None}, "failing_since"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_made_or_changed(
    hooks: Hooks, wanted: dict[str, Any], field: str
) -> None:
    body = {"url": URL, "events": ["asset.ready"]} | wanted
    refused = hooks.cloud.post("/webhooks/", hooks.admin, body)
    assert assert_problem(refused, 422, "invalid")["errors"][0]["field"] == field
    assert hooks.cloud.get("/webhooks/", hooks.admin).json["items"] == []
    made = hooks.make(URL)
    del made["secret"]
    refused = hooks.change(made, **wanted)
    assert assert_problem(refused, 422, "invalid")["errors"][0]["field"] == field
    assert hooks.show(made) == made


@pytest.mark.parametrize("missing", ["url", "events"])
def test_an_address_and_events_are_needed(hooks: Hooks, missing: str) -> None:
    body = {"url": URL, "events": ["asset.ready"]}
    del body[missing]
    refused = hooks.cloud.post("/webhooks/", hooks.admin, body)
    assert assert_problem(refused, 422, "invalid")["errors"][0]["field"] == missing


def test_a_change_replaces_what_is_given_and_is_recorded(hooks: Hooks) -> None:
    made = hooks.make(URL, "asset.ready")
    changed = hooks.change(made, events=["share.opened", "share.opened"]).json
    assert (changed["events"], changed["url"]) == (["share.opened"], URL)
    assert hooks.change(made, url="https://1.1.1.1/").json["url"] == "https://1.1.1.1/"
    assert hooks.change(made).status == 200
    assert hooks.change(made, is_active=True).status == 200
    (second, first, _) = audit(hooks.cloud, hooks.admin, f"&subject={made['id']}")
    assert first["old"]["events"] == ["asset.ready"]
    assert first["new"]["events"] == ["share.opened"]
    assert (second["old"]["url"], second["new"]["url"]) == (URL, "https://1.1.1.1/")


def test_a_stale_revision_changes_and_deletes_nothing(hooks: Hooks) -> None:
    made = hooks.make(URL)
    path = f"/webhooks/{made['id']}/"
    stale = hooks.cloud.get(path, hooks.admin).headers["ETag"]
    fresh = hooks.change(made, is_active=False).headers["ETag"]
    assert stale != fresh
    for method, body in (("PATCH", {"is_active": True}), ("DELETE", None)):
        refused = hooks.cloud.call(method, path, hooks.admin, body, headers={"if-match": stale})
        current = assert_problem(refused, 412, "precondition_failed")["current"]
        assert current["is_active"] is False
        assert "secret" not in current
    deleted = hooks.cloud.call("DELETE", path, hooks.admin, headers={"if-match": fresh})
    assert deleted.status == 204
    assert_problem(hooks.cloud.get(path, hooks.admin), 404, "not_found")
    assert_problem(hooks.change(made, is_active=True), 404, "not_found")


def test_a_tenant_has_so_many_webhooks_and_no_more(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_MOST", 3)
    made = [hooks.make(URL) for _ in range(3)]
    body = {"url": URL, "events": ["asset.ready"]}
    refused = hooks.cloud.post("/webhooks/", hooks.admin, body)
    assert_problem(refused, 409, "too_many_webhooks")
    hooks.cloud.call("DELETE", f"/webhooks/{made[0]['id']}/", hooks.admin)
    made.append(hooks.make(URL))
    first = hooks.cloud.get("/webhooks/?limit=2", hooks.admin).json
    rest = hooks.cloud.get(f"/webhooks/?limit=2&cursor={first['next_cursor']}", hooks.admin).json
    ids = [one["id"] for one in first["items"] + rest["items"]]
    assert ids == [one["id"] for one in made[:0:-1]]
    assert rest["next_cursor"] is None


def test_another_tenants_webhooks_and_deliveries_are_not_there(
    hooks: Hooks, receiver: Receiver, cloud: Cloud, team: Team
) -> None:
    made = hooks.make(receiver.url)
    hooks.happen()
    hooks.run()
    (delivery,) = hooks.deliveries(made)
    stranger = team("admin")
    admin = stranger.email("admin")
    for method, path, body in (
        ("GET", f"/webhooks/{made['id']}/", None),
        ("PATCH", f"/webhooks/{made['id']}/", {"is_active": False}),
        ("DELETE", f"/webhooks/{made['id']}/", None),
        ("GET", f"/webhooks/{made['id']}/deliveries/", None),
        ("POST", f"/deliveries/{delivery['id']}/redeliver/", {}),
        ("POST", f"/deliveries/{clock.new_id()}/redeliver/", {}),
        ("GET", f"/webhooks/{clock.new_id()}/", None),
        ("GET", f"/webhooks/{delivery['id']}/", None),
        ("POST", f"/deliveries/{made['id']}/redeliver/", {}),
    ):
        assert_problem(cloud.call(method, path, admin, body), 404, "not_found")
    assert cloud.get("/webhooks/", admin).json["items"] == []
    cloud.post("/webhooks/", admin, {"url": receiver.url, "events": ["asset.approved"]})
    hooks.happen()
    hooks.run()
    assert {came.event["tenant_id"] for came in receiver.came} == {hooks.tenant.id}
    assert len(receiver.came) == 2
    cursor = hooks.cloud.get(f"/webhooks/{made['id']}/deliveries/?limit=1", hooks.admin).json
    other = hooks.make(receiver.url)
    refused = hooks.cloud.get(
        f"/webhooks/{other['id']}/deliveries/?limit=1&cursor={cursor['next_cursor']}", hooks.admin
    )
    assert_problem(refused, 400, "invalid_cursor")


def test_switching_off_is_done_once_and_recorded(hooks: Hooks) -> None:
    made = hooks.make(URL)
    webhook = Webhook.get(hooks.tenant.id, f"WEBHOOK#{made['id']}")
    stale = Webhook.get(hooks.tenant.id, f"WEBHOOK#{made['id']}")
    hooks.change(made, events=["asset.ready"])
    for one in (webhook, stale):
        registry.switch_off(one, "gone", clock.now())
    assert hooks.show(made)["is_active"] is False
    assert hooks.show(made)["events"] == ["asset.ready"]
    assert actions(hooks, made) == ["webhook.switched_off", "webhook.changed", "webhook.created"]
    (told, *_) = audit(hooks.cloud, hooks.admin, f"&subject={made['id']}")
    assert told["actor"]["id"] == "reef"
    assert told["new"]["reason"] == "gone"
    hooks.cloud.call("DELETE", f"/webhooks/{made['id']}/", hooks.admin)
    registry.switch_off(webhook, "gone", clock.now())
    assert registry.every(hooks.tenant.id) == []
