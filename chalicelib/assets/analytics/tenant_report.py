"""The tenant's report: its visits, what leads among its assets and share links, what it stores."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from chalicelib.analytics import exports, reports
from chalicelib.analytics.exports import Row
from chalicelib.analytics.reports import Leader, Report
from chalicelib.analytics.tallies import Scope
from chalicelib.assets import catalog
from chalicelib.core.hooks import Hook
from chalicelib.tenants import accounts

_SHOWN = 10
_ASKED = 25
"""Some of those that lead may be gone by now."""


class TopAsset(msgspec.Struct):
    """An asset that was visited more than others.

    Attributes:
        asset_id: the asset's id.
        title: its title now.
        views: how often it was viewed in the range.
        downloads: how often it was downloaded in the range.
    """

    asset_id: str
    title: str
    views: int
    downloads: int


class TopShare(msgspec.Struct):
    """A share link that was visited more than others.

    Attributes:
        uuid: the link's `uuid`.
        title: what it is called now.
        views: how often it was viewed in the range.
        downloads: how often something was downloaded by it in the range.
    """

    uuid: str
    title: str
    views: int
    downloads: int


class TenantReport(Report, kw_only=True):
    """What was seen and downloaded of a tenant in a range of days.

    Attributes:
        top_assets: the ten assets with the most visits.
        top_shares: the ten share links with the most visits.
        storage_bytes: what the tenant stores at this moment.
    """

    top_assets: list[TopAsset]
    top_shares: list[TopShare]
    storage_bytes: int


class ShareLinks(NamedTuple):
    """A tenant's share links: how many there are, and those of some that are still there."""

    number: int
    top: Sequence[TopShare]


share_links: Hook[Callable[[str, Sequence[Leader]], ShareLinks]] = Hook(
    "how many share links has a tenant, and what are those called that lead?"
)


def read(tenant_id: str, days: int, now: datetime) -> TenantReport:
    """Return the report of a tenant's last days."""
    figures = reports.figures(tenant_id, Scope("tenant", tenant_id), days, now)
    links = share_links.get()(tenant_id, reports.top(figures, "share", _ASKED))
    report = reports.report(figures, links.number)
    return TenantReport(
        **{name: getattr(report, name) for name in report.__struct_fields__},
        top_assets=_top_assets(tenant_id, reports.top(figures, "asset", _ASKED))[:_SHOWN],
        top_shares=list(links.top[:_SHOWN]),
        storage_bytes=int(accounts.usage(tenant_id).storage_bytes),
    )


def rows(report: TenantReport) -> Iterator[Row]:
    """Write the report as rows of a flat table."""
    yield from exports.rows(report)
    yield "storage_bytes", "", report.storage_bytes
    for asset in report.top_assets:
        yield "top_assets.views", asset.title, asset.views
        yield "top_assets.downloads", asset.title, asset.downloads
    for share in report.top_shares:
        yield "top_shares.views", share.title, share.views
        yield "top_shares.downloads", share.title, share.downloads


def _top_assets(tenant_id: str, leaders: Sequence[Leader]) -> list[TopAsset]:
    there = catalog.find_many(tenant_id, [leader.id for leader in leaders])
    return [
        TopAsset(leader.id, str(there[leader.id].title), leader.views, leader.downloads)
        for leader in leaders
        if leader.id in there
    ]
