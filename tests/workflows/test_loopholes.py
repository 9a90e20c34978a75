"""Ways past approval that are closed, and states that do not last."""

from datetime import timedelta

import pytest

from tests.assets.shelf import sweep
from tests.crashes import Crash, Faults
from tests.workflows.desk import Desk, Json, step, waiting
from tests.workflows.test_rules_hold import TITLE, open_review, rule


def draft(desk: Desk, asset_id: str, who: str = "contributor", data: bytes = b"two") -> int:
    """Upload a version on a branch."""
    branch = {"name": "draft", "from_version": 1}
    assert desk.post(f"/assets/{asset_id}/branches/", "editor", branch).status == 201
    return desk.version(asset_id, data, who, branch="draft")


def test_who_uploaded_does_not_approve_what_somebody_else_merged(desk: Desk) -> None:
    asset_id = desk.upload(b"one", "editor")
    desk.template(step("review", "editor", "admin"))
    draft(desk, asset_id, "editor")
    assert desk.post(f"/assets/{asset_id}/branches/draft/merge/", "admin").status == 201
    workflow = desk.workflow(asset_id)
    assert workflow["uploaded_by"]["email"] == desk.tenant.email("editor")
    desk.assert_refused(desk.decide(workflow, "editor"), 403, "self_approval")
    assert desk.decide(workflow, "admin").json["status"] == "approved"


@pytest.mark.parametrize("values", [{"title": "sale"}, {"category": "news"}])
def test_whoever_proposes_an_edit_does_not_approve_it(desk: Desk, values: Json) -> None:
    legal = desk.template(step("legal", "Legal", "editor"), category="news")
    rule(desk, TITLE, template_id=legal)
    asset_id = desk.upload(b"one")
    desk.call("PATCH", f"/assets/{asset_id}/", "editor", values)
    desk.cloud.run()
    review = open_review(desk, asset_id)
    assert review["uploaded_by"]["email"] == desk.tenant.email("editor")
    assert "lea" in waiting(review)
    assert "editor" not in waiting(review)
    desk.assert_refused(desk.decide(review, "editor"), 403, "self_approval")
    to = {"to": desk.tenant.email("editor")}
    handed = desk.post(f"/workflows/{review['id']}/delegate/", "lea", to)
    desk.assert_refused(handed, 403, "self_approval")
    desk.assert_refused(desk.decide(review, "contributor"), 403, "self_approval")
    assert desk.show(review["id"], "editor")["status"] == "in_progress"
    assert desk.decide(review, "lea").json["status"] == "approved"
    shown = desk.asset(asset_id)
    assert {name: shown[name] for name in values} == values


def test_whoever_proposes_an_edit_may_take_it_back(desk: Desk) -> None:
    desk.template(step("legal", "Legal"), category="news")
    asset_id = desk.upload(b"one")
    desk.call("PATCH", f"/assets/{asset_id}/", "editor", {"category": "news"})
    review = open_review(desk, asset_id)
    desk.assert_refused(desk.post(f"/workflows/{review['id']}/cancel/", "lea"), 403, "forbidden")
    cancelled = desk.post(f"/workflows/{review['id']}/cancel/", "editor").json
    assert cancelled["status"] == "cancelled"
    assert desk.asset(asset_id).get("pending_category") is None


def test_a_merge_of_what_was_approved_before_there_was_a_template_is_reviewed(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    draft(desk, asset_id)
    desk.template()
    merged = desk.post(f"/assets/{asset_id}/branches/draft/merge/", "editor").json
    assert merged["status"] == "in_review"


def test_a_branchs_review_is_none_of_mains(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    number = draft(desk, asset_id)
    weak = desk.template(step("weak", "moderator"), content_type="image/*")
    body = {"asset_id": asset_id, "template_id": weak, "version": number}
    started = desk.post("/workflows/", "editor", body).json
    desk.decide(started, "moderator", "request_changes", comment="again")
    desk.template(step("strict", "Legal"))
    desk.version(asset_id, b"three")
    assert desk.workflow(asset_id)["current_step"] == "strict"


def test_a_role_that_was_lost_hands_nothing_on(desk: Desk) -> None:
    desk.template()
    workflow = desk.workflow(desk.upload())
    path = f"/members/{desk.tenant.members['anna']}/"
    desk.call("PATCH", path, "admin", {"roles": ["editor"]})
    to = {"to": desk.tenant.email("kim")}
    refused = desk.post(f"/workflows/{workflow['id']}/delegate/", "anna", to)
    desk.assert_refused(refused, 403, "not_an_approver")


def test_names_in_other_scripts_fit_as_well(desk: Desk) -> None:
    name = "Согласование рекламных материалов"
    role = "Руководитель отдела маркетинга"
    steps = [step(f"ш{number}", role) | {"name": name} for number in range(40)]
    template_id = desk.template(*steps)
    path = f"/workflow_templates/{template_id}/"
    body = {"name": name, "steps": steps}
    assert desk.call("PUT", path, "admin", body).status == 200
    many = [f"{role} {number}" for number in range(20)]
    long = [step(f"ш{number}", *many) for number in range(40)]
    desk.assert_refused(desk.call("PUT", path, "admin", body | {"steps": long}), 422, "invalid")


def test_the_sweeper_brings_a_version_into_review_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.template()
    faults = Faults(monkeypatch)
    for calls in range(3, 30):
        body = {"filename": "a.txt", "content_type": "text/plain", "size_bytes": 3}
        quick = {"generate_thumbnail": False, "extract_metadata": False}
        reserved = desk.post("/assets/upload/", "contributor", body | quick).json
        desk.cloud.put(reserved["upload"], b"one")
        desk.cloud.run("route_upload")
        faults.arm(calls, "after")
        try:
            with faults.process():
                desk.cloud.run("scan_upload")
        except Crash:
            faults.disarm()
        if desk.asset(reserved["asset"]["id"])["status"] == "processing":
            break
    sweep(timedelta(hours=1))
    assert desk.asset(reserved["asset"]["id"])["status"] == "in_review"
