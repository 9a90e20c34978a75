"""A review asks those of the category in which its version comes out, whenever that changed."""

import io
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.workflows.approval import starting
from tests.media_files import picture
from tests.workflows.desk import Desk, Json, statuses, step
from tests.workflows.overtaking import overtake

MEMES: Json = {"category": "memes", "allow_self_approval": True}


def begin(desk: Desk) -> str:
    """Have everything decided by Legal, and memes by the editor; gives the latter template."""
    desk.template(step("legal", "Legal"))
    return desk.template(step("lax", "editor"), **MEMES)


def move(desk: Desk, patch: pytest.MonkeyPatch, asset_id: str, how: str = "patch") -> None:
    """Take an asset out of the memes, by a server whose clock is slow."""
    path, body = {
        "patch": (f"/assets/{asset_id}/", {"category": "news"}),
        "put": (f"/metadata/{asset_id}/", {"title": "News", "category": "news"}),
        "revert": (f"/metadata/{asset_id}/revert/", {"revision": 1}),
    }[how]
    real = clock.now
    with patch.context() as slow:
        slow.setattr(clock, "now", lambda: real() - timedelta(minutes=1))
        method = {"patch": "PATCH", "put": "PUT", "revert": "POST"}[how]
        assert desk.call(method, path, "editor", body).status == 200


def png() -> bytes:
    data = io.BytesIO()
    picture((4, 4)).save(data, "PNG")
    return data.getvalue()


def assert_legal_is_asked(desk: Desk, asset_id: str) -> None:
    """See that the editor's word brings nothing out, and that Legal's does."""
    (workflow,) = [one for one in desk.workflows(asset_id) if one["status"] == "in_progress"]
    if workflow["current_step"] == "lax":
        workflow = desk.decide(workflow, "editor").json
    shown = desk.asset(asset_id)
    assert (shown["category"], shown["published_version"]) == ("news", None)
    assert (workflow["status"], workflow["current_step"]) == ("in_progress", "legal")
    assert desk.decide(workflow, "lea").json["status"] == "approved"
    assert desk.asset(asset_id)["published_version"] == workflow["version"]


@pytest.mark.parametrize("how", ["patch", "put"])
def test_the_category_moves_while_a_review_is_begun_by_hand(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    lax = begin(desk)
    asset_id = desk.upload(category="memes")
    desk.post(f"/workflows/{desk.workflow(asset_id)['id']}/cancel/", "contributor")
    overtake(monkeypatch, starting, "begun", lambda: move(desk, monkeypatch, asset_id, how))
    body = {"asset_id": asset_id, "template_id": lax}
    assert desk.post("/workflows/", "editor", body).status == 201
    assert_legal_is_asked(desk, asset_id)


def test_the_category_moves_while_an_upload_is_admitted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(desk)
    moved: list[str] = []

    def deed() -> None:
        (asset,) = desk.get("/assets/").json["items"]
        moved.append(asset["id"])
        move(desk, monkeypatch, asset["id"])

    overtake(monkeypatch, starting, "begun", deed)
    asset_id = desk.upload(category="memes")
    assert moved == [asset_id]
    assert_legal_is_asked(desk, asset_id)


@pytest.mark.parametrize("how", ["merge", "restore", "rollback"])
def test_the_category_moves_while_a_version_comes_to_main(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    begin(desk)
    asset_id = desk.upload(b"one", category="memes")
    if how == "merge":
        branch = {"name": "draft", "from_version": 1}
        assert desk.post(f"/assets/{asset_id}/branches/", "editor", branch).status == 201
        desk.version(asset_id, b"two", branch="draft")
    if how == "restore":
        assert desk.call("DELETE", f"/assets/{asset_id}/", "editor").status == 204
        desk.cloud.run()
    path = {"merge": "branches/draft/merge", "rollback": "versions/1/rollback"}.get(how, how)
    overtake(monkeypatch, starting, "begun", lambda: move(desk, monkeypatch, asset_id))
    done = desk.post(f"/assets/{asset_id}/{path}/", "editor")
    assert done.status in {200, 201}
    desk.cloud.run()
    assert_legal_is_asked(desk, asset_id)


def test_the_category_brings_another_template_to_a_version_of_another_type_alone(
    desk: Desk,
) -> None:
    desk.template(step("legal", "Legal"))
    desk.template(step("lax", "editor"), content_type="image/*", **MEMES)
    asset_id = desk.upload(b"one", category="memes")
    assert desk.decide(desk.workflow(asset_id), "lea").json["status"] == "approved"
    image = {"filename": "a.png", "content_type": "image/png"}
    number = desk.version(asset_id, png(), "editor", **image)
    workflow = desk.workflow(asset_id)
    assert (workflow["version"], workflow["current_step"]) == (number, "lax")
    change = desk.call("PATCH", f"/assets/{asset_id}/", "editor", {"category": "news"})
    assert change.json["category"] == "news"
    assert desk.decide(workflow, "editor").json["current_step"] == "legal"
    assert desk.asset(asset_id)["published_version"] == 1


def test_a_review_that_moved_there_and_back_asks_its_own_approvers_alone(desk: Desk) -> None:
    begin(desk)
    asset_id = desk.upload(category="memes")
    for category in ("news", "memes"):
        desk.call("PATCH", f"/assets/{asset_id}/", "editor", {"category": category})
    assert desk.decide(desk.workflow(asset_id), "editor").json["status"] == "approved"


def test_a_review_that_was_extended_and_moves_on_asks_those_as_well(desk: Desk) -> None:
    begin(desk)
    desk.template(step("brand"), category="brand")
    asset_id = desk.upload(category="memes")
    desk.call("PATCH", f"/assets/{asset_id}/", "editor", {"category": "news"})
    assert desk.decide(desk.workflow(asset_id), "editor").json["current_step"] == "legal"
    desk.call("PATCH", f"/assets/{asset_id}/", "editor", {"category": "brand"})
    workflow = desk.decide(desk.workflow(asset_id), "lea").json
    assert (workflow["current_step"], len(statuses(workflow))) == ("brand", 3)


def test_nobody_else_is_asked_where_the_tenant_starts_no_workflows_by_itself(desk: Desk) -> None:
    lax = begin(desk)
    desk.configure(AUTO_CREATE_WORKFLOWS=False, AUTO_PUBLISH=False)
    asset_id = desk.upload(category="memes")
    body: Any = {"asset_id": asset_id, "template_id": lax}
    workflow = desk.post("/workflows/", "editor", body).json
    desk.call("PATCH", f"/assets/{asset_id}/", "editor", {"category": "news"})
    assert desk.decide(workflow, "editor").json["status"] == "approved"
