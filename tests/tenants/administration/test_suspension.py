"""A suspended tenant: nobody comes in, nothing is shown, and all is there again afterwards."""

import pytest

from chalicelib.core import clock
from chalicelib.tenants.administration import suspension
from tests.assets.stages import asset
from tests.cloud import Cloud
from tests.shared import Team, assert_problem, audit


def test_members_keys_and_visitors_are_kept_out_until_it_is_resumed(
    cloud: Cloud, team: Team
) -> None:
    tenant, other = team("admin", "viewer"), team("admin")
    admin = tenant.email("admin")
    published = asset(cloud, tenant.id, admin, "approved!")
    made = cloud.post(f"/assets/{published}/share/", admin, {"share_type": "public"}).json
    uuid = made["share_link"]["uuid"]
    body = {"name": "Robot", "role": "viewer"}
    key = {"authorization": f"Bearer {cloud.post('/api_keys/', admin, body).json['key']}"}
    cloud.post("/members/", other.email("admin"), {"email": admin, "roles": ["viewer"]})
    for _ in range(2):  # again changes nothing
        assert suspension.suspend(tenant.id, clock.now()) == 2
    for email in (admin, tenant.email("viewer")):
        assert_problem(cloud.get("/tenant/", email), 403, "forbidden")
        assert_problem(
            cloud.call("PATCH", "/me/", email, {"tenant_id": tenant.id}), 404, "not_found"
        )
    assert_problem(cloud.get("/assets/", headers=key), 403, "forbidden")
    assert_problem(cloud.get(f"/shares/{uuid}/"), 410, "asset_unavailable")
    assert [one["id"] for one in cloud.get("/me/", admin).json["tenants"]] == [other.id]
    for _ in range(2):
        assert suspension.resume(tenant.id, clock.now()) == 2
    assert cloud.get("/assets/", headers=key).status == 200
    assert cloud.get(f"/shares/{uuid}/").status == 200
    told = [one["action"] for one in audit(cloud, admin, f"&subject={tenant.id}")]
    assert told[:2] == ["tenant.resumed", "tenant.suspended"]
    assert told.count("tenant.suspended") == 1


def test_nobody_is_invited_into_a_suspended_tenant(cloud: Cloud, team: Team) -> None:
    from chalicelib.core.errors import Conflict
    from chalicelib.core.outbox import SYSTEM
    from chalicelib.tenants import invitations

    tenant = team("admin")
    suspension.suspend(tenant.id, clock.now())
    for role in ("viewer", "admin"):
        with pytest.raises(Conflict, match="suspended"):
            invitations.invite(tenant.id, f"{role}@new.test", [role], SYSTEM, clock.now())
    with pytest.raises(LookupError):
        suspension.suspend(clock.new_id(), clock.now())
