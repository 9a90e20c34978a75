"""Storage quotas: bytes are reserved before an upload and released once.

A reservation is one conditional update, not a transaction, so that a drop of 500 files does not
conflict with itself. Its id stays in `reservations` until the upload is written; one that a crash
left behind is looked after by the tenant's next upload.
"""

from datetime import datetime, timedelta

from chalicelib.core import clock
from chalicelib.core.errors import Forbidden
from chalicelib.core.tables import ConditionFailed, Write, change, update
from chalicelib.tenants.models import Usage

_ABANDONED_AFTER = timedelta(hours=1)


class QuotaExceeded(Forbidden):
    """The tenant's storage is full; delete something or ask for more."""

    code, title = "quota_exceeded", "Storage quota exceeded"


def reserve(
    tenant_id: str, reservation: str, size_bytes: int, assets: int, quota_bytes: int
) -> Usage:
    """Take bytes (and assets) from the quota before anything is written.

    Args:
        tenant_id: whose quota.
        reservation: a UUIDv7, the id of what the bytes are for.
        size_bytes: how many.
        assets: how many assets it adds.
        quota_bytes: the quota in force.

    Raises:
        QuotaExceeded: they do not fit.
    """
    usage = Usage(tenant_id, "USAGE")
    fits = Usage.storage_bytes.does_not_exist() | (Usage.storage_bytes <= quota_bytes - size_bytes)
    if size_bytes > quota_bytes:
        raise QuotaExceeded
    try:
        update(
            usage,
            Usage.storage_bytes.add(size_bytes),
            Usage.assets.add(assets),
            Usage.reservations.add({_token(reservation, size_bytes, assets)}),
            condition=fits,
        )
    except ConditionFailed:
        raise QuotaExceeded(
            f"The storage quota is {quota_bytes} bytes, and {size_bytes} more do not fit; "
            "delete something or ask for more."
        ) from None
    return usage


def settle(tenant_id: str, reservation: str, size_bytes: int, assets: int) -> None:
    """Say that what the bytes were reserved for is written."""
    token = _token(reservation, size_bytes, assets)
    update(Usage(tenant_id, "USAGE"), Usage.reservations.delete({token}))


def settled(tenant_id: str, reservation: str, size_bytes: int, assets: int) -> Write:
    """Say so in the very transaction that writes it; it fails where the bytes were given back."""
    token = _token(reservation, size_bytes, assets)
    return change(
        Usage(tenant_id, "USAGE"),
        Usage.reservations.delete({token}),
        condition=Usage.reservations.contains(token),
    )


def cancel(tenant_id: str, reservation: str, size_bytes: int, assets: int) -> None:
    """Give a reservation back for which nothing was written; again changes nothing."""
    token = _token(reservation, size_bytes, assets)
    try:
        update(
            Usage(tenant_id, "USAGE"),
            Usage.storage_bytes.add(-size_bytes),
            Usage.assets.add(-assets),
            Usage.reservations.delete({token}),
            condition=Usage.reservations.contains(token),
        )
    except ConditionFailed:
        return


def released(tenant_id: str, size_bytes: int, assets: int = 0) -> Write:
    """Give back bytes, as part of the transaction that ends what they were for."""
    return change(
        Usage(tenant_id, "USAGE"),
        Usage.storage_bytes.add(-size_bytes),
        Usage.assets.add(-assets),
    )


def abandoned(usage: Usage, now: datetime) -> list[tuple[str, int, int]]:
    """List the reservations so old that whoever made them must have died: id, bytes, assets."""
    reserved = [token.split("/") for token in usage.reservations or ()]
    return [
        (identifier, int(size_bytes), int(assets))
        for identifier, size_bytes, assets in reserved
        if clock.id_time(identifier) < now - _ABANDONED_AFTER
    ]


def _token(reservation: str, size_bytes: int, assets: int) -> str:
    return f"{reservation}/{size_bytes}/{assets}"
