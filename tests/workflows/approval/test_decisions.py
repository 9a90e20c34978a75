"""Deciding: who may, what follows, and what is refused."""

import pytest

from chalicelib.workflows.templates import definition
from tests.assets.shelf import QUICK
from tests.workflows.desk import Desk, actions, statuses, step, waiting


def test_an_upload_that_a_template_fits_is_reviewed_and_then_published(desk: Desk) -> None:
    desk.template()
    asset_id = desk.upload()
    assert desk.asset(asset_id)["status"] == "in_review"
    assert desk.get(f"/assets/{asset_id}/", "viewer").status == 404
    workflow = desk.workflow(asset_id)
    assert (workflow["status"], workflow["current_step"]) == ("in_progress", "review")
    assert (statuses(workflow), waiting(workflow)) == (["active"], {"anna", "ben"})
    assert actions(workflow) == ["started", "step_opened"]
    answer = desk.decide(workflow, "anna", comment="fine")
    assert (answer.status, answer.json["status"]) == (200, "approved")
    assert statuses(answer.json) == ["approved"]
    said = {e["action"]: (e["actor"]["email"], e["comment"]) for e in answer.json["history"]}
    assert said["approved"] == (desk.tenant.email("anna"), "fine")
    shown = desk.asset(asset_id, "viewer")
    assert (shown["status"], shown["published_version"]) == ("approved", 1)


def test_a_step_escalates_that_more_would_have_to_approve_than_can_be_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.template(step(requires_all=True))
    monkeypatch.setattr(definition, "MOST_ASKED", 1)
    workflow = desk.workflow(desk.upload())
    assert (statuses(workflow), waiting(workflow)) == (["escalated"], {"admin"})
    assert "more people" in workflow["history"][-1]["comment"]


def test_steps_follow_each_other_and_the_last_one_approves(desk: Desk) -> None:
    desk.template(step("brand"), step("legal", "Legal"))
    workflow = desk.workflow(desk.upload())
    after = desk.decide(workflow, "anna").json
    assert (after["status"], after["current_step"]) == ("in_progress", "legal")
    assert (statuses(after), waiting(after)) == (["approved", "active"], {"ben", "lea"})
    desk.assert_refused(desk.decide(workflow, "anna"), 403, "not_an_approver")
    assert desk.decide(workflow, "lea").json["status"] == "approved"


@pytest.mark.parametrize(
    ("decision", "status", "reason"),
    [
        ("reject", "rejected", "rejected"),
        ("request_changes", "changes_requested", "changes_requested"),
    ],
)
def test_a_refusal_ends_the_workflow_and_says_why(
    desk: Desk, decision: str, status: str, reason: str
) -> None:
    desk.template(step("brand"), step("legal", "Legal"))
    asset_id = desk.upload()
    workflow = desk.workflow(asset_id)
    body = desk.assert_refused(desk.decide(workflow, "anna", decision), 422, "invalid")
    assert body["errors"][0]["field"] == "comment"
    desk.assert_refused(desk.decide(workflow, "anna", decision, comment=" \u200b "), 422, "invalid")
    after = desk.decide(workflow, "anna", decision, comment="the logo is old").json
    assert (after["status"], after["current_step"]) == (status, None)
    assert statuses(after) == ["rejected", "pending"]
    shown = desk.asset(asset_id)
    assert (shown["status"], shown["status_reason"]) == ("rejected", reason)
    assert shown["published_version"] is None
    desk.assert_refused(desk.decide(workflow, "ben"), 409, "workflow_closed")


def test_with_requires_all_everyone_who_holds_a_role_approves_once(desk: Desk) -> None:
    desk.template(step("both", "Marketing Manager", "Legal", requires_all=True))
    workflow = desk.workflow(desk.upload())
    assert waiting(workflow) == {"anna", "ben", "lea"}
    for who in ("ben", "anna"):
        after = desk.decide(workflow, who).json
        assert after["status"] == "in_progress"
        desk.assert_refused(desk.decide(workflow, who), 409, "already_decided")
    assert waiting(desk.show(workflow["id"])) == {"lea"}
    assert desk.decide(workflow, "lea").json["status"] == "approved"


def test_one_refusal_is_enough_where_all_are_required(desk: Desk) -> None:
    desk.template(step("both", "Marketing Manager", "Legal", requires_all=True))
    workflow = desk.workflow(desk.upload())
    desk.decide(workflow, "ben")
    assert desk.decide(workflow, "lea", "reject", comment="no").json["status"] == "rejected"


def test_members_are_named_by_id_or_address(desk: Desk) -> None:
    users = [desk.tenant.members["kim"], desk.tenant.email("lea")]
    desk.template(step() | {"approvers": {"type": "users", "users": users}})
    workflow = desk.workflow(desk.upload())
    assert waiting(workflow) == {"kim", "lea"}
    assert desk.decide(workflow, "kim").json["status"] == "approved"


def test_nobody_approves_an_upload_of_their_own(desk: Desk) -> None:
    desk.template(step("review", "contributor", "editor"))
    workflow = desk.workflow(desk.upload())
    assert waiting(workflow) == {"editor"}
    desk.assert_refused(desk.decide(workflow, "contributor"), 403, "self_approval")
    assert desk.decide(workflow, "editor").json["status"] == "approved"


def test_a_template_may_allow_self_approval(desk: Desk) -> None:
    desk.template(step("review", "contributor"), allow_self_approval=True)
    workflow = desk.workflow(desk.upload())
    assert desk.decide(workflow, "contributor").json["status"] == "approved"


def test_who_has_no_assignment_is_refused_by_what_they_see(desk: Desk) -> None:
    other = Desk(desk.pipeline)
    desk.template(step("brand"), step("legal", "Legal"))
    workflow = desk.workflow(desk.upload())
    desk.assert_refused(desk.decide(workflow, "admin"), 403, "not_an_approver")
    desk.assert_refused(desk.decide(workflow, "viewer"), 404, "not_found")
    desk.assert_refused(desk.decide(workflow, "lea"), 404, "not_found")
    desk.assert_refused(other.decide(workflow, "admin"), 404, "not_found")
    desk.assert_refused(other.get(f"/workflows/{workflow['id']}/"), 404, "not_found")


def test_a_viewer_of_the_published_version_learns_nothing_of_the_newer_one(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    desk.template()
    desk.version(asset_id, b"two")
    workflow = desk.workflow(asset_id)
    desk.assert_refused(desk.get(f"/workflows/{workflow['id']}/", "viewer"), 404, "not_found")
    desk.assert_refused(desk.decide(workflow, "viewer"), 403, "not_an_approver")
    assert desk.get(f"/workflows/?asset_id={asset_id}", "viewer").json["items"] == []
    assert desk.asset(asset_id, "viewer")["current_version"] == 1


def test_an_approver_sees_and_downloads_that_version_while_it_waits_for_them(desk: Desk) -> None:
    desk.template()
    asset_id = desk.upload(b"one")
    shown = desk.asset(asset_id, "anna")
    assert (shown["current_version"], shown["status"]) == (1, "in_review")
    assert desk.get(f"/assets/{asset_id}/download/", "anna").status == 302
    assert desk.get(f"/assets/{asset_id}/download/?version=1", "anna").status == 302
    assert [v["number"] for v in desk.get(f"/assets/{asset_id}/versions/", "anna").json["items"]]
    assert desk.get(f"/metadata/{asset_id}/", "anna").status == 200
    assert desk.get("/assets/", "anna").json["items"] == []
    desk.decide(desk.workflow(asset_id), "ben", "reject", comment="no")
    desk.assert_refused(desk.get(f"/assets/{asset_id}/", "anna"), 404, "not_found")
    desk.assert_refused(
        desk.get(f"/assets/{asset_id}/download/?version=1", "anna"), 404, "not_found"
    )


def test_a_step_that_is_meant_is_not_mistaken_for_another(desk: Desk) -> None:
    desk.template(step("brand"), step("legal", "Legal"))
    workflow = desk.workflow(desk.upload())
    desk.assert_refused(desk.decide(workflow, "ben", step_id="nonsense"), 422, "invalid")
    desk.assert_refused(desk.decide(workflow, "ben", step_id="legal"), 403, "not_an_approver")
    assert desk.decide(workflow, "ben", step_id="brand").status == 200
    desk.assert_refused(desk.decide(workflow, "ben", step_id="brand"), 409, "already_decided")
    assert desk.decide(workflow, "ben", step_id="legal").json["status"] == "approved"


def test_an_assignment_is_handed_to_somebody_else(desk: Desk) -> None:
    desk.template(step("brand"))
    asset_id = desk.upload()
    workflow = desk.workflow(asset_id)

    def hand(who: str, to: str) -> object:
        return desk.post(f"/workflows/{workflow['id']}/delegate/", who, {"to": to})

    kim = desk.tenant.email("kim")
    desk.assert_refused(hand("admin", kim), 403, "not_an_approver")  # type: ignore[arg-type]
    desk.assert_refused(hand("anna", "nobody@example.com"), 404, "not_found")  # type: ignore[arg-type]
    desk.assert_refused(hand("anna", desk.tenant.email("ben")), 409, "conflict")  # type: ignore[arg-type]
    own = desk.tenant.email("contributor")
    desk.assert_refused(hand("anna", own), 403, "self_approval")  # type: ignore[arg-type]
    hand("anna", kim)
    after = desk.show(workflow["id"])
    assert waiting(after) == {"ben", "kim"}
    assert "delegated" in actions(after)
    desk.assert_refused(desk.get(f"/assets/{asset_id}/", "anna"), 404, "not_found")
    assert desk.asset(asset_id, "kim")["status"] == "in_review"
    assert desk.decide(workflow, "kim").json["status"] == "approved"


def test_the_uploader_or_an_admin_cancels(desk: Desk) -> None:
    desk.template()
    asset_id = desk.upload()
    workflow = desk.workflow(asset_id)
    path = f"/workflows/{workflow['id']}/cancel/"
    desk.assert_refused(desk.post(path, "editor"), 403, "forbidden")
    desk.assert_refused(desk.post(path, "anna"), 403, "forbidden")
    after = desk.post(path, "contributor", {"comment": "wrong file"}).json
    assert (after["status"], actions(after)[-1]) == ("cancelled", "cancelled")
    assert after["history"][-1]["comment"] == "wrong file"
    desk.assert_refused(desk.post(path, "admin"), 409, "workflow_closed")
    desk.assert_refused(desk.decide(workflow, "admin"), 409, "workflow_closed")
    shown = desk.asset(asset_id)
    assert (shown["status"], shown["status_reason"]) == ("rejected", "cancelled")


def test_cancelling_a_review_of_what_was_approved_leaves_it_approved(desk: Desk) -> None:
    asset_id = desk.upload()
    body = {"asset_id": asset_id, "template_id": desk.template()}
    started = desk.post("/workflows/", "admin", body).json
    assert desk.post(f"/workflows/{started['id']}/cancel/", "admin").status == 200
    shown = desk.asset(asset_id)
    assert (shown["status"], shown["published_version"]) == ("approved", 1)


def test_only_admins_go_past_the_approval(desk: Desk) -> None:
    template_id = desk.template()
    described = QUICK | {"size_bytes": 3, "create_workflow": False}
    refused = desk.post("/assets/upload/", "contributor", described)
    desk.assert_refused(refused, 403, "workflow_required")
    own = desk.post("/assets/upload/", "contributor", QUICK | {"template_id": template_id})
    desk.assert_refused(own, 422, "invalid")
    assert desk.asset(desk.upload(b"two", "admin", create_workflow=False))["status"] == "approved"
    desk.configure(AUTO_CREATE_WORKFLOWS=False)
    assert desk.asset(desk.upload(b"six"))["status"] == "approved"


def test_conditions_that_hold_approve_without_a_machine(desk: Desk) -> None:
    trusted = desk.tenant.members["contributor"]
    conditions = {"file_size_limit": 3, "trusted_uploaders": [trusted]}
    desk.template(auto_approve_conditions=conditions)
    held = desk.upload(b"one")
    workflow = desk.workflow(held)
    assert (workflow["status"], workflow["current_step"]) == ("auto_approved", None)
    assert workflow["history"][-1]["comment"] == "file_size_limit, trusted_uploaders"
    assert desk.asset(held)["published_version"] == 1
    assert desk.load(workflow).instance.started_run == 0
    assert desk.workflow(desk.upload(b"four"))["status"] == "in_progress"
    assert desk.workflow(desk.upload(b"two", "editor"))["status"] == "in_progress"


def test_a_simulation_says_what_would_become_of_an_asset(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    template_id = desk.template(
        step("review", "contributor", "editor", escalate_to={"roles": ["admin"]}),
        step("legal", "Nobody"),
        content_type="text/*",
        auto_approve_conditions={"file_size_limit": 2},
    )
    path = f"/workflow_templates/{template_id}/simulate/"
    said = desk.post(path, "editor", {"asset_id": asset_id}).json
    assert (said["applies"], said["chosen_template_id"]) == (True, template_id)
    assert (said["conditions"], said["auto_approved"]) == ({"file_size_limit": False}, False)
    first, second = said["steps"]
    assert [one["user"]["email"] for one in first["approvers"]] == [desk.tenant.email("editor")]
    assert [one["role"] for one in first["escalates_to"]] == ["admin"]
    assert second["approvers"] == []
    assert [one["role"] for one in second["escalates_to"]] == ["admin"]
    foreign = Desk(desk.pipeline).upload()
    desk.assert_refused(desk.post(path, "editor", {"asset_id": foreign}), 404, "not_found")


def test_editing_or_deleting_a_template_leaves_its_workflows_as_they_were(desk: Desk) -> None:
    template_id = desk.template(step("brand"), step("legal", "Legal"))
    workflow = desk.workflow(desk.upload())
    path = f"/workflow_templates/{template_id}/"
    changed = {"name": "Other", "steps": [step("only", "admin")], "is_active": False}
    assert desk.call("PUT", path, "admin", changed).status == 200
    assert desk.decide(workflow, "anna").json["current_step"] == "legal"
    assert desk.call("DELETE", path, "admin").status == 204
    after = desk.decide(workflow, "lea").json
    assert (after["status"], after["template_name"]) == ("approved", "Review")
