"""Taking bytes from the quota, with a look at what crashes have left behind there."""

from datetime import datetime

from chalicelib.assets.models import Upload, asset_key
from chalicelib.core.tables import find
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
        if not _resolve(tenant_id, accounts.usage(tenant_id), now):
            raise
        usage = quotas.reserve(*wanted)
    _resolve(tenant_id, usage, now)


def _resolve(tenant_id: str, usage: Usage, now: datetime) -> bool:
    """Settle each reservation whose upload was written before the crash, or give it back.

    Returns:
        Whether there was any.
    """
    left_behind = quotas.abandoned(usage, now)
    for reservation, size_bytes, assets in left_behind:
        written = find(Upload, asset_key(tenant_id, reservation), "UPLOAD")
        end = quotas.settle if written else quotas.cancel
        end(tenant_id, reservation, size_bytes, assets)
    return bool(left_behind)
