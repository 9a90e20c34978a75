"""Taking bytes from the quota, with a look at what crashes have left behind there."""

from datetime import datetime

from chalicelib.assets.models import asset_key
from chalicelib.assets.upload_models import Upload
from chalicelib.core.tables import check
from chalicelib.tenants import accounts, quotas
from chalicelib.tenants.models import Usage
from chalicelib.tenants.quotas import QuotaExceeded


def reserve(
    tenant_id: str, reservation: str, size_bytes: int, assets: int, quota_bytes: int, now: datetime
) -> None:
    """Take bytes (and assets) from the quota, and resolve what was left behind.

    What a crash left behind may be what fills the quota, so it is resolved before bytes are
    refused for good.

    Raises:
        QuotaExceeded: they do not fit.
    """
    wanted = (tenant_id, reservation, size_bytes, assets, quota_bytes)
    try:
        usage = quotas.reserve(*wanted)
    except QuotaExceeded:
        if not _resolve_abandoned(tenant_id, accounts.usage(tenant_id), now, reservation):
            raise
        usage = quotas.reserve(*wanted)
    _resolve_abandoned(tenant_id, usage, now, reservation)


def resolve(tenant_id: str, reservation: str, size_bytes: int, assets: int) -> None:
    """Close a reservation whose upload was written all the same, or give it back."""
    upload = Upload(asset_key(tenant_id, reservation), "UPLOAD")
    unwritten = check(upload, Upload.pk.does_not_exist())
    quotas.cancel(tenant_id, reservation, size_bytes, assets, unless=unwritten)


def _resolve_abandoned(tenant_id: str, usage: Usage, now: datetime, own: str) -> bool:
    """Resolve what crashes have left behind, but the caller's own; return whether there was any."""
    left_behind = [one for one in quotas.abandoned(usage, now) if one[0] != own]
    for reservation in left_behind:
        resolve(tenant_id, *reservation)
    return bool(left_behind)
