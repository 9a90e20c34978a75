"""Bytes are taken from the quota, and what crashes have left there is resolved."""

from datetime import timedelta

import pytest

from chalicelib.assets.upload_models import Declared, Upload
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from chalicelib.tenants import accounts, quotas
from tests.cloud import Cloud, Tenant
from tests.shared import Team, assert_problem

DESCRIBED = {"filename": "a.jpg", "size_bytes": 40, "content_type": "image/jpeg"}


@pytest.fixture
def acme(team: Team) -> Tenant:
    tenant = team("admin", "viewer")
    accounts.set_quota(tenant.id, 100)
    return tenant


def used(tenant: Tenant) -> tuple[int, int, int]:
    usage = accounts.usage(tenant.id)
    return int(usage.storage_bytes), int(usage.assets), len(usage.reservations or ())


def test_what_a_crash_left_behind_is_given_back_by_the_next_upload(
    cloud: Cloud, acme: Tenant
) -> None:
    long_ago = clock.new_id(clock.now() - timedelta(hours=2))
    just_now = clock.new_id(clock.now() - timedelta(minutes=50))
    quotas.reserve(acme.id, long_ago, 30, 1, 100)
    quotas.reserve(acme.id, just_now, 20, 1, 100)
    assert cloud.post("/assets/upload/", acme.email("admin"), DESCRIBED).status == 201
    assert used(acme) == (60, 2, 1)


def test_a_quota_that_a_crash_has_filled_takes_uploads_again(cloud: Cloud, acme: Tenant) -> None:
    long_ago = clock.new_id(clock.now() - timedelta(hours=2))
    quotas.reserve(acme.id, long_ago, 100, 1, 100)
    assert cloud.post("/assets/upload/", acme.email("admin"), DESCRIBED).status == 201
    assert used(acme) == (40, 1, 0)


def test_what_still_runs_fills_the_quota(cloud: Cloud, acme: Tenant) -> None:
    just_now = clock.new_id(clock.now() - timedelta(minutes=50))
    quotas.reserve(acme.id, just_now, 100, 1, 100)
    refused = cloud.post("/assets/upload/", acme.email("admin"), DESCRIBED)
    assert_problem(refused, 403, "quota_exceeded")
    assert used(acme) == (100, 1, 1)


def test_an_upload_written_before_the_crash_keeps_its_bytes(cloud: Cloud, acme: Tenant) -> None:
    from chalicelib.assets.models import asset_key

    written = clock.new_id(clock.now() - timedelta(hours=2))
    quotas.reserve(acme.id, written, 30, 1, 100)
    Upload(
        asset_key(acme.id, written),
        "UPLOAD",
        tenant_id=acme.id,
        upload_id=written,
        asset_id=clock.new_id(),
        number=1,
        declared=Declared(filename="a", content_type="text/plain", size_bytes=10),
        created_by=SYSTEM,
        created_at="",
        expires_at="",
    ).save()
    assert cloud.post("/assets/upload/", acme.email("admin"), DESCRIBED).status == 201
    assert used(acme) == (70, 2, 0)
