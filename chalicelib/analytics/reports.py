"""Reports of visits: the numbers of a tenant, an asset or a share link over a range of days."""

from collections import Counter as Numbers
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from chalicelib.analytics.counting import OTHER, SHARDS, counter_key
from chalicelib.analytics.tallies import DOWNLOAD_OF, Scope
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.core.tables import images

Days = Annotated[int, msgspec.Meta(ge=1, le=365)]

Names = dict[str, int]
"""How many visits, by the name of what they have in common."""


class Totals(msgspec.Struct, kw_only=True):
    """The sums of a range.

    Attributes:
        views: pages, embeds and API answers that were opened, by bots apart.
        downloads: URLs that were issued for bytes.
        unique_visitors: the different visitors of each day, added up over the days.
        shares: the share links that there are.
        bytes: the bytes of the downloads that were issued.
    """

    views: int
    downloads: int
    unique_visitors: int
    shares: int
    bytes: int


class OfDay(msgspec.Struct):
    """The numbers of one day.

    Attributes:
        date: the day in UTC, such as `2026-11-26`.
        views: how often something was viewed on it, by bots apart.
        downloads: how many URLs were issued on it.
    """

    date: str
    views: int
    downloads: int


class Report(msgspec.Struct, kw_only=True):
    """What was seen and downloaded in a range of days.

    The maps count visits, views and downloads alike, by name; days and hours are those of UTC.

    Attributes:
        range_days: how many days, today being the last one.
        totals: the sums.
        by_day: every day of the range, the oldest first.
        by_hour: by the hour of the day, from `00` to `23`.
        by_country: by two letters (ISO 3166).
        by_device: `desktop`, `phone`, `tablet`, `tv` or `other`.
        by_browser: by the browser's family.
        by_referrer: by the host of the page that led here.
        by_source: `page`, `embed`, `api`, `short_link`, `qr` or `member`.
        bots: the views of crawlers and link previews, which count nowhere else.
        last_accessed_at: when the last visit of the range was.
    """

    range_days: int
    totals: Totals
    by_day: list[OfDay]
    by_hour: Names
    by_country: Names
    by_device: Names
    by_browser: Names
    by_referrer: Names
    by_source: Names
    bots: int
    last_accessed_at: str | None


class Leader(NamedTuple):
    """An asset or a share link that was visited."""

    id: str
    views: int
    downloads: int


class Figures(NamedTuple):
    """The numbers of a range as they were counted: by day and name, over all shards."""

    days: dict[str, Numbers[str]]
    """The numbers of each day of the range by attribute, such as `country:DE`."""
    sums: Numbers[str]
    """Those of all days."""
    last_at: str | None


def figures(tenant_id: str, scope: Scope, days: int, now: datetime) -> Figures:
    """Read the numbers of a tenant, an asset or a share link.

    One query reads the days of a shard; what was never visited costs eight queries of nothing.

    Args:
        tenant_id: whose.
        scope: of what.
        days: how many, from 1 to 365; today in UTC is the last one.
        now: the present time.
    """
    today = now.astimezone(UTC).date()
    dates = [f"{today - timedelta(days=ago)}" for ago in reversed(range(days))]
    found: dict[str, Numbers[str]] = {date: Numbers() for date in dates}
    sums: Numbers[str] = Numbers()
    last_at: str | None = None
    for shard in range(SHARDS):
        pk = counter_key(tenant_id, scope, shard)
        for item in _between(pk, f"DAY#{dates[0]}", f"DAY#{dates[-1]}"):
            numbers = {n: int(v["N"]) for n, v in item.items() if "N" in v and n not in _NO_NUMBERS}
            found[item["sk"]["S"].removeprefix("DAY#")].update(numbers)
            sums.update(numbers)
            if "last_at" in item:
                last_at = max(last_at or "", item["last_at"]["S"])
    return Figures(found, sums, last_at)


def report(read: Figures, shares: int) -> Report:
    """Write a report of figures.

    Args:
        read: the figures.
        shares: how many share links there are, which the slice that keeps them knows.
    """
    sums = read.sums
    return Report(
        range_days=len(read.days),
        totals=Totals(
            views=sums["views"],
            downloads=sums["downloads"],
            unique_visitors=sums["visitors"],
            shares=shares,
            bytes=sums["bytes"],
        ),
        by_day=[OfDay(day, n["views"], n["downloads"]) for day, n in sorted(read.days.items())],
        by_hour=dict(sorted(_named(sums, "hour").items())),
        by_country=_named(sums, "country"),
        by_device=_named(sums, "device"),
        by_browser=_named(sums, "browser"),
        by_referrer=_named(sums, "referrer"),
        by_source=_named(sums, "source"),
        bots=sums["bots"],
        last_accessed_at=read.last_at,
    )


def top(read: Figures, kind: Literal["asset", "share"], limit: int = 10) -> list[Leader]:
    """Return what was visited most in a tenant, from the tenant's figures, which name it.

    A shard of a day names the first fifty assets and share links that are visited; of what comes
    later that day it keeps no name, so that in tenants with more the order is an estimate.

    Args:
        read: the figures of the tenant.
        kind: of what.
        limit: at most so many.
    """
    numbers = _named(read.sums, kind)
    numbers.pop(OTHER, None)
    leaders = [
        Leader(one, both % DOWNLOAD_OF, both // DOWNLOAD_OF) for one, both in numbers.items()
    ]
    leaders.sort(key=lambda one: (-(one.views + one.downloads), -one.views, one.id))
    return leaders[:limit]


def view_counts(tenant_id: str, share_ids: Sequence[str]) -> dict[str, int]:
    """Return how often each share link has been viewed since it was made.

    A hundred items are read in each request, eight for each link.
    """
    keys = {
        (counter_key(tenant_id, Scope("share", share_id), shard), "TOTAL"): share_id
        for share_id in share_ids
        for shard in range(SHARDS)
    }
    found: dict[str, int] = dict.fromkeys(share_ids, 0)
    for key, item in images(settings().analytics_table, list(keys), consistent=False).items():
        found[keys[key]] += int(item["views"]["N"])
    return found


_NO_NUMBERS = {"schema_version", "ttl"}


def _named(sums: Numbers[str], kind: str) -> Names:
    """Return the numbers of one kind of name, the highest first."""
    return {
        name.partition(":")[2]: number
        for name, number in sorted(sums.items(), key=lambda one: (-one[1], one[0]))
        if name.startswith(f"{kind}:")
    }


def _between(pk: str, first: str, last: str) -> Iterator[dict[str, Any]]:
    """Read the items of a partition from one sort key to another, in DynamoDB's own form."""
    pages = (
        client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=settings().analytics_table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":pk": {"S": pk},
                ":first": {"S": first},
                ":last": {"S": last},
            },
        )
    )
    for page in pages:
        yield from page["Items"]
