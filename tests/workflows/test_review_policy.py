"""The template that applies has to be satisfied: ways around it that are closed."""

from datetime import timedelta
from typing import Any

from chalicelib.core import clock
from chalicelib.workflows.approval import deadlines
from tests.assets.shelf import sweep
from tests.workflows.desk import Desk, Json, statuses, step

LAX: Json = {"allow_self_approval": True}


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


def test_a_template_picked_by_hand_comes_on_top_of_the_one_that_applies(desk: Desk) -> None:
    lax = desk.template(step("review", "editor", on_timeout="approve"), content_type="video/mp4")
    legal = desk.template(step("review", "Legal"))
    asset_id = desk.upload(b"one")
    first = desk.workflow(asset_id)
    assert desk.post(f"/workflows/{first['id']}/cancel/", "contributor").status == 200
    started = start(desk, asset_id, lax).json
    assert started["template_id"] == legal
    assert len(set(ids(started))) == 2
    assert ids(started)[1] == "review"
    expire(desk, started)
    shown = desk.show(started["id"])
    assert (shown["status"], statuses(shown)) == ("in_progress", ["approved", "active"])
    assert desk.asset(asset_id)["published_version"] is None
    assert desk.decide(shown, "lea").json["status"] == "approved"
    assert desk.asset(asset_id)["published_version"] == 1


def test_what_approvers_rejected_starts_again_under_the_same_template_alone(desk: Desk) -> None:
    lax = desk.template(step("lax", "editor"), content_type="video/mp4")
    legal = desk.template(step("legal", "Legal"))
    asset_id = desk.upload(b"one")
    desk.decide(desk.workflow(asset_id), "lea", "reject", comment="no")
    desk.assert_refused(start(desk, asset_id, lax), 409, "template_applies")
    again = desk.post(f"/assets/{asset_id}/versions/1/rollback/", "editor").json
    assert again["status"] == "rejected"
    desk.assert_refused(start(desk, asset_id, lax, version=2), 409, "template_applies")
    assert start(desk, asset_id, legal, version=2).status == 201
    by_admin = start(desk, asset_id, lax, "admin", version=1)
    assert (by_admin.status, ids(by_admin.json)) == (201, ["lax", "legal"])


def test_nothing_slips_through_between_restoring_and_the_review_that_begins_again(
    desk: Desk,
) -> None:
    lax = desk.template(step("lax", "editor"), content_type="video/mp4", **LAX)
    legal = desk.template(step("legal", "Legal"))
    asset_id = desk.upload(b"one", "editor")
    assert desk.call("DELETE", f"/assets/{asset_id}/", "editor").status == 204
    desk.cloud.run()
    assert desk.post(f"/assets/{asset_id}/restore/", "editor").status == 200
    started = start(desk, asset_id, lax)
    assert (started.status, started.json["template_id"]) == (201, legal)
    desk.assert_refused(desk.decide(started.json, "editor"), 403, "self_approval")
    desk.cloud.run()
    assert desk.asset(asset_id)["published_version"] is None


def test_a_branch_reviewed_by_another_template_is_judged_when_it_comes_to_main(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    lax = desk.template(step("lax", "moderator"), content_type="video/mp4")
    desk.template(step("legal", "Legal"))
    branch = {"name": "draft", "from_version": 1}
    assert desk.post(f"/assets/{asset_id}/branches/", "editor", branch).status == 201
    number = desk.version(asset_id, b"two", branch="draft")
    started = start(desk, asset_id, lax, version=number).json
    assert desk.decide(started, "moderator").json["status"] == "approved"
    desk.assert_refused(publish(desk, asset_id, number), 409, "not_approved")
    merged = desk.post(f"/assets/{asset_id}/branches/draft/merge/", "editor").json
    assert merged["status"] == "in_review"
    assert desk.workflow(asset_id)["current_step"] == "legal"


def test_a_rollback_is_not_reviewed_twice_by_the_same_template(desk: Desk) -> None:
    desk.template(step("legal", "Legal"))
    asset_id = desk.upload(b"one")
    desk.decide(desk.workflow(asset_id), "lea")
    back = desk.post(f"/assets/{asset_id}/versions/1/rollback/", "contributor").json
    assert (back["status"], back["published"]) == ("approved", True)


def test_a_rollback_to_what_no_template_approved_is_judged_like_an_upload(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    desk.template(step("legal", "Legal"))
    back = desk.post(f"/assets/{asset_id}/versions/1/rollback/", "contributor").json
    assert (back["status"], back["published"]) == ("in_review", False)
    assert desk.asset(asset_id)["published_version"] == 1


def test_creating_and_deleting_templates_concerns_later_versions_only(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    legal = desk.template(step("legal", "Legal"))
    unpublish = f"/assets/{asset_id}/versions/1/unpublish/"
    assert desk.post(unpublish, "editor").status == 200
    assert publish(desk, asset_id).status == 200
    desk.version(asset_id, b"two")
    assert desk.call("DELETE", f"/workflow_templates/{legal}/", "admin").status == 204
    desk.decide(desk.workflow(asset_id), "lea", "reject", comment="no")
    desk.assert_refused(publish(desk, asset_id, 2), 409, "not_approved")
    assert desk.asset(asset_id)["published_version"] == 1


def test_a_category_moved_away_for_the_moment_of_admission_gains_nothing(desk: Desk) -> None:
    desk.configure(AUTO_PUBLISH=False)
    desk.template(step("lax", "editor"), category="lax", **LAX)
    desk.template(step("legal", "Legal"))
    asset_id = desk.upload(b"one", "editor", category="lax")
    assert desk.decide(desk.workflow(asset_id), "editor").json["status"] == "approved"
    assert categorize(desk, asset_id, "menus")["category"] == "menus"
    desk.assert_refused(publish(desk, asset_id), 409, "not_approved")
    later = clock.timestamp(clock.now() + timedelta(hours=1))
    desk.assert_refused(publish(desk, asset_id, at=later), 409, "not_approved")
    shown = desk.asset(asset_id)
    assert (shown["status"], shown["published_version"]) == ("in_review", None)
    assert desk.decide(desk.workflow(asset_id), "lea").json["status"] == "approved"
    assert publish(desk, asset_id).status == 200


def test_a_schedule_is_dropped_where_another_template_applies_by_then(desk: Desk) -> None:
    desk.configure(AUTO_PUBLISH=False)
    desk.template(step("legal", "Legal"), category="legal")
    asset_id = desk.upload(b"one")
    at = clock.timestamp(clock.now() + timedelta(hours=1))
    assert publish(desk, asset_id, at=at).status == 200
    categorize(desk, asset_id, "legal/ads")
    sweep(timedelta(hours=2))
    shown = desk.asset(asset_id)
    assert (shown["published_version"], shown["status"]) == (None, "in_review")


def test_a_category_that_brings_a_template_to_a_review_lets_that_one_decide_too(
    desk: Desk,
) -> None:
    desk.template(step("lax", "editor"), category="lax", **LAX)
    desk.template(step("legal", "Legal"))
    asset_id = desk.upload(b"one", "editor", category="lax")
    categorize(desk, asset_id, None)
    workflow = desk.decide(desk.workflow(asset_id), "editor").json
    assert (workflow["status"], workflow["current_step"]) == ("in_progress", "legal")
    assert desk.asset(asset_id)["published_version"] is None
    assert desk.decide(workflow, "lea").json["status"] == "approved"
    assert desk.asset(asset_id)["published_version"] == 1


def test_after_changes_the_version_enters_at_the_step_that_asked(desk: Desk) -> None:
    desk.template(step("brand"), step("legal", "Legal"), step("last", "editor"))
    asset_id = desk.upload(b"one")
    first = desk.workflow(asset_id)
    desk.decide(first, "anna")
    desk.decide(first, "lea", "request_changes", comment="again")
    desk.version(asset_id, b"two")
    workflow = desk.workflow(asset_id)
    assert workflow["current_step"] == "legal"
    assert desk.decide(workflow, "lea").json["current_step"] == "brand"
    assert desk.decide(workflow, "anna").json["current_step"] == "last"
    assert desk.decide(workflow, "editor").json["status"] == "approved"


def test_after_changes_the_same_bytes_are_not_decided_twice(desk: Desk) -> None:
    desk.template(step("brand"), step("legal", "Legal"))
    asset_id = desk.upload(b"one")
    first = desk.workflow(asset_id)
    desk.decide(first, "anna")
    desk.decide(first, "lea", "request_changes", comment="another title")
    desk.version(asset_id, b"one", title="Better")
    workflow = desk.workflow(asset_id)
    assert (workflow["current_step"], statuses(workflow)) == ("legal", ["approved", "active"])
    assert desk.decide(workflow, "lea").json["status"] == "approved"


def test_after_changes_another_template_begins_at_its_first_step(desk: Desk) -> None:
    desk.template(step("texts"), content_type="text/plain")
    desk.template(step("brand"), step("legal", "Legal"), category="ads")
    asset_id = desk.upload(b"one")
    desk.decide(desk.workflow(asset_id), "anna", "request_changes", comment="again")
    categorize(desk, asset_id, "ads")
    desk.version(asset_id, b"two")
    assert desk.workflow(asset_id)["current_step"] == "brand"


def test_an_admin_that_uploads_past_the_templates_counts_as_satisfying_them(desk: Desk) -> None:
    desk.template(step("legal", "Legal"))
    asset_id = desk.upload(b"one", "admin", create_workflow=False)
    assert desk.asset(asset_id)["published_version"] == 1
    back = desk.post(f"/assets/{asset_id}/versions/1/rollback/", "editor").json
    assert back["status"] == "approved"
