"""What a moderator rejects is taken from everybody, and comes back as it was."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.assets import admission, lifecycle
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.assets.versions import moves
from chalicelib.core import clock
from chalicelib.core.tables import find
from chalicelib.workflows.moderation import flags, takedowns
from tests.workflows.desk import Desk, statuses, step
from tests.workflows.moderation import test_bans
from tests.workflows.overtaking import overtake, rejection


def test_a_moderators_word_is_lifted_by_moderators_alone(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    template_id = desk.template()
    flag = desk.post(f"/assets/{asset_id}/flag/", "editor", {"reason": "other"}).json
    path = f"/moderation/flags/{flag['id']}/resolve/"
    assert desk.post(path, "moderator", {"resolution": "reject_asset"}).status == 200
    body = {"asset_id": asset_id, "template_id": template_id}
    desk.assert_refused(desk.post("/workflows/", "editor", body), 409, "conflict")
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


def flag(desk: Desk, asset_id: str, reason: str = "copyright") -> str:
    answer = desk.post(f"/assets/{asset_id}/flag/", "viewer", {"reason": reason})
    assert answer.status == 201, answer.content
    return str(answer.json["id"])


def resolve(desk: Desk, flag_id: str, resolution: str) -> None:
    path = f"/moderation/flags/{flag_id}/resolve/"
    assert desk.post(path, "moderator", {"resolution": resolution}).status == 200


@pytest.fixture
def undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing that a resolution asks for be carried out yet."""
    monkeypatch.setattr(takedowns, "carry_out", lambda flag, now: False)


@pytest.mark.usefixtures("undone")
def test_what_a_moderator_rejected_is_neither_served_nor_published_nor_scheduled(
    desk: Desk,
) -> None:
    asset_id = desk.upload(b"one")
    desk.version(asset_id, b"two")
    resolve(desk, flag(desk, asset_id, "other"), "reject_asset")
    desk.assert_refused(desk.get(f"/assets/{asset_id}/", "viewer"), 404, "not_found")
    desk.assert_refused(desk.get(f"/assets/{asset_id}/download/", "viewer"), 404, "not_found")
    later = clock.timestamp(clock.now() + timedelta(hours=1))
    for number in (1, 2):
        path = f"/assets/{asset_id}/versions/{number}"
        desk.assert_refused(desk.post(f"{path}/publish/", "editor"), 409, "not_approved")
        planned = desk.post(f"{path}/publish/", "editor", {"at": later})
        desk.assert_refused(planned, 409, "not_approved")
        assert desk.post(f"{path}/rollback/", "editor").json["status"] == "rejected"


@pytest.mark.usefixtures("undone")
def test_a_review_that_a_rejection_has_overtaken_approves_nothing(desk: Desk) -> None:
    desk.template(step("legal", "Legal"))
    asset_id = desk.upload(b"one")
    workflow = desk.workflow(asset_id)
    resolve(desk, flag_by(desk, asset_id, "editor"), "reject_asset")
    desk.assert_refused(desk.decide(workflow, "lea"), 409, "workflow_closed")
    assert desk.asset(asset_id)["published_version"] is None


def flag_by(desk: Desk, asset_id: str, who: str) -> str:
    return str(desk.post(f"/assets/{asset_id}/flag/", who, {"reason": "other"}).json["id"])


def test_a_barred_version_is_shown_to_nobody_even_where_it_is_published(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    asset = find(AssetMetadata, asset_key(desk.tenant.id, asset_id), "ASSET")
    assert asset is not None
    assert lifecycle.may_be_shown(asset, clock.now())
    asset.update([AssetMetadata.rejected_through.set(1)])
    assert not lifecycle.may_be_shown(asset, clock.now())
    desk.assert_refused(desk.get(f"/assets/{asset_id}/", "viewer"), 404, "not_found")


def test_many_versions_are_taken_down_in_slices_and_come_back_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takedowns, "SLICE", 2)
    monkeypatch.setattr(flags, "_SLICES_AT_ONCE", 1)
    asset_id = desk.upload(b"one")
    for _ in range(4):
        assert desk.post(f"/assets/{asset_id}/versions/1/rollback/", "editor").status == 201
    path = f"/assets/{asset_id}/versions/"

    def states() -> list[str]:
        return [one["status"] for one in desk.get(path).json["items"]]

    resolve(desk, flag(desk, asset_id), "reject_asset")
    assert states() == ["approved"] * 3 + ["rejected"] * 2
    while "approved" in states():
        assert desk.tend(timedelta(seconds=1))
    resolve(desk, flag_by(desk, asset_id, "editor"), "approve_asset")
    assert states() == ["approved"] * 2 + ["rejected"] * 3
    while "rejected" in states():
        assert desk.tend(timedelta(seconds=1))
    assert desk.asset(asset_id)["published_version"] == 5


def test_a_review_that_a_rejection_broke_off_begins_again_in_its_turn(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.template(step("legal", "Legal"))
    asset_id = desk.upload(b"one")
    resolve(desk, flag_by(desk, asset_id, "editor"), "reject_asset")
    found = flag_by(desk, asset_id, "editor")
    with monkeypatch.context() as patch:
        patch.setattr(flags, "_SLICES_AT_ONCE", 0)
        resolve(desk, found, "approve_asset")
    assert desk.asset(asset_id)["status"] == "rejected"
    desk.tend(timedelta(seconds=1))
    assert desk.asset(asset_id)["status"] == "in_review"
    assert desk.decide(desk.workflow(asset_id), "lea").json["status"] == "approved"


def test_what_comes_out_in_the_moment_of_a_rejection_is_rejected_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset_id = desk.upload(b"one")
    described = {"filename": "b.txt", "content_type": "text/plain", "size_bytes": 3}
    path = f"/assets/{asset_id}/upload_version/"
    reserved = desk.post(path, "contributor", described).json

    def arrive() -> None:
        desk.cloud.put(reserved["upload"], b"two")
        desk.cloud.run()
        assert desk.asset(asset_id)["published_version"] == 2

    overtake(monkeypatch, flags, "transact", arrive)
    rejection(desk, asset_id)()
    shown = desk.asset(asset_id)
    assert (shown["status"], shown["published_version"]) == ("rejected", None)


@pytest.mark.parametrize("before", [(admission, "admit"), (moves, "added")])
def test_rolling_back_brings_nothing_out_that_is_rejected_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, before: tuple[Any, str]
) -> None:
    asset_id = desk.upload(b"one")
    desk.version(asset_id, b"two")
    overtake(monkeypatch, *before, rejection(desk, asset_id))
    desk.post(f"/assets/{asset_id}/versions/1/rollback/", "editor")
    shown = desk.asset(asset_id)
    assert (shown["status"], shown["published_version"]) == ("rejected", None)


def test_a_rejection_that_was_lifted_takes_down_nothing_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takedowns, "SLICE", 1)
    monkeypatch.setattr(flags, "_SLICES_AT_ONCE", 1)
    asset_id = desk.upload(b"one")
    desk.version(asset_id, b"two")
    resolve(desk, flag(desk, asset_id), "reject_asset")
    resolve(desk, flag_by(desk, asset_id, "moderator"), "approve_asset")
    while desk.tend(timedelta(seconds=1)):
        pass
    versions = desk.get(f"/assets/{asset_id}/versions/").json["items"]
    assert [one["status"] for one in versions] == ["approved", "approved"]
    assert desk.asset(asset_id)["published_version"] == 2


def _resolve(desk: Desk, asset_id: str, reason: str, resolution: str) -> None:
    flag = desk.post(f"/assets/{asset_id}/flag/", "editor", {"reason": reason}).json
    path = f"/moderation/flags/{flag['id']}/resolve/"
    assert desk.post(path, "moderator", {"resolution": resolution}).status == 200
    desk.cloud.run()


def test_who_approves_a_newer_version_gives_nothing_back_that_was_rejected_before(
    desk: Desk,
) -> None:
    asset_id = desk.upload(b"one")
    _resolve(desk, asset_id, "inappropriate", "reject_asset")
    desk.version(asset_id, b"two")
    _resolve(desk, asset_id, "quality", "approve_asset")
    versions = desk.get(f"/assets/{asset_id}/versions/").json["items"]
    assert {one["number"]: one["status"] for one in versions} == {1: "rejected", 2: "approved"}
    refused = desk.post(f"/assets/{asset_id}/versions/1/publish/", "editor")
    desk.assert_refused(refused, 409, "not_approved")
    assert desk.asset(desk.upload(b"one"))["status_reason"] == "content_rejected"


def test_who_approves_what_was_flagged_lets_no_other_version_go_on(desk: Desk) -> None:
    when = [{"field": "text", "op": "contains", "value": "casino"}]
    rule = {"name": "R", "when": when, "action": "block"}
    assert desk.post("/moderation/rules/", "moderator", rule).status == 201
    asset_id = desk.upload(b"one")
    desk.version(asset_id, b"casino")
    (flag,) = desk.get(f"/moderation/flags/?asset_id={asset_id}").json["items"]
    path = f"/moderation/flags/{flag['id']}/resolve/"
    assert desk.post(path, "moderator", {"resolution": "dismiss"}).status == 200
    third = desk.version(asset_id, b"three")
    _resolve(desk, asset_id, "quality", "approve_asset")
    shown = desk.get(f"/assets/{asset_id}/versions/2/").json
    assert (shown["status"], shown["status_reason"]) == ("rejected", "moderation_rule")
    assert desk.asset(asset_id)["published_version"] == third


def test_what_a_moderator_rejected_is_not_told_by_the_history(desk: Desk) -> None:
    asset_id = desk.upload(b"one", title="offensive", description="an insult")
    history = f"/metadata/{asset_id}/history/"
    flag_id = test_bans.flag(desk, asset_id, "inappropriate")
    test_bans.resolve(desk, flag_id, "reject_asset")
    clean = {"title": "harmless", "description": "nothing"}
    assert desk.call("PATCH", f"/assets/{asset_id}/", "contributor", clean).status == 200
    desk.version(asset_id, b"two")
    assert desk.get(history, "viewer").json["items"] == []
    desk.call("PATCH", f"/assets/{asset_id}/", "contributor", {"title": "kind"})
    (entry,) = desk.get(history, "viewer").json["items"]
    assert entry["changes"] == [{"field": "title", "old": "harmless", "new": "kind"}]
    assert len(desk.get(history, "moderator").json["items"]) > 1
