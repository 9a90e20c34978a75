"""What the analytics table holds; `pk` begins with the tenant.

Everything but the totals of share links has a `ttl`, after which DynamoDB drops it.
"""

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.core.attributes import IntegerAttribute
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item


class DailySalt(Item):
    """What visitors' names of one day are made with (`pk` tenant, `sk` = `SALT#` + the day)."""

    class Meta:  # noqa: D106
        table_name = settings().analytics_table

    salt = BinaryAttribute(legacy_encoding=False)
    ttl = IntegerAttribute()


class CountedVisit(Item):
    """Says that a part of a visit has been counted (`pk` = tenant#visit, `sk` = `VISIT#` + part).

    It is written together with the counters, so that a visit that comes again finds it.
    """

    class Meta:  # noqa: D106
        table_name = settings().analytics_table

    ttl = IntegerAttribute()


class SeenVisitor(Item):
    """Says that a visitor has been counted for a day (`pk` = tenant#visitor).

    `sk` is `SEEN#` with the day and what was visited.
    """

    class Meta:  # noqa: D106
        table_name = settings().analytics_table

    ttl = IntegerAttribute()


class Counter(Item):
    """Numbers of one shard of a tenant, an asset or a share link.

    `pk` = tenant#kind#id#shard; `sk` = `DAY#` + the day, or `TOTAL` for a share link's views since
    it was made. Besides the declared attributes there is one for each name that was counted, such
    as `country:DE`.
    """

    class Meta:  # noqa: D106
        table_name = settings().analytics_table

    views = IntegerAttribute(null=True)
    downloads = IntegerAttribute(null=True)
    bytes = IntegerAttribute(null=True)
    bots = IntegerAttribute(null=True)
    visitors = IntegerAttribute(null=True)
    last_at = UnicodeAttribute(null=True)
    ttl = IntegerAttribute(null=True)
