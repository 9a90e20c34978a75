"""What devices have played, by day, as the devices table holds it."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core.attributes import IntegerAttribute
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item


class DayPlays(Item):
    """How often a version was on a device's screen on a day.

    `pk` is tenant + `#plays#` + the day in UTC, `sk` device, asset and version with `#` between.
    """

    class Meta:  # noqa: D106
        table_name = settings().devices_table

    plays = IntegerAttribute(default=0)
    seconds = IntegerAttribute(default=0)
    first_at = UnicodeAttribute()
    last_at = UnicodeAttribute()
    ttl = IntegerAttribute()


def day_key(tenant_id: str, day: str) -> str:
    """Return the partition key of a tenant's plays of a day, such as `2026-11-26`."""
    return f"{tenant_id}#plays#{day}"


def plays_key(
    tenant_id: str, day: str, device_id: str, asset_id: str, version: int
) -> tuple[str, str]:
    """Return the keys of the plays of a version on a device's screen on a day."""
    return day_key(tenant_id, day), f"{device_id}#{asset_id}#{version:06d}"
