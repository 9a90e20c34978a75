"""The daily salts of a tenant, without which nobody can tell whose name a visitor's is."""

import secrets
from datetime import UTC, datetime, timedelta

from chalicelib.analytics.models import DailySalt
from chalicelib.core.tables import ConditionFailed, find, insert

_KEPT_FOR = timedelta(days=2)
"""From the beginning of its day: that of yesterday is still there while a visit ends."""

_known: dict[str, tuple[str, bytes]] = {}
"""The last salt of each tenant that this process has used, with its key."""


def key(tenant_id: str, moment: datetime) -> tuple[str, str]:
    """Return the keys of the item with the salt of a tenant's day, for a read of several items."""
    return tenant_id, f"SALT#{moment.astimezone(UTC):%Y-%m-%d}"


def of_day(tenant_id: str, moment: datetime) -> bytes:
    """Return the salt of a tenant's day in UTC, and make it where there is none yet.

    A process asks the table once a day for each tenant.
    """
    pk, sk = key(tenant_id, moment)
    known = _known.get(pk)
    if known is None or known[0] != sk:
        item = find(DailySalt, pk, sk)
        known = _known[pk] = (sk, make(tenant_id, moment) if item is None else bytes(item.salt))
    return known[1]


def make(tenant_id: str, moment: datetime) -> bytes:
    """Make the salt of a tenant's day, or return the one that another process made first."""
    pk, sk = key(tenant_id, moment)
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    ttl = int((day + _KEPT_FOR).timestamp())
    made = DailySalt(pk, sk, salt=secrets.token_bytes(32), ttl=ttl)
    try:
        insert(made)
    except ConditionFailed:
        there = find(DailySalt, pk, sk)
        assert there is not None  # it is deleted days later
        return bytes(there.salt)
    return bytes(made.salt)
