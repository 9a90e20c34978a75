"""What ends a workflow from outside, and who drops out of one."""

from datetime import timedelta

from chalicelib.core import clock
from tests.workflows.desk import Desk, actions, statuses, step, waiting
from tests.workflows.test_rules_hold import TITLE, edit, open_review, rule


def ended(desk: Desk, workflow: dict[str, object]) -> tuple[object, object]:
    shown = desk.show(str(workflow["id"]))
    return shown["status"], shown["status_reason"]


def test_a_new_version_ends_the_review_of_the_one_before(desk: Desk) -> None:
    desk.template()
    asset_id = desk.upload(b"one")
    first = desk.workflow(asset_id)
    desk.version(asset_id, b"two")
    assert ended(desk, first) == ("cancelled", "superseded")
    second = desk.workflow(asset_id)
    assert (second["version"], second["status"]) == (2, "in_progress")
    old = desk.get(f"/assets/{asset_id}/versions/1/").json
    assert (old["status"], old["status_reason"]) == ("rejected", "superseded")
    desk.assert_refused(desk.decide(first, "anna"), 409, "workflow_closed")
    desk.decide(second, "anna")
    assert desk.asset(asset_id)["published_version"] == 2


def test_who_decides_before_the_news_arrives_is_told_that_it_is_over(desk: Desk) -> None:
    desk.template()
    asset_id = desk.upload(b"one")
    first = desk.workflow(asset_id)
    assert desk.call("DELETE", f"/assets/{asset_id}/", "admin").status == 204
    desk.assert_refused(desk.decide(first, "admin"), 409, "workflow_closed")
    assert ended(desk, first) == ("cancelled", "asset_trashed")


def test_the_trash_ends_a_review_and_a_restored_asset_is_reviewed_again(desk: Desk) -> None:
    desk.template()
    asset_id = desk.upload(b"one")
    first = desk.workflow(asset_id)
    desk.call("DELETE", f"/assets/{asset_id}/", "admin")
    desk.cloud.run()
    assert ended(desk, first) == ("cancelled", "asset_trashed")
    assert desk.post(f"/assets/{asset_id}/restore/", "admin").json["status"] == "in_review"
    desk.cloud.run()
    again = desk.workflow(asset_id)
    assert again["id"] != first["id"]
    assert desk.decide(again, "ben").json["status"] == "approved"


def test_a_purge_ends_a_review(desk: Desk) -> None:
    desk.template()
    asset_id = desk.upload(b"one")
    first = desk.workflow(asset_id)
    desk.call("DELETE", f"/assets/{asset_id}/?purge=true", "admin")
    desk.cloud.run()
    assert ended(desk, first) == ("cancelled", "asset_purged")


def test_rights_that_are_over_end_a_review(desk: Desk) -> None:
    desk.template()
    asset_id = desk.upload(b"one")
    first = desk.workflow(asset_id)
    over = clock.timestamp(clock.now() - timedelta(minutes=1))
    desk.call("PATCH", f"/assets/{asset_id}/", "admin", {"rights": {"expires_at": over}})
    desk.tend(timedelta(hours=37))
    assert ended(desk, first) == ("cancelled", "rights_ended")


def test_who_left_unseen_drops_out_when_the_review_is_looked_after(desk: Desk) -> None:
    desk.template()
    first = desk.workflow(desk.upload(b"one"))
    anna = f"/members/{desk.tenant.members['anna']}/"
    assert desk.call("PATCH", anna, "admin", {"is_active": False}).status == 200
    desk.tend(timedelta(hours=37))
    assert waiting(desk.show(first["id"])) == {"ben"}


def test_an_edit_is_made_when_the_last_one_who_had_to_approve_it_left_unseen(desk: Desk) -> None:
    legal = desk.template(step("legal", "Legal", requires_all=True), category="by/rule")
    rule(desk, TITLE, template_id=legal)
    asset_id = desk.upload(b"one")
    edit(desk, asset_id, title="sale")
    assert desk.decide(open_review(desk, asset_id), "lea").json["status"] == "in_progress"
    ben = f"/members/{desk.tenant.members['ben']}/"
    assert desk.call("PATCH", ben, "admin", {"is_active": False}).status == 200
    desk.tend(timedelta(hours=37))
    assert desk.asset(asset_id)["title"] == "sale"


def test_after_changes_the_next_version_goes_on_at_the_step_that_asked(desk: Desk) -> None:
    template_id = desk.template(step("brand"), step("legal", "Legal"))
    asset_id = desk.upload(b"one")
    first = desk.workflow(asset_id)
    desk.decide(first, "anna")
    desk.decide(first, "lea", "request_changes", comment="name the author")
    desk.version(asset_id, b"two")
    again = desk.workflow(asset_id)
    assert (again["version"], again["current_step"]) == (2, "legal")
    assert waiting(again) == {"ben", "lea"}
    again = desk.decide(again, "lea").json
    assert again["current_step"] == "brand"  # whose approvers have not seen these bytes
    desk.decide(again, "anna")
    assert desk.asset(asset_id)["published_version"] == 2
    desk.call("DELETE", f"/workflow_templates/{template_id}/", "admin")
    desk.version(asset_id, b"three")
    assert desk.asset(asset_id)["published_version"] == 3


def test_who_loses_the_role_drops_out(desk: Desk) -> None:
    desk.template(step("both", "Marketing Manager", requires_all=True))
    workflow = desk.workflow(desk.upload())
    desk.decide(workflow, "ben")
    desk.change("anna", roles=["viewer"])
    after = desk.show(workflow["id"])
    assert after["status"] == "approved"
    assert "dropped_out" in actions(after)


def test_a_step_that_nobody_can_decide_any_more_escalates_at_once(desk: Desk) -> None:
    desk.template(step("legal", "Legal", escalate_to={"roles": ["moderator"]}))
    asset_id = desk.upload()
    workflow = desk.workflow(asset_id)
    desk.change("lea", is_active=False)
    assert waiting(desk.show(workflow["id"])) == {"ben"}
    desk.change("ben", roles=["viewer"])
    after = desk.show(workflow["id"])
    assert (statuses(after), waiting(after)) == (["escalated"], {"moderator"})
    desk.assert_refused(desk.decide(workflow, "ben"), 403, "not_an_approver")
    assert desk.decide(workflow, "moderator").json["status"] == "approved"


def test_a_step_that_nobody_could_ever_decide_goes_to_the_admins(desk: Desk) -> None:
    desk.template(step("legal", "Lawyers of the Moon"))
    workflow = desk.workflow(desk.upload())
    assert (statuses(workflow), waiting(workflow)) == (["escalated"], {"admin"})
    assert desk.decide(workflow, "admin").json["status"] == "approved"


def test_somebody_without_the_role_decides_nothing_even_before_the_news_arrives(desk: Desk) -> None:
    desk.template()
    workflow = desk.workflow(desk.upload())
    desk.call("PATCH", f"/members/{desk.tenant.members['anna']}/", "admin", {"roles": ["editor"]})
    desk.assert_refused(desk.decide(workflow, "anna"), 403, "not_an_approver")


def test_a_branch_goes_past_no_approval(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    desk.template()
    branch = {"name": "draft", "from_version": 1}
    assert desk.post(f"/assets/{asset_id}/branches/", "contributor", branch).status == 201
    number = desk.version(asset_id, b"two", branch="draft")
    assert desk.get(f"/assets/{asset_id}/versions/{number}/").json["status"] == "approved"
    publish = desk.post(f"/assets/{asset_id}/versions/{number}/publish/", "contributor")
    desk.assert_refused(publish, 409, "not_approved")
    merged = desk.post(f"/assets/{asset_id}/branches/draft/merge/", "contributor")
    assert (merged.status, merged.json["status"]) == (201, "in_review")
    assert desk.asset(asset_id)["published_version"] == 1
    desk.decide(desk.workflow(asset_id), "anna")
    assert desk.asset(asset_id)["published_version"] == merged.json["number"]


def test_a_rollback_to_what_no_template_approved_is_reviewed(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    desk.template()
    desk.version(asset_id, b"two")
    desk.decide(desk.workflow(asset_id), "anna", "reject", comment="no")
    back = desk.post(f"/assets/{asset_id}/versions/1/rollback/", "contributor")
    assert (back.json["status"], back.json["published"]) == ("in_review", False)


def test_a_rollback_is_approved_as_its_source_was_by_the_same_template(desk: Desk) -> None:
    desk.template()
    asset_id = desk.upload(b"one")
    desk.decide(desk.workflow(asset_id), "anna")
    desk.version(asset_id, b"two")
    desk.decide(desk.workflow(asset_id), "anna", "reject", comment="no")
    back = desk.post(f"/assets/{asset_id}/versions/1/rollback/", "contributor")
    assert (back.json["status"], back.json["published"]) == ("approved", True)
    refused = desk.post(f"/assets/{asset_id}/versions/2/rollback/", "contributor")
    assert refused.json["status"] == "rejected"


def test_a_rollback_to_what_is_under_review_is_reviewed_too(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    body = {"asset_id": asset_id, "template_id": desk.template(is_active=True)}
    started = desk.post("/workflows/", "admin", body).json
    desk.cloud.run()
    back = desk.post(f"/assets/{asset_id}/versions/1/rollback/", "contributor").json
    assert back["status"] == "in_review"
    desk.cloud.run()
    assert ended(desk, started) == ("cancelled", "superseded")
    assert desk.workflow(asset_id)["version"] == back["number"]
