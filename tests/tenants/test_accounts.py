"""A tenant's settings: what it may override, and within which limits."""

from typing import Any

import pytest

from chalicelib.core.settings import SCANNER_LIMIT_BYTES
from chalicelib.tenants import accounts
from tests.cloud import Answer, Cloud, Tenant
from tests.shared import Team, assert_problem, audit, items


@pytest.fixture
def acme(team: Team) -> Tenant:
    return team("admin", "viewer")


def patch(cloud: Cloud, tenant: Tenant, **settings: Any) -> Answer:
    return cloud.call("PATCH", "/tenant/", tenant.email("admin"), {"settings": settings})


def shown(cloud: Cloud, tenant: Tenant) -> dict[str, Any]:
    found: dict[str, Any] = cloud.get("/tenant/", tenant.email("viewer")).json["settings"]
    return found


def test_a_new_tenant_has_the_deployment_s_settings(cloud: Cloud, acme: Tenant) -> None:
    answer = cloud.get("/tenant/", acme.email("viewer")).json
    assert answer["id"] == acme.id
    assert answer["name"] == acme.name
    assert answer["settings"]["MAX_FILE_SIZE"] == 104857600
    assert answer["settings"]["AUTO_PUBLISH"] is True
    assert answer["usage"] == {
        "storage_bytes": 0,
        "storage_quota_bytes": 107374182400,
        "assets": 0,
    }


def test_settings_merge_and_null_takes_one_back(cloud: Cloud, acme: Tenant) -> None:
    before = shown(cloud, acme)
    assert patch(cloud, acme, MAX_FILE_SIZE=5, AUTO_PUBLISH=False).status == 200
    assert patch(cloud, acme, AUTO_EXTRACT_METADATA=False).status == 200
    assert shown(cloud, acme) == before | {
        "MAX_FILE_SIZE": 5,
        "AUTO_PUBLISH": False,
        "AUTO_EXTRACT_METADATA": False,
    }
    assert patch(cloud, acme, MAX_FILE_SIZE=None, AUTO_EXTRACT_METADATA=None).status == 200
    assert shown(cloud, acme) == before | {"AUTO_PUBLISH": False}


def test_null_for_what_was_never_set_is_fine(cloud: Cloud, acme: Tenant) -> None:
    assert patch(cloud, acme, MAX_FILE_SIZE=None).status == 200


@pytest.mark.parametrize(
    "settings",
    [
        {"STORAGE_QUOTA_BYTES": 10**15},
        {"VIRUS_SCAN_ENABLED": False},
        {"ALLOW_UNSCANNED": True},
        {"LOG_LEVEL": "DEBUG"},
        {"JWT_ISSUER": "https://evil.test"},
        {"max_file_size": 5},
        {"Max_File_Size": 5},
        {"NO_SUCH": 1},
        {"": 1},
        {"MAX_FILE_SIZE": 5, "NO_SUCH": None},
    ],
    ids=str,
)
def test_what_is_no_setting_of_tenants_is_refused_whole(
    cloud: Cloud, acme: Tenant, settings: dict[str, Any]
) -> None:
    before = items()
    body = assert_problem(patch(cloud, acme, **settings), 422, "invalid")
    assert body["errors"][0]["field"].startswith("settings.")
    assert items() == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_FILE_SIZE", 0),
        ("MAX_FILE_SIZE", -1),
        ("MAX_FILE_SIZE", SCANNER_LIMIT_BYTES + 1),
        ("MAX_FILE_SIZE", 10**30),
        ("MAX_FILE_SIZE", "5"),
        ("MAX_FILE_SIZE", 5.5),
        ("MAX_FILE_SIZE", True),
        ("AUTO_PUBLISH", 1),
        ("AUTO_PUBLISH", "yes"),
        ("ALLOWED_MIME_TYPES", "image/png"),
        ("ALLOWED_MIME_TYPES", [1]),
        ("ALLOWED_MIME_TYPES", {"image/png": True}),
        ("ALLOWED_MIME_TYPES", ["application/x-msdownload"]),
        ("ALLOWED_MIME_TYPES", ["image/png", "image/jxl"]),
        ("ALLOWED_MIME_TYPES", ["*/*"]),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    cloud: Cloud, acme: Tenant, name: str, value: Any
) -> None:
    before = items()
    body = assert_problem(patch(cloud, acme, **{name: value}), 422, "invalid")
    assert body["errors"][0]["field"] == f"settings.{name}"
    assert items() == before


@pytest.mark.parametrize("size", [1, SCANNER_LIMIT_BYTES])
def test_the_limits_themselves_fit(cloud: Cloud, acme: Tenant, size: int) -> None:
    assert patch(cloud, acme, MAX_FILE_SIZE=size).json["settings"]["MAX_FILE_SIZE"] == size


def test_allowed_types_can_be_fewer_and_act_at_once(cloud: Cloud, acme: Tenant) -> None:
    assert patch(cloud, acme, ALLOWED_MIME_TYPES=["image/png"]).status == 200
    body = {"filename": "a", "size_bytes": 1, "content_type": "image/jpeg"}
    refused = cloud.post("/assets/upload/", acme.email("admin"), body)
    assert_problem(refused, 415, "unsupported_media_type")
    accepted = cloud.post(
        "/assets/upload/", acme.email("admin"), body | {"content_type": "image/png"}
    )
    assert accepted.status == 201


def test_a_smaller_file_size_acts_at_once(cloud: Cloud, acme: Tenant) -> None:
    assert patch(cloud, acme, MAX_FILE_SIZE=5).status == 200
    body = {"filename": "a", "size_bytes": 6, "content_type": "image/jpeg"}
    admin = acme.email("admin")
    assert_problem(cloud.post("/assets/upload/", admin, body), 413, "file_too_large")
    assert cloud.post("/assets/upload/", admin, body | {"size_bytes": 5}).status == 201


def test_settings_of_one_tenant_are_not_another_s(cloud: Cloud, team: Team) -> None:
    one, other = team("admin", "viewer"), team("admin", "viewer")
    before = shown(cloud, other)
    patch(cloud, one, MAX_FILE_SIZE=5)
    assert shown(cloud, other) == before


def test_a_change_of_settings_is_on_record(cloud: Cloud, acme: Tenant) -> None:
    patch(cloud, acme, MAX_FILE_SIZE=5)
    patch(cloud, acme, MAX_FILE_SIZE=None, AUTO_PUBLISH=False)
    records = audit(cloud, acme.email("admin"), "&action=tenant.settings_changed")
    assert [(r["old"], r["new"]) for r in records] == [
        ({"max_file_size": 5}, {"auto_publish": False}),
        ({}, {"max_file_size": 5}),
    ]


def test_a_change_of_settings_does_not_undo_what_came_between(cloud: Cloud, acme: Tenant) -> None:
    from chalicelib.core import clock
    from chalicelib.core.errors import Conflict
    from chalicelib.core.outbox import SYSTEM

    stale = accounts.get(acme.id)
    body = {"email": f"second@{acme.name}.test", "roles": ["admin"]}
    assert cloud.post("/members/", acme.email("admin"), body).status == 201
    accounts.change_settings(stale, {"AUTO_PUBLISH": False}, SYSTEM, clock.now())
    assert accounts.get(acme.id).admins == 2
    stale = accounts.get(acme.id)
    accounts.change_settings(accounts.get(acme.id), {"MAX_FILE_SIZE": 7}, SYSTEM, clock.now())
    with pytest.raises(Conflict):
        accounts.change_settings(stale, {"MAX_FILE_SIZE": 8}, SYSTEM, clock.now())
    assert accounts.get(acme.id).overrides == {"auto_publish": False, "max_file_size": 7}


def test_the_quota_is_the_operator_s_alone(cloud: Cloud, acme: Tenant) -> None:
    accounts.set_quota(acme.id, 1000)
    usage = cloud.get("/tenant/", acme.email("viewer")).json["usage"]
    assert usage["storage_quota_bytes"] == 1000
