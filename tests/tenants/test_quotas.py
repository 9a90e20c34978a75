"""Storage quotas: exact, never lost, never given back twice."""

import pytest

from chalicelib.assets.upload_models import Upload
from chalicelib.core import clock
from chalicelib.core.tables import ConditionFailed, transact
from chalicelib.tenants import accounts, quotas
from chalicelib.tenants.quotas import QuotaExceeded
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


def test_uploads_fill_the_quota_to_the_last_byte(cloud: Cloud, acme: Tenant) -> None:
    admin = acme.email("admin")
    for size, status in ((60, 201), (41, 403), (40, 201), (1, 403), (0, 201)):
        answer = cloud.post("/assets/upload/", admin, DESCRIBED | {"size_bytes": size})
        assert answer.status == status, answer.content
        if status == 403:
            assert_problem(answer, 403, "quota_exceeded")
    assert used(acme) == (100, 3, 0)
    usage = cloud.get("/tenant/", acme.email("viewer")).json["usage"]
    assert usage == {"storage_bytes": 100, "storage_quota_bytes": 100, "assets": 3}


def test_a_file_larger_than_the_whole_quota_is_refused_while_nothing_is_used(
    cloud: Cloud, acme: Tenant
) -> None:
    answer = cloud.post("/assets/upload/", acme.email("admin"), DESCRIBED | {"size_bytes": 101})
    assert_problem(answer, 403, "quota_exceeded")
    assert used(acme) == (0, 0, 0)


def test_a_lowered_quota_refuses_more_but_takes_nothing_away(cloud: Cloud, acme: Tenant) -> None:
    admin = acme.email("admin")
    assert cloud.post("/assets/upload/", admin, DESCRIBED).status == 201
    accounts.set_quota(acme.id, 10)
    assert_problem(
        cloud.post("/assets/upload/", admin, DESCRIBED | {"size_bytes": 1}), 403, "quota_exceeded"
    )
    assert used(acme) == (40, 1, 0)


def test_a_refused_policy_gives_the_bytes_back(cloud: Cloud, team: Team) -> None:
    tenant = team("contributor")
    answer = cloud.post(
        "/assets/upload/", tenant.email("contributor"), DESCRIBED | {"create_workflow": False}
    )
    assert_problem(answer, 403, "workflow_required")
    assert used(tenant) == (0, 0, 0)


def test_a_reservation_is_settled_or_cancelled(acme: Tenant) -> None:
    one, other = clock.new_id(), clock.new_id()
    quotas.reserve(acme.id, one, 10, 1, 100)
    quotas.reserve(acme.id, other, 20, 1, 100)
    assert used(acme) == (30, 2, 2)
    quotas.settle(acme.id, one, 10, 1)
    assert used(acme) == (30, 2, 1)
    for _ in range(2):
        quotas.cancel(acme.id, other, 20, 1)
        quotas.cancel(acme.id, one, 10, 1)  # it is settled, and stays
        assert used(acme) == (10, 1, 0)


def test_what_does_not_fit_changes_nothing(acme: Tenant) -> None:
    quotas.reserve(acme.id, clock.new_id(), 100, 1, 100)
    with pytest.raises(QuotaExceeded):
        quotas.reserve(acme.id, clock.new_id(), 1, 1, 100)
    assert used(acme) == (100, 1, 1)


def test_settling_inside_a_transaction_fails_where_the_bytes_were_given_back(
    acme: Tenant,
) -> None:
    reservation = (acme.id, clock.new_id(), 10, 0)
    quotas.reserve(*reservation, quota_bytes=100)
    quotas.cancel(*reservation)
    with pytest.raises(ConditionFailed):
        transact(quotas.settled(*reservation))
    quotas.reserve(*reservation, quota_bytes=100)
    transact(quotas.settled(*reservation))
    assert used(acme) == (10, 0, 0)


def test_an_aborted_upload_releases_its_bytes_once(cloud: Cloud, acme: Tenant) -> None:
    admin = acme.email("admin")
    reserved = cloud.post("/assets/upload/", admin, DESCRIBED).json
    assert used(acme)[0] == 40
    for _ in range(3):
        path = f"/uploads/{reserved['upload']['upload_id']}/"
        assert cloud.call("DELETE", path, admin).status == 204
        assert used(acme) == (0, 1, 0)


def test_a_retried_upload_takes_its_bytes_again_once(cloud: Cloud, acme: Tenant) -> None:
    from chalicelib.assets.models import asset_key
    from chalicelib.core.tables import find
    from chalicelib.processing import ingest

    admin = acme.email("admin")
    reserved = cloud.post("/assets/upload/", admin, DESCRIBED).json
    cloud.put(reserved["upload"], b"x" * 40)
    cloud.run("route_upload")
    upload_id = reserved["upload"]["upload_id"]
    retry = f"/processing/{upload_id}/retry/"
    assert_problem(cloud.post(retry, admin), 409, "conflict")
    for expected in ((40, 1, 0), (40, 1, 0)):
        upload = find(Upload, asset_key(acme.id, upload_id), "UPLOAD")
        assert upload is not None
        ingest.give_up(upload)
        assert used(acme) == (0, 1, 0)
        accounts.set_quota(acme.id, 39)
        assert_problem(cloud.post(retry, admin), 403, "quota_exceeded")
        assert used(acme) == (0, 1, 0)
        accounts.set_quota(acme.id, 100)
        assert cloud.post(retry, admin).status == 202
        assert used(acme) == expected
        assert_problem(cloud.post(retry, admin), 409, "conflict")
        assert used(acme) == expected
