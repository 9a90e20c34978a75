"""A change and its audit record are one: both are written, or neither."""

from collections.abc import Callable
from typing import Any

import pytest
from pynamodb.exceptions import TransactWriteError

from chalicelib.assets.faces import Scan
from chalicelib.assets.upload_models import Upload
from chalicelib.assets.versions import moves
from chalicelib.assets.versions.life import Transition
from chalicelib.assets.versions.moves import Move, VersionRef
from chalicelib.core import clock, outbox
from chalicelib.core.outbox import SYSTEM, AuditRecord
from chalicelib.core.settings import settings
from tests.cloud import Answer, Cloud, Tenant
from tests.shared import Team, assert_problem, audit, audit_refusing_writes, items

DESCRIBED = {"filename": "a.jpg", "size_bytes": 9, "content_type": "image/jpeg"}

Deed = Callable[[Cloud, Tenant], Answer]


def change_settings(cloud: Cloud, tenant: Tenant) -> Answer:
    body = {"settings": {"AUTO_PUBLISH": False}}
    return cloud.call("PATCH", "/tenant/", tenant.email("admin"), body)


def invite(cloud: Cloud, tenant: Tenant) -> Answer:
    body = {"email": f"new@{tenant.name}.test", "roles": ["admin"]}
    return cloud.post("/members/", tenant.email("admin"), body)


def promote(cloud: Cloud, tenant: Tenant) -> Answer:
    path = f"/members/{tenant.members['viewer']}/"
    return cloud.call("PATCH", path, tenant.email("admin"), {"roles": ["admin"]})


def remove(cloud: Cloud, tenant: Tenant) -> Answer:
    path = f"/members/{tenant.members['viewer']}/"
    return cloud.call("DELETE", path, tenant.email("admin"))


def upload(cloud: Cloud, tenant: Tenant) -> Answer:
    return cloud.post("/assets/upload/", tenant.email("admin"), DESCRIBED)


def abort(cloud: Cloud, tenant: Tenant) -> Answer:
    (upload_id,) = [
        i.upload_id for i in Upload.scan(Upload.sk == "UPLOAD") if i.tenant_id == tenant.id
    ]
    return cloud.call("DELETE", f"/uploads/{upload_id}/", tenant.email("admin"))


DEEDS = [
    (change_settings, "tenant.settings_changed"),
    (invite, "member.invited"),
    (promote, "member.changed"),
    (remove, "member.removed"),
    (upload, "asset.created"),
    (abort, "upload.aborted"),
]


def state() -> dict[str, Any]:
    """Give what the tables hold, without the audit and without reservations given back."""
    held = items()
    del held[settings().audit_table]
    for table in held.values():
        for item in table:
            item.pop("reservations", None)
        table.sort(key=lambda item: (item["pk"]["S"], item.get("sk", {"S": ""})["S"]))
    return held


@pytest.mark.parametrize(("deed", "action"), DEEDS, ids=[action for _, action in DEEDS])
def test_a_change_is_written_with_its_record_or_not_at_all(
    cloud: Cloud, team: Team, deed: Deed, action: str
) -> None:
    tenant = team("admin", "viewer")
    if deed is abort:
        upload(cloud, tenant)
    before = state()
    with audit_refusing_writes():
        assert_problem(deed(cloud, tenant), 500, "internal")
    assert state() == before

    answer = deed(cloud, tenant)
    assert answer.status < 300
    assert state() != before
    records = [e for e in audit(cloud, tenant.email("admin")) if e["action"] == action]
    assert records[0]["request_id"] == answer.headers["X-Request-Id"]
    assert records[0]["actor"] == {
        "id": tenant.members["admin"],
        "email": tenant.email("admin"),
    }


def test_a_move_of_a_version_is_written_with_its_record_or_not_at_all(
    cloud: Cloud, team: Team
) -> None:
    tenant = team("admin")
    reserved = upload(cloud, tenant).json
    ref = VersionRef(tenant.id, reserved["asset"]["id"], 1)

    approved = Transition("version.approved", ("uploading",), "approved", publishes=True)

    def move() -> bool:
        return moves.move(ref, Move(approved, clock.now(), publish=True))

    before = state()
    with audit_refusing_writes(), pytest.raises(TransactWriteError):
        move()
    assert state() == before
    assert move()
    assert not move()
    records = audit(cloud, tenant.email("admin"), "&action=version.approved")
    assert [(r["old"]["status"], r["new"]["status"]) for r in records] == [
        ("uploading", "approved")
    ]
    assert records[0]["actor"] == {"id": "reef", "email": ""}


def test_a_refused_change_leaves_no_record(cloud: Cloud, team: Team) -> None:
    tenant = team("admin", "viewer")
    admin = tenant.email("admin")
    before = items()
    refused = [
        cloud.call("PATCH", "/tenant/", admin, {"settings": {"NO_SUCH": 1}}),
        cloud.post("/members/", admin, {"email": tenant.email("viewer"), "roles": ["viewer"]}),
        cloud.call("DELETE", f"/members/{tenant.members['admin']}/", admin),
        cloud.post("/assets/upload/", admin, DESCRIBED | {"content_type": "x/y"}),
    ]
    assert [answer.status for answer in refused] == [422, 409, 409, 415]
    assert items() == before


def test_a_download_is_recorded_before_its_url_is_given(cloud: Cloud, team: Team) -> None:
    tenant = team("admin")
    reserved = upload(cloud, tenant).json
    ref = VersionRef(tenant.id, reserved["asset"]["id"], 1)

    approved = Transition(None, ("uploading",), "approved")
    found = {"sha256": "0" * 64, "scan": Scan(status="clean")}
    moves.move(ref, Move(approved, clock.now(), found=found))
    path = f"/assets/{ref.asset_id}/download/"
    with audit_refusing_writes():
        refused = cloud.get(path, tenant.email("admin"))
    assert_problem(refused, 500, "internal")
    assert "Location" not in refused.headers
    assert cloud.get(path, tenant.email("admin")).status == 302
    (record,) = audit(cloud, tenant.email("admin"), "&action=asset.downloaded")
    assert record["new"] == {"version": 1, "size_bytes": 9}


def test_a_record_is_kept_under_tenant_and_month_in_the_order_of_time(cloud: Cloud) -> None:
    del cloud
    moments = [clock.now().replace(year=2024, month=month, day=1) for month in (1, 2, 12)]
    records = [
        outbox.record("t", SYSTEM, "thing.done", ("thing", "1"), moment, new={"a": 1})
        for moment in moments
    ]
    assert [record.pk for record in records] == ["t#2024-01", "t#2024-02", "t#2024-12"]
    assert sorted(record.sk for record in records) == [record.sk for record in records]
    for record, moment in zip(records, moments, strict=True):
        assert abs((clock.id_time(record.sk) - moment).total_seconds()) < 0.001
        assert isinstance(record, AuditRecord)


def test_an_upload_that_could_not_be_written_gives_its_quota_back(cloud: Cloud, team: Team) -> None:
    tenant = team("admin")
    with audit_refusing_writes():
        assert upload(cloud, tenant).status == 500
    usage = cloud.get("/tenant/", tenant.email("admin")).json["usage"]
    assert (usage["storage_bytes"], usage["assets"]) == (0, 0)
