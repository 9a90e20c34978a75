"""Analytics of an asset and of the tenant over HTTP."""

import msgspec

from chalicelib.analytics import exports, reports
from chalicelib.analytics.reports import Days, Report
from chalicelib.analytics.tallies import Scope
from chalicelib.assets import catalog, usage
from chalicelib.assets.analytics import exporting, tenant_report
from chalicelib.assets.analytics.tenant_report import TenantReport
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock
from chalicelib.core.api.http import Incoming
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.replies import Csv
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import Forbidden
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import EDITORS, MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.ANALYTICS,
    loaders={"asset_id": ("asset", catalog.visible)},
    variables={"asset_id": "The asset's id."},
    tags={"analytics": "How often what the tenant shares is seen and downloaded."},
)


class AnalyticsQuery(msgspec.Struct):
    """Which days.

    Attributes:
        days: how many; today, in UTC, is the last one.
    """

    days: Days = 30


def require_overview(actor: Actor, asset: AssetMetadata) -> None:
    """Let those look who see everything of an asset.

    Raises:
        Forbidden: the actor sees what is published of it alone.
    """
    if not catalog.sees_everything(asset, actor):
        raise Forbidden("This asset is somebody else's; editors see how often it is visited.")


@api.get("/assets/{asset_id}/analytics", may=MEMBERS, guard=require_overview)
def show_asset_analytics(
    actor: Actor, asset: AssetMetadata, query: AnalyticsQuery, incoming: Incoming
) -> Report | Csv:
    """Show how often an asset was seen and downloaded; `Accept: text/csv` gives CSV."""
    tenant_id, asset_id = actor.tenant_id, str(asset.asset_id)
    figures = reports.figures(tenant_id, Scope("asset", asset_id), query.days, clock.now())
    report = reports.report(figures, usage.count_in("shares", actor, asset_id))
    if incoming.accepts("text/csv"):
        return exporting.taken(actor, ("asset", asset_id), report, exports.rows(report))
    return report


@api.get("/analytics", may=EDITORS)
def show_tenant_analytics(
    actor: Actor, query: AnalyticsQuery, incoming: Incoming
) -> TenantReport | Csv:
    """Show how often what a tenant has was seen and downloaded; `Accept: text/csv` gives CSV."""
    report = tenant_report.read(actor.tenant_id, query.days, clock.now())
    if incoming.accepts("text/csv"):
        rows = tenant_report.rows(report)
        return exporting.taken(actor, ("tenant", actor.tenant_id), report, rows)
    return report
