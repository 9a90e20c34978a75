"""Whole categories move, with what is in the trash and what waits for a review."""

import pytest

from chalicelib.assets import trash
from tests.cloud import INDEX
from tests.workflows.desk import Desk, Json, step
from tests.workflows.overtaking import overtake
from tests.workflows.test_edit_policy import categorize, publish


def move(desk: Desk, old: str, new: str, who: str = "editor") -> None:
    """Move a category, and let the sweeper do what the request has left."""
    desk.cloud.run(INDEX)
    answer = desk.post("/categories/move/", who, {"from": old, "to": new})
    assert answer.status == 200, answer.content
    desk.cloud.run(INDEX)


def published(desk: Desk, category: str) -> str:
    """Upload into a category whose template Legal decides."""
    asset_id = desk.upload(b"one", category=category)
    assert desk.decide(desk.workflow(asset_id), "lea").json["status"] == "approved"
    return asset_id


def rename(desk: Desk, template_id: str, category: str) -> None:
    """Have a template of Legal's apply to another category."""
    body = {"name": "Review", "steps": [step("legal", "Legal")], "category": category}
    assert desk.call("PUT", f"/workflow_templates/{template_id}/", "admin", body).status == 200


def drop(desk: Desk, asset_id: str) -> None:
    assert desk.call("DELETE", f"/assets/{asset_id}/", "editor").status == 204


def restore(desk: Desk, asset_id: str) -> Json:
    answer = desk.post(f"/assets/{asset_id}/restore/", "editor")
    assert answer.status == 200, answer.content
    desk.cloud.run()
    return desk.asset(asset_id)


def state(shown: Json) -> tuple[str | None, str, int | None]:
    return shown["category"], shown["status"], shown["published_version"]


def test_what_is_in_the_trash_goes_with_its_category(desk: Desk) -> None:
    desk.template(step("anyone", "editor"))
    desk.template(step("legal", "Legal"), category="news")
    asset_id = published(desk, "news/today")
    drop(desk, asset_id)
    move(desk, "news", "press")
    assert state(desk.asset(asset_id)) == ("press/today", "trashed", 1)
    assert state(restore(desk, asset_id)) == ("press/today", "approved", 1)
    assert publish(desk, asset_id).status == 200


def test_what_comes_back_where_another_template_applies_is_reviewed_by_it(desk: Desk) -> None:
    desk.template(step("legal", "Legal"), category="news")
    desk.template(step("brand", "Marketing Manager"), category="press")
    asset_id = published(desk, "news")
    drop(desk, asset_id)
    move(desk, "news", "press", "admin")
    assert state(restore(desk, asset_id)) == ("press", "in_review", None)
    assert desk.get(f"/assets/{asset_id}/download/", "viewer").status == 404
    assert "version.unpublished" in desk.deeds(asset_id)
    workflow = desk.workflow(asset_id)
    assert (workflow["status"], workflow["current_step"]) == ("in_progress", "brand")
    assert desk.decide(workflow, "anna").json["status"] == "approved"
    assert desk.asset(asset_id)["published_version"] == 1


def test_a_category_that_moves_while_its_asset_is_restored_is_seen(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.template(step("legal", "Legal"), category="news")
    desk.template(step("brand", "Marketing Manager"), category="press")
    asset_id = published(desk, "news")
    drop(desk, asset_id)
    desk.cloud.run(INDEX)
    overtake(monkeypatch, trash, "transact", lambda: move(desk, "news", "press", "admin"))
    assert state(restore(desk, asset_id)) == ("press", "in_review", None)


def test_a_category_that_waits_goes_with_the_one_that_moves(desk: Desk) -> None:
    desk.template(step("anyone", "editor"))
    desk.template(step("legal", "Legal"), category="news")
    asset_id = desk.upload(b"one")
    assert desk.decide(desk.workflow(asset_id), "editor").json["status"] == "approved"
    assert categorize(desk, asset_id, "news/today")["pending_category"] == "news/today"
    workflow = desk.workflow(asset_id)
    move(desk, "news", "press")
    assert desk.asset(asset_id)["pending_category"] == "press/today"
    assert desk.show(workflow["id"])["proposed"] == {"category": "press/today"}
    assert desk.decide(workflow, "lea").json["status"] == "approved"
    assert state(desk.asset(asset_id)) == ("press/today", "approved", 1)
    assert publish(desk, asset_id).status == 200


def test_a_template_that_applies_meanwhile_is_asked_for_a_category_that_waits(desk: Desk) -> None:
    desk.template(step("anyone", "moderator"))
    legal = desk.template(step("legal", "Legal"), category="news")
    asset_id = desk.upload(b"one")
    desk.decide(desk.workflow(asset_id), "moderator")
    categorize(desk, asset_id, "news")
    workflow = desk.workflow(asset_id)
    rename(desk, legal, "press")
    went_on = desk.decide(workflow, "lea").json
    assert (went_on["status"], went_on["current_step"]) == ("in_progress", "anyone")
    assert state(desk.asset(asset_id)) == (None, "approved", 1)
    assert desk.decide(workflow, "moderator").json["status"] == "approved"
    assert state(desk.asset(asset_id)) == ("news", "approved", 1)
    assert publish(desk, asset_id).status == 200


def test_who_approved_under_a_template_that_left_is_not_enough_elsewhere(desk: Desk) -> None:
    desk.template(step("anyone", "Marketing Manager"))
    legal = desk.template(step("legal", "Legal"), category="news")
    asset_id = published(desk, "news")
    rename(desk, legal, "press")
    shown = categorize(desk, asset_id, None)
    assert (shown["category"], shown["pending_category"]) == ("news", None)
    workflow = desk.workflow(asset_id)
    assert (workflow["status"], workflow["current_step"]) == ("in_progress", "anyone")
    assert desk.decide(workflow, "anna").json["status"] == "approved"
    assert state(desk.asset(asset_id)) == (None, "approved", 1)


def test_what_a_rule_has_reviewed_keeps_its_tag_in_the_trash(desk: Desk) -> None:
    second = desk.template(step("second", "Legal"), is_active=False)
    when = [{"field": "tags", "op": "contains", "value": "sale"}]
    rule = {"name": "Sale", "when": when, "action": "require_template", "template_id": second}
    asset_id = desk.upload(b"one", tags=["hot"])
    assert desk.post("/moderation/rules/", "moderator", rule).status == 201
    drop(desk, asset_id)
    desk.cloud.run(INDEX)
    other = desk.upload(b"two", tags=["hot"])
    desk.cloud.run(INDEX)
    renamed = desk.call("PATCH", "/tags/hot/", "editor", {"name": "sale"}).json
    assert renamed["count"] == 2
    status = desk.get(f"/processing/{renamed['job_id']}/status/").json
    told = [(one["asset_id"], one["code"]) for one in status["refused"]]
    assert told == [(asset_id, "asset_trashed")]
    assert desk.asset(asset_id)["tags"] == ["hot"]
    assert desk.workflow(other)["current_step"] == "second"
