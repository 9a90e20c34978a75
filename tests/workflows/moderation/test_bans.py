"""Rejections that hold at once and everywhere, and bytes that do not come back."""

from typing import Any

import pytest

from chalicelib.workflows.moderation import bans
from tests.workflows.desk import Desk, Json, step


def flag(desk: Desk, asset_id: str, reason: str = "copyright", who: str = "viewer") -> str:
    answer = desk.post(f"/assets/{asset_id}/flag/", who, {"reason": reason})
    assert answer.status == 201, answer.content
    return str(answer.json["id"])


def resolve(desk: Desk, flag_id: str, resolution: str) -> None:
    path = f"/moderation/flags/{flag_id}/resolve/"
    assert desk.post(path, "moderator", {"resolution": resolution}).status == 200


def flags_of(desk: Desk, asset_id: str) -> list[Json]:
    found: list[Json] = desk.get(f"/moderation/flags/?asset_id={asset_id}").json["items"]
    return found


def rejected_bytes(desk: Desk, data: bytes = b"stolen", reason: str = "copyright") -> str:
    asset_id = desk.upload(data)
    resolve(desk, flag(desk, asset_id, reason), "reject_asset")
    return asset_id


@pytest.mark.parametrize("reason", sorted(bans.REASONS))
def test_banned_bytes_end_rejected_and_flagged_when_they_are_sent_again(
    desk: Desk, reason: str
) -> None:
    data = reason.encode()
    rejected_bytes(desk, data, reason)
    again = desk.upload(data, "editor")
    shown = desk.asset(again)
    assert (shown["status"], shown["status_reason"]) == ("rejected", "content_rejected")
    (found,) = flags_of(desk, again)
    assert found["reason"] == reason
    template = desk.template()
    body = {"asset_id": again, "template_id": template}
    desk.assert_refused(desk.post("/workflows/", "admin", body), 409, "conflict")


def test_other_reasons_concern_one_asset_alone(desk: Desk) -> None:
    asset_id = rejected_bytes(desk, b"ugly", "quality")
    assert desk.asset(desk.upload(b"ugly"))["status"] == "approved"
    assert desk.version(asset_id, b"ugly") == 2
    shown = desk.asset(asset_id)
    assert (shown["status"], shown["status_reason"]) == ("rejected", "content_rejected")
    assert desk.version(asset_id, b"pretty") == 3
    assert desk.asset(asset_id)["published_version"] == 3
    again = desk.version(asset_id, b"ugly")
    assert desk.asset(asset_id)["published_version"] == 3
    publish = desk.post(f"/assets/{asset_id}/versions/{again}/publish/", "editor")
    desk.assert_refused(publish, 409, "not_approved")


def test_a_moderator_lets_the_bytes_of_an_asset_back(desk: Desk) -> None:
    asset_id = rejected_bytes(desk, b"ugly", "quality")
    desk.version(asset_id, b"ugly")
    (found,) = [one for one in flags_of(desk, asset_id) if one["status"] == "open"]
    resolve(desk, found["id"], "approve_asset")
    desk.cloud.run()
    assert desk.asset(asset_id)["published_version"] == 2
    assert desk.version(asset_id, b"ugly") == 3
    assert desk.asset(asset_id)["published_version"] == 3


def test_who_reports_an_upload_of_their_own_keeps_nothing_of_it_from_being_banned(
    desk: Desk,
) -> None:
    asset_id = desk.upload(b"stolen")
    own = {"reason": "quality"}
    assert desk.post(f"/assets/{asset_id}/flag/", "contributor", own).status == 201
    flag_id = flag(desk, asset_id)
    desk.version(asset_id, b"another")
    assert desk.post(f"/assets/{asset_id}/flag/", "editor", own).json["version"] == 2
    holder = desk.upload(b"stolen", "editor")
    resolve(desk, flag_id, "reject_asset")
    desk.cloud.run()
    assert desk.asset(desk.upload(b"stolen"))["status_reason"] == "content_rejected"
    assert len(flags_of(desk, holder)) == 1
    assert desk.asset(desk.upload(b"another"))["status"] == "approved"


def test_banned_bytes_are_not_linked_either(desk: Desk) -> None:
    asset_id = desk.upload(b"shared")
    sha256 = desk.asset(asset_id)["sha256"]
    resolve(desk, flag(desk, asset_id), "reject_asset")
    other: dict[str, Any] = {"filename": "b.txt", "content_type": "text/plain", "size_bytes": 6}
    linked = other | {"sha256": sha256, "link_existing": True}
    answer = desk.post("/assets/upload/", "editor", linked)
    assert answer.status == 201, answer.content
    if answer.json["upload"] is not None:
        desk.cloud.put(answer.json["upload"], b"shared")
    desk.cloud.run()
    shown = desk.asset(answer.json["asset"]["id"])
    assert (shown["status"], shown["status_reason"]) == ("rejected", "content_rejected")


def test_banned_bytes_stay_banned_when_their_asset_is_purged(desk: Desk) -> None:
    asset_id = rejected_bytes(desk)
    assert desk.call("DELETE", f"/assets/{asset_id}/?purge=true", "admin").status == 204
    desk.cloud.run()
    assert desk.asset(desk.upload(b"stolen"))["status"] == "rejected"


def test_other_published_assets_with_the_bytes_are_flagged_and_stay(desk: Desk) -> None:
    other = desk.upload(b"stolen", "editor")
    rejected_bytes(desk)
    assert desk.asset(other, "viewer")["status"] == "approved"
    (found,) = flags_of(desk, other)
    assert found["reason"] == "copyright"


def test_approving_lifts_the_ban_and_judges_the_version_like_an_upload(desk: Desk) -> None:
    rejected_bytes(desk)
    desk.template(step("legal", "Legal"))
    again = desk.upload(b"stolen")
    (found,) = flags_of(desk, again)
    resolve(desk, found["id"], "approve_asset")
    assert desk.asset(again)["status"] == "in_review"
    assert desk.decide(desk.workflow(again), "lea").json["status"] == "approved"
    assert desk.asset(desk.upload(b"stolen"))["status"] == "in_review"


def test_another_tenants_ban_does_not_exist_here(desk: Desk) -> None:
    rejected_bytes(desk)
    other = Desk(desk.pipeline)
    assert other.asset(other.upload(b"stolen"))["status"] == "approved"


def test_an_asset_has_only_so_many_versions(desk: Desk) -> None:
    desk.pipeline.configure(max_versions=2)
    asset_id = desk.upload(b"one")
    rollback = f"/assets/{asset_id}/versions/1/rollback/"
    assert desk.post(rollback, "editor").status == 201
    desk.assert_refused(desk.post(rollback, "editor"), 409, "too_many_versions")
    described = {"filename": "b.txt", "content_type": "text/plain", "size_bytes": 3}
    path = f"/assets/{asset_id}/upload_version/"
    desk.assert_refused(desk.post(path, "editor", described), 409, "too_many_versions")
    assert desk.call("DELETE", f"/assets/{asset_id}/versions/1/", "editor").status == 204
    back = f"/assets/{asset_id}/versions/2/rollback/"
    assert desk.post(back, "editor").status == 201
