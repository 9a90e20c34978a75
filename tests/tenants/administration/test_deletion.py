"""A deleted tenant leaves nothing behind, and takes nothing of another with it."""

import json

import pytest

from chalicelib.core import clock, storage
from chalicelib.core.aws import client
from chalicelib.core.errors import Conflict
from chalicelib.core.settings import settings
from chalicelib.tenants import accounts
from chalicelib.tenants.administration import deletion, stored, suspension
from tests.assets.stages import SHA256, asset
from tests.cloud import Cloud
from tests.shared import Team, assert_problem, items
from tests.webhooks import kept


def left(tenant_id: str) -> list[str]:
    """Give all that names a tenant, in tables and buckets."""
    found = [
        f"{name}: {row}"
        for name, rows in items().items()
        for row in rows
        if tenant_id in json.dumps(row, default=str)
    ]
    for bucket in stored.buckets().values():
        found += [key for key in storage.keys(bucket) if tenant_id in key]
    return found


def test_everything_of_it_goes_and_nothing_else(
    cloud: Cloud, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, other = team("admin", "viewer", "contributor"), team("admin")
    admin, shared = tenant.email("admin"), tenant.email("viewer")
    published = asset(cloud, tenant.id, admin, "approved!")
    cloud.upload(tenant.email("contributor"), b"data", multipart=False)
    theirs = asset(cloud, other.id, other.email("admin"), "approved!")
    for tenant_id in (tenant.id, other.id):
        key = f"{tenant_id}/{SHA256}"
        storage.put(settings().originals_bucket, key, b"bytes", "image/jpeg")
        storage.put(settings().renditions_bucket, f"{key}/small.webp", b"x", "image/webp")
        zipped = f"zips/{tenant_id}/1/1.zip"
        storage.put(settings().renditions_bucket, zipped, b"x", "application/zip")
    storage.start_multipart(settings().uploads_bucket, f"{tenant.id}/a/b")
    cloud.post(f"/assets/{published}/share/", admin, {"share_type": "public"})
    cloud.post("/api_keys/", admin, {"name": "Robot", "role": "viewer"})
    kept.with_delivery(cloud, tenant.id, admin)
    kept.with_delivery(cloud, other.id, other.email("admin"))
    cloud.post("/members/", other.email("admin"), {"email": shared, "roles": ["viewer"]})
    cloud.token(shared)
    cloud.run()
    with pytest.raises(Conflict, match="not suspended"):
        deletion.erase(tenant.id, tenant.name, clock.now())
    suspension.suspend(tenant.id, clock.now())
    with pytest.raises(Conflict, match="another name"):
        deletion.erase(tenant.id, "Acme", clock.now())
    assert left(tenant.id)
    with monkeypatch.context() as patch:  # cut off half-way, it is begun again
        patch.setattr(deletion, "_delete_items", None)
        with pytest.raises(TypeError):
            deletion.erase(tenant.id, tenant.name, clock.now())
    before = len(left(other.id))
    assert deletion.erase(tenant.id, tenant.name, clock.now()) > 10
    assert left(tenant.id) == []
    uploads = client("s3").list_multipart_uploads(Bucket=settings().uploads_bucket)
    assert [one for one in uploads.get("Uploads", []) if tenant.id in one["Key"]] == []
    with pytest.raises(LookupError):
        accounts.get(tenant.id)
    # Who is a member elsewhere signs in there; the others cannot sign in at all.
    cloud.forget(shared)
    assert cloud.get("/tenant/", shared).json["id"] == other.id
    assert_problem(cloud.get("/me/", admin), 403, "forbidden")
    cognito = client("cognito-idp")
    with pytest.raises(cognito.exceptions.UserNotFoundException):
        cognito.admin_get_user(UserPoolId=settings().user_pool_id, Username=admin)
    assert len(left(other.id)) == before
    assert cloud.get(f"/assets/{theirs}/", other.email("admin")).status == 200


def test_a_tenant_to_which_something_goes_on_writing_is_not_said_to_be_gone(
    cloud: Cloud, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = team("admin")
    suspension.suspend(tenant.id, clock.now())
    with monkeypatch.context() as patch:
        patch.setattr(deletion, "_delete_items", lambda _: 1)
        with pytest.raises(Conflict, match="goes on writing"):
            deletion.erase(tenant.id, tenant.name, clock.now())
    assert accounts.get(tenant.id).suspended_at is not None
    assert deletion.erase(tenant.id, tenant.name, clock.now()) > 1
