"""Reviews that are begun by hand, of what, and by which template."""

from tests.assets.shelf import QUICK
from tests.workflows.desk import Desk, step


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
    desk.assert_refused(publish, 409, "not_approved")


def test_a_reviewed_branch_may_be_published(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    body = {"asset_id": asset_id, "template_id": desk.template()}
    number = draft(desk, asset_id)
    started = desk.post("/workflows/", "editor", body | {"version": number}).json
    assert desk.decide(started, "anna").json["status"] == "approved"
    assert desk.post(f"/assets/{asset_id}/versions/{number}/publish/", "editor").status == 200


def test_an_editor_does_not_approve_alone_by_another_template(desk: Desk) -> None:
    lax = desk.template(step("lax", "editor"), content_type="video/mp4", allow_self_approval=True)
    desk.template(step("legal", "Legal"))
    asset_id = desk.upload(b"one", "editor")
    strict = desk.workflow(asset_id)
    assert desk.post(f"/workflows/{strict['id']}/cancel/", "editor").status == 200
    body = {"asset_id": asset_id, "template_id": lax}
    started = desk.post("/workflows/", "editor", body)
    assert started.status == 201
    desk.assert_refused(desk.decide(started.json, "editor"), 403, "self_approval")


def test_a_workflow_is_started_by_hand_once_per_version(desk: Desk) -> None:
    asset_id = desk.upload()
    template_id = desk.template()
    body = {"asset_id": asset_id, "template_id": template_id}
    desk.assert_refused(desk.post("/workflows/", "contributor", body), 403, "forbidden")
    started = desk.post("/workflows/", "editor", body)
    assert (started.status, started.json["version"]) == (201, 1)
    desk.assert_refused(desk.post("/workflows/", "editor", body), 409, "workflow_exists")
    shown = desk.asset(asset_id)
    assert (shown["status"], shown["published_version"]) == ("in_review", 1)
    assert desk.asset(asset_id, "viewer")["published_version"] == 1
    desk.decide(started.json, "anna", "reject", comment="no")
    assert desk.asset(asset_id)["published_version"] is None
    assert desk.get(f"/assets/{asset_id}/", "viewer").status == 404
    assert desk.post("/workflows/", "editor", body).status == 201


def test_an_older_version_may_be_reviewed_and_a_newer_one_ends_that(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    desk.version(asset_id, b"two")
    body = {"asset_id": asset_id, "template_id": desk.template(content_type="text/*"), "version": 1}
    started = desk.post("/workflows/", "editor", body).json
    assert desk.decide(started, "anna").json["status"] == "approved"
    again = desk.post("/workflows/", "editor", body).json
    desk.version(asset_id, b"three")
    assert desk.show(again["id"])["status_reason"] == "superseded"


def test_what_cannot_be_reviewed_is_refused(desk: Desk) -> None:
    template_id = desk.template(is_active=False)
    asset_id = desk.upload()
    body = {"asset_id": asset_id, "template_id": template_id}
    desk.assert_refused(desk.post("/workflows/", "admin", body), 409, "conflict")
    active = desk.template()
    desk.assert_refused(
        desk.post("/workflows/", "admin", body | {"template_id": active, "version": 7}),
        404,
        "not_found",
    )
    foreign = Desk(desk.pipeline).template()
    desk.assert_refused(
        desk.post("/workflows/", "admin", body | {"template_id": foreign}), 404, "not_found"
    )
    reserved = desk.post("/assets/upload/", "contributor", QUICK | {"size_bytes": 3}).json
    waits = {"asset_id": reserved["asset"]["id"], "template_id": active}
    desk.assert_refused(desk.post("/workflows/", "admin", waits), 409, "not_ready")
