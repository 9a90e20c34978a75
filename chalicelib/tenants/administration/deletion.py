"""Deleting a tenant for good: its people's ways in, its bytes, its items, its audit trail."""

import logging
from datetime import datetime

from chalicelib.core import storage
from chalicelib.core.aws import client
from chalicelib.core.errors import Conflict
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.tables import delete, remove, transact
from chalicelib.tenants import accounts, directory, memberships
from chalicelib.tenants.administration import stored
from chalicelib.tenants.audit.seals import Image
from chalicelib.tenants.models import Member, MemberEmail, Memberships, Tenant, email_key

log = logging.getLogger(__name__)

_PASSES = 5
"""What was under way when the tenant was suspended may write once more."""


def erase(tenant_id: str, name: str, now: datetime) -> int:
    """Delete a suspended tenant; return how many items it had. Can be begun again at any point.

    Args:
        tenant_id: which.
        name: its name, so that no other one is deleted by mistake.
        now: when.

    Raises:
        LookupError: there is no such tenant, or it is gone already.
        Conflict: it is not suspended, it has another name, or something goes on writing to it.
    """
    tenant = accounts.get(tenant_id)
    if tenant.name != name:
        raise Conflict(f"The tenant {tenant_id} has another name than {name}.")
    if tenant.suspended_at is None:
        raise Conflict("The tenant is not suspended; suspend it first.")
    for member in Member.query(tenant_id, Member.sk.startswith("MEMBER#"), consistent_read=True):
        _expel(member, now)
    for bucket in stored.buckets().values():
        for prefix in stored.prefixes(tenant_id):
            _delete_objects(bucket, prefix)
    count = 0
    for _ in range(_PASSES):
        found = _delete_items(tenant_id)
        count += found
        if not found:
            delete(Tenant(tenant_id, "TENANT"))
            log.info("tenant deleted", extra={"tenant_id": tenant_id, "items": count})
            return count + 1
    raise Conflict("Something goes on writing to the tenant; run this again later.")


def _expel(member: Member, now: datetime) -> None:
    """Remove a member with no regard to who manages the tenant then. Idempotent."""

    def write(found: Memberships | None) -> Memberships | None:
        transact(
            remove(member),
            remove(MemberEmail(member.pk, email_key(member.email))),
            memberships.leaving(member.id, member.pk, found, now),
        )
        return found

    before = memberships.of(member.id)
    found = despite_others(write, before, lambda _: memberships.of(member.id), None)
    left = sorted(set(found.tenants or ()) - {member.pk}) if found else []
    if left:
        directory.leave(member.id, member.pk, left[0])
    else:
        directory.delete(member.id)


def _delete_objects(bucket: str, prefix: str) -> None:
    """Delete every version of what begins with a prefix, and abort uploads in parts."""
    s3 = client("s3")
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix):
        for upload in page.get("Uploads", []):
            storage.abort_multipart(bucket, upload["Key"], upload["UploadId"])
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        found = [
            {"Key": item["Key"], "VersionId": item["VersionId"]}
            for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        ]
        if found:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})


def _delete_items(tenant_id: str) -> int:
    """Delete all items but the tenant's own, which says that there is more to do."""
    dynamodb, count = client("dynamodb"), 0
    for table in stored.tables().values():
        for image in stored.items(table, tenant_id):
            if not _is_tenant(image):
                key = {name: image[name] for name in ("pk", "sk") if name in image}
                dynamodb.delete_item(TableName=table, Key=key)
                count += 1
    return count


def _is_tenant(image: Image) -> bool:
    return bool(image.get("sk", {}).get("S") == "TENANT")
