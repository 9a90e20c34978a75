"""Ways past approval that are closed, and states that do not last."""

from datetime import timedelta

import pytest

from chalicelib.core import clock
from chalicelib.core.tables import find
from chalicelib.tenants.models import Member, member_key
from chalicelib.workflows import lapses, reading
from tests.assets.shelf import sweep
from tests.crashes import Crash, Faults
from tests.workflows.desk import Desk, statuses, step, waiting


def draft(desk: Desk, asset_id: str, who: str = "contributor", data: bytes = b"two") -> int:
    """Upload a version on a branch."""
    branch = {"name": "draft", "from_version": 1}
    assert desk.post(f"/assets/{asset_id}/branches/", "editor", branch).status == 201
    return desk.version(asset_id, data, who, branch="draft")


def test_a_review_begun_and_cancelled_leaves_a_branch_unreviewed(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    body = {"asset_id": asset_id, "template_id": desk.template()}
    number = draft(desk, asset_id)
    started = desk.post("/workflows/", "editor", body | {"version": number}).json
    desk.post(f"/workflows/{started['id']}/cancel/", "admin")
    publish = desk.post(f"/assets/{asset_id}/versions/{number}/publish/", "editor")
    desk.refuse(publish, 409, "not_approved")


def test_a_reviewed_branch_may_be_published(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    body = {"asset_id": asset_id, "template_id": desk.template()}
    number = draft(desk, asset_id)
    started = desk.post("/workflows/", "editor", body | {"version": number}).json
    assert desk.decide(started, "anna").json["status"] == "approved"
    assert desk.post(f"/assets/{asset_id}/versions/{number}/publish/", "editor").status == 200


def test_who_uploaded_does_not_approve_what_somebody_else_merged(desk: Desk) -> None:
    asset_id = desk.upload(b"one", "editor")
    desk.template(step("review", "editor", "admin"))
    draft(desk, asset_id, "editor")
    assert desk.post(f"/assets/{asset_id}/branches/draft/merge/", "admin").status == 201
    workflow = desk.workflow(asset_id)
    assert workflow["uploaded_by"]["email"] == desk.tenant.email("editor")
    desk.refuse(desk.decide(workflow, "editor"), 403, "self_approval")
    assert desk.decide(workflow, "admin").json["status"] == "approved"


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


def test_a_moderators_word_is_lifted_by_moderators_alone(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    template_id = desk.template()
    flag = desk.post(f"/assets/{asset_id}/flag/", "editor", {"reason": "other"}).json
    path = f"/moderation/flags/{flag['id']}/resolve/"
    assert desk.post(path, "moderator", {"resolution": "reject_asset"}).status == 200
    body = {"asset_id": asset_id, "template_id": template_id}
    desk.refuse(desk.post("/workflows/", "editor", body), 409, "conflict")
    back = desk.post(f"/assets/{asset_id}/versions/1/rollback/", "editor").json
    assert back["status"] == "rejected"


def test_what_was_still_in_work_when_a_moderator_rejected_ends_rejected(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    described = {"filename": "b.txt", "content_type": "text/plain", "size_bytes": 3}
    path = f"/assets/{asset_id}/upload_version/"
    reserved = desk.post(path, "contributor", described).json
    flag = desk.post(f"/assets/{asset_id}/flag/", "editor", {"reason": "other"}).json
    resolve = f"/moderation/flags/{flag['id']}/resolve/"
    assert desk.post(resolve, "moderator", {"resolution": "reject_asset"}).status == 200
    desk.cloud.put(reserved["upload"], b"two")
    desk.cloud.run()
    shown = desk.asset(asset_id)
    assert (shown["status"], shown["published_version"]) == ("rejected", None)


@pytest.mark.parametrize(
    ("words", "status"),
    [(["reject_asset"], "rejected"), (["reject_asset", "approve_asset"], "approved")],
)
def test_a_moderators_word_holds_where_every_version_is_still_in_work(
    desk: Desk, words: list[str], status: str
) -> None:
    described = {"filename": "a.txt", "content_type": "text/plain", "size_bytes": 3}
    reserved = desk.post("/assets/upload/", "contributor", described).json
    asset_id = reserved["asset"]["id"]
    for word in words:
        flag = desk.post(f"/assets/{asset_id}/flag/", "editor", {"reason": "other"}).json
        resolve = f"/moderation/flags/{flag['id']}/resolve/"
        assert desk.post(resolve, "moderator", {"resolution": word}).status == 200
    desk.cloud.put(reserved["upload"], b"one")
    desk.cloud.run()
    assert desk.asset(asset_id)["status"] == status


def test_a_review_that_a_moderator_broke_off_begins_again(desk: Desk) -> None:
    desk.template(step("brand"), step("legal", "Legal"))
    asset_id = desk.upload(b"one")
    for resolution in ("reject_asset", "approve_asset"):
        flag = desk.post(f"/assets/{asset_id}/flag/", "editor", {"reason": "other"}).json
        path = f"/moderation/flags/{flag['id']}/resolve/"
        assert desk.post(path, "moderator", {"resolution": resolution}).status == 200
    assert desk.asset(asset_id)["status"] == "in_review"
    assert statuses(desk.workflow(asset_id)) == ["active", "pending"]


def test_what_was_unpublished_stays_so_through_rejection_and_approval(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    assert desk.post(f"/assets/{asset_id}/versions/1/unpublish/", "editor").status == 200
    for resolution in ("reject_asset", "approve_asset"):
        flag = desk.post(f"/assets/{asset_id}/flag/", "editor", {"reason": "other"}).json
        path = f"/moderation/flags/{flag['id']}/resolve/"
        assert desk.post(path, "moderator", {"resolution": resolution}).status == 200
    shown = desk.asset(asset_id)
    assert (shown["status"], shown["published_version"]) == ("approved", None)


def test_a_role_that_was_lost_hands_nothing_on(desk: Desk) -> None:
    desk.template()
    workflow = desk.workflow(desk.upload())
    path = f"/members/{desk.tenant.members['anna']}/"
    desk.call("PATCH", path, "admin", {"roles": ["editor"]})
    to = {"to": desk.tenant.email("kim")}
    refused = desk.post(f"/workflows/{workflow['id']}/delegate/", "anna", to)
    desk.refuse(refused, 403, "not_an_approver")


def test_who_loses_the_role_just_when_the_step_opens_drops_out(desk: Desk) -> None:
    desk.template(step("legal", "Legal", escalate_to={"roles": ["moderator"]}))
    workflow = desk.workflow(desk.upload())
    for name in ("ben", "lea"):  # without a record, as if it had been handled before
        member = find(Member, desk.tenant.id, member_key(desk.tenant.members[name]))
        assert member is not None
        member.update([Member.roles.set(["viewer"])])
    lapses.look_again(desk.load(workflow), clock.now())
    assert waiting(desk.show(workflow["id"])) == {"moderator"}


def test_a_drop_out_approves_nothing_in_the_trash(desk: Desk) -> None:
    desk.template(step("both", requires_all=True))
    asset_id = desk.upload()
    workflow = desk.workflow(asset_id)
    desk.decide(workflow, "ben")
    desk.call("DELETE", f"/assets/{asset_id}/", "admin")
    path = f"/members/{desk.tenant.members['anna']}/"
    desk.call("PATCH", path, "admin", {"roles": ["viewer"]})
    loaded = reading.load(desk.tenant.id, workflow["id"])
    lapses.drop_out(loaded, desk.tenant.members["anna"], clock.now())
    assert desk.show(workflow["id"])["status_reason"] == "asset_trashed"


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
    desk.refuse(desk.call("PUT", path, "admin", body | {"steps": long}), 422, "invalid")


def test_many_rules_that_hit_at_once_are_one_word(desk: Desk) -> None:
    rule = {"when": [{"field": "size_bytes", "op": "greater_than", "value": 0}], "action": "flag"}
    for number in range(110):
        body = rule | {"name": f"Rule {number}"}
        assert desk.post("/moderation/rules/", "admin", body).status == 201
    asset_id = desk.upload()
    assert desk.asset(asset_id)["status"] == "approved"
    (flag,) = desk.get(f"/moderation/flags/?asset_id={asset_id}").json["items"]
    assert flag["count"] == 110
    assert desk.deeds(asset_id).count("moderation.flagged") == 1


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


def test_an_editor_does_not_approve_alone_by_another_template(desk: Desk) -> None:
    lax = desk.template(step("lax", "editor"), content_type="video/mp4", allow_self_approval=True)
    desk.template(step("legal", "Legal"))
    asset_id = desk.upload(b"one", "editor")
    strict = desk.workflow(asset_id)
    assert desk.post(f"/workflows/{strict['id']}/cancel/", "editor").status == 200
    body = {"asset_id": asset_id, "template_id": lax}
    started = desk.post("/workflows/", "editor", body)
    assert started.status == 201
    desk.refuse(desk.decide(started.json, "editor"), 403, "self_approval")
