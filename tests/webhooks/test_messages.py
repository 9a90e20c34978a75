"""Which records stand for which events, and what is told of them."""

import json
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM, Subject
from chalicelib.core.records import Record
from chalicelib.webhooks import messages
from infra import template

ASSET, WORKFLOW, SHARE = Subject("asset", "a1"), Subject("workflow", "w1"), Subject("share", "s1")
DEVICE = Subject("device", "d1")


def happened(action: str, subject: Subject = ASSET, old: Any = None, new: Any = None) -> Record:
    now = clock.now()
    at = clock.timestamp(now)
    return Record(clock.new_id(now), "t1", at, SYSTEM, action, subject, old, new)


def told(*args: Any, **more: Any) -> dict[str, Any]:
    return {event.type: event.data for event in messages.of(happened(*args, **more))}


def moved(before: str, after: str, **more: Any) -> dict[str, Any]:
    new = {"version": 2, "status": after} | more
    return {"old": {"version": 2, "status": before}, "new": new}


def test_a_version_that_comes_out_of_processing_is_ready() -> None:
    data = {"asset_id": "a1", "version": 2, "status": "approved"}
    assert told("version.approved", **moved("processing", "approved")) == {
        "asset.ready": data,
        "asset.approved": data,
    }
    assert told("version.in_review", **moved("processing", "in_review")) == {
        "asset.ready": data | {"status": "in_review"}
    }
    assert told("version.approved", **moved("in_review", "approved")) == {"asset.approved": data}
    assert told("version.in_review", **moved("approved", "in_review")) == {}


@pytest.mark.parametrize(
    "action", ["rejected", "changes_requested", "expired", "cancelled"], ids=str
)
def test_a_version_that_ends_rejected_is_told_with_the_reason(action: str) -> None:
    values = moved("in_review", "rejected", status_reason=action)
    assert told(f"version.{action}", **values) == {
        "asset.rejected": {
            "asset_id": "a1",
            "version": 2,
            "status": "rejected",
            "status_reason": action,
        }
    }


def test_a_review_that_is_cancelled_back_to_approved_rejects_nothing() -> None:
    assert told("version.cancelled", **moved("in_review", "approved")) == {}


def test_no_name_of_a_virus_or_anything_else_of_a_version_is_told() -> None:
    values = moved("scanning", "quarantined", status_reason="infected", signature="Eicar")
    assert told("version.quarantined", **values) == {
        "asset.quarantined": {
            "asset_id": "a1",
            "version": 2,
            "status": "quarantined",
            "status_reason": "infected",
        }
    }


def test_assets_without_bytes_are_ready_as_they_are_made() -> None:
    new = {"title": "Secret", "url": "https://a.test/", "status": "approved"}
    data = {"asset_id": "a1", "version": 1, "status": "approved"}
    assert told("asset.created", new=new) == {"asset.ready": data, "asset.approved": data}
    assert told("asset.created", new=new | {"status": "in_review"}) == {
        "asset.ready": data | {"status": "in_review"}
    }
    assert told("asset.created", new={"title": "Secret", "status": "uploading"}) == {}
    assert told("asset.created", new={"title": "Secret"}) == {}


def test_publications_shares_and_screens() -> None:
    values = {"old": {"published_version": None}, "new": {"published_version": 3}}
    assert told("version.published", **values) == {
        "version.published": {"asset_id": "a1", "version": 3, "previous_version": None}
    }
    assert told("share.opened", SHARE, new={"views": 2}) == {
        "share.opened": {"share_id": "s1", "views": 2}
    }
    assert told("share.used_up", SHARE, new={"download_count": 5}) == {
        "share.used_up": {"share_id": "s1", "download_count": 5}
    }
    assert told("device.silent", DEVICE, new={"name": "Lobby", "last_seen_at": "x"}) == {
        "device.silent": {"device_id": "d1", "last_seen_at": "x"}
    }


def test_workflows_are_told_without_titles_comments_and_addresses() -> None:
    new = {
        **{"asset_id": "a1", "version": 2, "title": "Secret", "step_id": "brand", "turn": 1},
        **{"comment": "Secret", "to_email": "secret@acme.test"},
    }
    data = {"workflow_id": "w1", "asset_id": "a1", "version": 2, "step_id": "brand"}
    assert told("workflow.step_opened", WORKFLOW, new=new | {"assigned_to": ["m1"]}) == {
        "workflow.assigned": data | {"assigned_to": ["m1"]}
    }
    assert told("workflow.delegated", WORKFLOW, new=new | {"to": "m2"}) == {
        "workflow.assigned": data | {"assigned_to": ["m2"]}
    }
    for action, status in (("completed", "approved"), ("expired", "expired")):
        assert told(f"workflow.{action}", WORKFLOW, new=new) == {
            "workflow.decided": data | {"status": status}
        }
    for action in ("approved", "reminded", "started", "dropped_out"):
        assert told(f"workflow.{action}", WORKFLOW, new=new) == {}


def test_the_same_record_gives_the_same_body_and_another_one_another_id() -> None:
    record = happened("version.approved", **moved("processing", "approved"))
    first, again = (list(map(messages.body, messages.of(record))) for _ in range(2))
    assert first == again
    bodies = [json.loads(text) for text in first]
    assert [list(body) for body in bodies] == [
        ["id", "type", "created_at", "tenant_id", "data"]
    ] * 2
    assert len({body["id"] for body in bodies}) == 2
    assert {(body["created_at"], body["tenant_id"]) for body in bodies} == {(record.at, "t1")}
    other = happened("version.approved", **moved("processing", "approved"))
    assert {event.id for event in messages.of(other)}.isdisjoint(body["id"] for body in bodies)


def test_a_record_without_its_values_breaks_nothing() -> None:
    for action in messages.ACTIONS:
        for event in messages.of(happened(action)):
            json.loads(messages.body(event))


def test_the_queue_gets_the_records_that_can_stand_for_events_and_no_others() -> None:
    subscription = template.load()["Resources"]["WebhookEventsSubscription"]["Properties"]
    assert subscription["FilterPolicy"] == {"action": list(messages.ACTIONS)}
