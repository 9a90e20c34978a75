"""The audit trail tells of every publication, whoever or whatever publishes."""

from typing import Any

from chalicelib.core.outbox import AuditRecord
from tests.assets.shelf import Shelf

STEP = {"id": "a", "name": "A", "approvers": {"type": "roles", "roles": ["moderator"]}}


def publications(shelf: Shelf, asset_id: str) -> list[tuple[str, str, int | None, int | None]]:
    """List who published or took back what, the oldest first."""
    key = f"{shelf.tenant.id}#{asset_id}"
    return [
        (one.actor.id, one.action, one.old["published_version"], one.new["published_version"])
        for one in AuditRecord.by_subject.query(key)
        if one.action.endswith("published")
    ]


def publishing(shelf: Shelf, wanted: bool) -> None:
    settings: dict[str, Any] = {"settings": {"AUTO_PUBLISH": wanted}}
    assert shelf.call("PATCH", "/tenant/", settings).status == 200


def test_what_is_published_by_itself_is_on_record_after_its_approval(shelf: Shelf) -> None:
    asset_id = shelf.add()
    shelf.version(asset_id, b"two")
    assert publications(shelf, asset_id) == [
        ("reef", "version.published", None, 1),
        ("reef", "version.published", 1, 2),
    ]
    deeds = shelf.deeds(asset_id)
    assert deeds.index("version.published") == deeds.index("version.approved") + 1


def test_without_auto_publish_nothing_is_published_nor_on_record(shelf: Shelf) -> None:
    publishing(shelf, False)
    asset_id = shelf.add()
    assert publications(shelf, asset_id) == []
    assert shelf.act(asset_id, 1, "publish").status == 200
    admin = shelf.tenant.members["admin"]
    assert publications(shelf, asset_id) == [(admin, "version.published", None, 1)]


def test_an_approval_that_publishes_is_the_approvers(shelf: Shelf) -> None:
    assert shelf.post("/workflow_templates/", {"name": "T", "steps": [STEP]}).status == 201
    asset_id = shelf.add()
    assert publications(shelf, asset_id) == []
    workflow = shelf.get(f"/workflows/?asset_id={asset_id}").json["items"][0]["id"]
    body = {"decision": "approve"}
    assert shelf.post(f"/workflows/{workflow}/approve/", body, "moderator").status == 200
    moderator = shelf.tenant.members["moderator"]
    assert publications(shelf, asset_id) == [(moderator, "version.published", None, 1)]


def test_rolling_back_and_merging_publish_on_record(shelf: Shelf) -> None:
    asset_id = shelf.add()
    shelf.version(asset_id, b"two")
    assert shelf.act(asset_id, 1, "rollback").status == 201
    shelf.post(f"/assets/{asset_id}/branches/", {"name": "winter", "from_version": 3})
    shelf.version(asset_id, b"snow", branch="winter")
    assert shelf.post(f"/assets/{asset_id}/branches/winter/merge/", {}).status == 201
    admin = shelf.tenant.members["admin"]
    assert publications(shelf, asset_id)[2:] == [
        (admin, "version.published", 2, 3),
        (admin, "version.published", 3, 5),
    ]


def test_what_a_moderator_takes_back_is_on_record(shelf: Shelf) -> None:
    asset_id = shelf.add()
    flag = shelf.post(f"/assets/{asset_id}/flag/", {"reason": "quality"}).json["id"]
    resolved = shelf.post(f"/moderation/flags/{flag}/resolve/", {"resolution": "reject_asset"})
    assert resolved.status == 200
    shelf.cloud.run()
    assert shelf.served(asset_id) is None
    assert [entry[1:] for entry in publications(shelf, asset_id)] == [
        ("version.published", None, 1),
        ("version.unpublished", 1, None),
    ]
