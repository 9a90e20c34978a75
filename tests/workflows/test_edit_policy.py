"""Edits that need a review wait for it; what rules refuse is told to moderators."""

from datetime import timedelta
from typing import Any

from chalicelib.core import clock
from chalicelib.workflows.approval import deadlines
from tests.workflows.desk import Desk, Json, step


def ids(workflow: Json) -> list[str]:
    return [one["id"] for one in workflow["steps"]]


def start(desk: Desk, asset_id: str, template_id: str, who: str = "editor", **more: Any) -> Any:
    return desk.post("/workflows/", who, {"asset_id": asset_id, "template_id": template_id} | more)


def publish(desk: Desk, asset_id: str, number: int = 1, who: str = "editor", **body: Any) -> Any:
    return desk.post(f"/assets/{asset_id}/versions/{number}/publish/", who, body)


def categorize(desk: Desk, asset_id: str, category: str | None, who: str = "editor") -> Json:
    answer = desk.call("PATCH", f"/assets/{asset_id}/", who, {"category": category})
    assert answer.status == 200, answer.content
    shown: Json = answer.json
    return shown


def expire(desk: Desk, workflow: Json) -> None:
    loaded = desk.load(workflow)
    deadlines.expire(loaded, loaded.instance.turn, clock.now() + timedelta(days=30))


def test_a_published_asset_changes_its_category_once_the_new_template_approves(desk: Desk) -> None:
    legal = desk.template(step("legal", "Legal"), category="legal")
    asset_id = desk.upload(b"one")
    for method, path, body in (
        ("PATCH", f"/assets/{asset_id}/", {"category": "legal"}),
        ("PUT", f"/metadata/{asset_id}/", {"title": "Menu", "category": "legal"}),
    ):
        assert desk.call(method, path, "editor", body).status == 200
        shown = desk.asset(asset_id)
        assert (shown["category"], shown["pending_category"]) == (None, "legal")
        assert (shown["status"], shown["published_version"]) == ("approved", 1)
    assert desk.asset(asset_id)["title"] == "Menu"
    assert not {"pending_category", "pending_edit"} & desk.asset(asset_id, "viewer").keys()
    (workflow,) = [one for one in desk.workflows(asset_id) if one["status"] == "in_progress"]
    assert (workflow["template_id"], workflow["proposed"]) == (legal, {"category": "legal"})
    edit = {"workflow_id": workflow["id"], "values": {"category": "legal"}}
    assert desk.asset(asset_id)["pending_edit"] == edit
    assert desk.decide(workflow, "lea").json["status"] == "approved"
    shown = desk.asset(asset_id)
    assert (shown["category"], shown["published_version"]) == ("legal", 1)
    assert "pending_category" not in shown
    assert publish(desk, asset_id).status == 200


def test_a_category_that_was_refused_changes_nothing(desk: Desk) -> None:
    desk.template(step("legal", "Legal"), category="legal")
    asset_id = desk.upload(b"one")
    categorize(desk, asset_id, "legal")
    desk.decide(desk.workflow(asset_id), "lea", "reject", comment="no")
    shown = desk.asset(asset_id)
    assert (shown["category"], shown["status"], shown["published_version"]) == (
        None,
        "approved",
        1,
    )
    assert "pending_category" not in shown


def test_a_category_that_waits_is_dropped_by_the_old_one_and_not_by_another_version(
    desk: Desk,
) -> None:
    desk.template(step("legal", "Legal"), category="legal")
    asset_id = desk.upload(b"one")
    assert categorize(desk, asset_id, "legal")["pending_category"] == "legal"
    assert "pending_category" not in categorize(desk, asset_id, None)
    assert desk.workflow(asset_id)["status"] == "cancelled"
    categorize(desk, asset_id, "legal")
    workflow = desk.workflow(asset_id)
    desk.version(asset_id, b"two")
    assert desk.asset(asset_id)["published_version"] == 2
    desk.assert_refused(desk.decide(workflow, "lea"), 409, "workflow_closed")
    shown = desk.asset(asset_id)
    assert (shown["category"], shown["pending_category"]) == (None, "legal")


def test_a_category_is_approved_by_those_who_stay_and_by_time(desk: Desk) -> None:
    desk.template(step("both", requires_all=True), category="brand")
    desk.template(step("silent", "Legal", on_timeout="approve"), category="silent")
    asset_id = desk.upload(b"one")
    categorize(desk, asset_id, "brand")
    assert desk.decide(desk.workflow(asset_id), "ben").json["status"] == "in_progress"
    desk.change("anna", roles=["viewer"])
    assert desk.asset(asset_id)["category"] == "brand"
    categorize(desk, asset_id, "silent")
    expire(desk, desk.workflow(asset_id))
    assert desk.asset(asset_id)["category"] == "silent"
    assert desk.get(f"/metadata/{asset_id}/history/").json["items"][0]["changes"] == [
        {"field": "category", "old": "brand", "new": "silent"}
    ]


def rule(desk: Desk, action: str, field: str = "title", value: str = "casino", **more: Any) -> None:
    when = [{"field": field, "op": "contains", "value": value}]
    body = {"name": f"No {value}", "when": when, "action": action} | more
    assert desk.post("/moderation/rules/", "moderator", body).status == 201


def test_a_rule_refuses_an_edit_and_tells_moderators(desk: Desk) -> None:
    rule(desk, "block")
    rule(desk, "block", "custom_fields")
    rule(desk, "block", "custom.Slogan", "jackpot")
    asset_id = desk.upload(b"one")
    for change in (
        {"title": "The CASINO"},
        {"title": "\uff23\uff41sino"},
        {"title": "ca\u200bsi\u00adno"},
        {"title": "ca\u2065si\ufff4no"},
        {"custom_fields": {"note": "ca\x0bsi\x1cno"}},
        {"custom_fields": {"note": "casino"}},
        {"custom_fields": {"slogan": "Jackpot!"}},
    ):
        refused = desk.call("PATCH", f"/assets/{asset_id}/", "editor", change)
        desk.assert_refused(refused, 409, "moderation_rule")
    body = {"filename": "b.txt", "content_type": "text/plain", "size_bytes": 3, "title": "Casino"}
    refused = desk.post(f"/assets/{asset_id}/upload_version/", "editor", body)
    desk.assert_refused(refused, 409, "moderation_rule")
    (flag,) = desk.get(f"/moderation/flags/?asset_id={asset_id}").json["items"]
    assert flag["count"] == 3
    assert desk.asset(asset_id)["title"] == "notes"
    fine = {"description": "Lunch", "custom_fields": {"note": "menu"}}
    assert desk.call("PATCH", f"/assets/{asset_id}/", "editor", fine).status == 200


def test_a_rule_that_flags_saves_an_edit(desk: Desk) -> None:
    rule(desk, "flag", "tags")
    asset_id = desk.upload(b"one")
    edited = desk.call("PATCH", f"/assets/{asset_id}/", "editor", {"tags": ["Casino"]})
    assert (edited.status, edited.json["tags"]) == (200, ["Casino"])
    assert len(desk.get(f"/moderation/flags/?asset_id={asset_id}").json["items"]) == 1


def test_a_rule_that_requires_a_template_has_an_edit_reviewed(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    legal = desk.template(step("legal", "Legal"), content_type="video/mp4")
    rule(desk, "require_template", template_id=legal)
    change = {"title": "Casino night", "rights": {"license": "CC0"}}
    edited = desk.call("PATCH", f"/assets/{asset_id}/", "editor", change)
    assert (edited.json["title"], edited.json["rights"]["license"]) == ("notes", "CC0")
    workflow = desk.workflow(asset_id)
    assert workflow["proposed"] == {"title": "Casino night"}
    assert desk.asset(asset_id, "lea")["title"] == "notes"
    assert desk.decide(workflow, "lea").json["status"] == "approved"
    assert desk.asset(asset_id)["title"] == "Casino night"


def test_a_text_and_a_category_that_wait_are_decided_together(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    strict = desk.template(step("brand"), category="ads")
    legal = desk.template(step("legal", "Legal"), content_type="video/mp4")
    rule(desk, "require_template", template_id=legal)
    categorize(desk, asset_id, "ads")
    desk.call("PATCH", f"/assets/{asset_id}/", "editor", {"title": "Casino"})
    workflow = desk.workflow(asset_id)
    assert (workflow["template_id"], ids(workflow)) == (strict, ["legal", "brand"])
    assert desk.decide(workflow, "lea").json["current_step"] == "brand"
    assert desk.decide(workflow, "anna").json["status"] == "approved"
    shown = desk.asset(asset_id)
    assert (shown["title"], shown["category"]) == ("Casino", "ads")


def reserve_version(desk: Desk, asset_id: str) -> None:
    """Begin another version, of which no byte comes."""
    body = {"filename": "b.txt", "content_type": "text/plain", "size_bytes": 3}
    answer = desk.post(f"/assets/{asset_id}/upload_version/", "contributor", body)
    assert answer.status == 201, answer.content


def test_a_text_meets_the_rules_while_another_version_is_in_work(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    legal = desk.template(step("legal", "Legal"), content_type="video/mp4")
    rule(desk, "require_template", template_id=legal)
    rule(desk, "block", value="cigar")
    assert desk.post(f"/assets/{asset_id}/versions/1/unpublish/", "editor").status == 200
    reserve_version(desk, asset_id)
    reserve_version(desk, asset_id)
    path = f"/assets/{asset_id}/"
    assert desk.call("PATCH", path, "editor", {"title": "Cigars"}).code == "moderation_rule"
    assert desk.call("PATCH", path, "editor", {"title": "Casino"}).json["title"] == "notes"
    assert publish(desk, asset_id).status == 200
    assert desk.asset(asset_id, "viewer")["title"] == "notes"
    assert desk.decide(desk.workflow(asset_id), "lea").json["status"] == "approved"
    assert desk.asset(asset_id, "viewer")["title"] == "Casino"


def test_a_text_is_not_slipped_under_a_version_that_is_in_review(desk: Desk) -> None:
    brand = desk.template(step("brand"))
    asset_id = desk.upload(b"one")
    (review,) = desk.workflows(asset_id)
    assert review["template_id"] == brand
    legal = desk.template(step("legal", "Legal"), content_type="video/mp4")
    rule(desk, "require_template", template_id=legal)
    reserve_version(desk, asset_id)
    edited = desk.call("PATCH", f"/assets/{asset_id}/", "editor", {"title": "Casino"})
    assert edited.json["title"] == "notes"
    desk.decide(review, "anna")
    shown = desk.asset(asset_id)
    assert (shown["published_version"], shown["title"]) == (1, "notes")


def test_a_text_of_an_asset_whose_first_version_is_in_work_waits_for_nobody(desk: Desk) -> None:
    legal = desk.template(step("legal", "Legal"), content_type="video/mp4")
    rule(desk, "require_template", template_id=legal)
    body = {"filename": "a.txt", "content_type": "text/plain", "size_bytes": 3}
    asset_id = desk.post("/assets/upload/", "contributor", body).json["asset"]["id"]
    edited = desk.call("PATCH", f"/assets/{asset_id}/", "contributor", {"title": "Casino"})
    assert edited.json["title"] == "Casino"
    assert desk.workflows(asset_id) == []
