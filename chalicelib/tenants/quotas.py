"""Storage quotas: bytes are reserved before an upload and released once.

A reservation is one conditional update, not a transaction, so that a drop of 500 files does not
conflict with itself. Its id stays in `reservations` until the upload is written; one that a crash
left behind is looked after by the tenant's next upload.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pynamodb.expressions.update import Action

from chalicelib.core import clock
from chalicelib.core.errors import Forbidden
from chalicelib.core.tables import ConditionFailed, Write, change, find, transact, update
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
    if size_bytes > quota_bytes:
        raise QuotaExceeded
    usage = Usage(tenant_id, "USAGE")
    held = token(reservation, size_bytes, assets)
    fits = Usage.storage_bytes.does_not_exist() | (Usage.storage_bytes <= quota_bytes - size_bytes)
    try:
        update(
            usage,
            Usage.storage_bytes.add(size_bytes),
            Usage.assets.add(assets),
            Usage.reservations.add({held}),
            condition=fits & ~Usage.reservations.contains(held),
        )
    except ConditionFailed:
        stored = find(Usage, tenant_id, "USAGE")
        if stored is not None and held in (stored.reservations or ()):
            return stored  # the answer to the first attempt was lost, and the client tried again
        raise QuotaExceeded(
            f"The storage quota is {quota_bytes} bytes, and {size_bytes} more do not fit; "
            "delete something or ask for more."
        ) from None
    return usage


def settle(tenant_id: str, reservation: str, size_bytes: int, assets: int) -> None:
    """Say that what the bytes were reserved for is written."""
    held = token(reservation, size_bytes, assets)
    update(Usage(tenant_id, "USAGE"), Usage.reservations.delete({held}))


def settled(tenant_id: str, reservation: str, size_bytes: int, assets: int) -> Write:
    """Return the write that settles a reservation; it fails where the bytes were given back."""
    held = token(reservation, size_bytes, assets)
    return change(
        Usage(tenant_id, "USAGE"),
        Usage.reservations.delete({held}),
        condition=Usage.reservations.contains(held),
    )


def cancel(
    tenant_id: str, reservation: str, size_bytes: int, assets: int, *, unless: Write | None = None
) -> None:
    """Return a reservation back for which nothing was written; again changes nothing.

    Args:
        tenant_id: whose quota.
        reservation: its id.
        size_bytes: how many bytes were reserved.
        assets: how many assets were.
        unless: a check that what the bytes are for was not written; if it was, they stay counted.
    """
    held = token(reservation, size_bytes, assets)
    back = change(
        Usage(tenant_id, "USAGE"),
        Usage.storage_bytes.add(-size_bytes),
        Usage.assets.add(-assets),
        Usage.reservations.delete({held}),
        condition=Usage.reservations.contains(held),
    )
    try:
        transact(*([unless] if unless else []), back)
    except ConditionFailed:
        settle(tenant_id, reservation, size_bytes, assets)


def released(
    tenant_id: str, size_bytes: int, assets: int = 0, settled: Sequence[str] = ()
) -> Write:
    """Give back bytes, as part of the transaction that ends what they were for.

    `settled` holds the tokens of reservations that nobody will ever settle or give back any more.
    """
    actions: list[Action] = [Usage.storage_bytes.add(-size_bytes), Usage.assets.add(-assets)]
    if settled:
        actions.append(Usage.reservations.delete(set(settled)))
    return change(Usage(tenant_id, "USAGE"), *actions)


def abandoned(usage: Usage, now: datetime) -> list[tuple[str, int, int]]:
    """List the reservations so old that whoever made them must have died: id, bytes, assets."""
    reserved = [entry.split("/") for entry in usage.reservations or ()]
    return [
        (identifier, int(size_bytes), int(assets))
        for identifier, size_bytes, assets in reserved
        if clock.id_time(identifier) < now - _ABANDONED_AFTER
    ]


def token(reservation: str, size_bytes: int, assets: int) -> str:
    """Name a reservation as the usage item holds it."""
    return f"{reservation}/{size_bytes}/{assets}"
