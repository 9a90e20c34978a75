"""Analytics of a share link over HTTP."""

import msgspec

from chalicelib.analytics import exports, reports
from chalicelib.analytics.reports import Days, Report
from chalicelib.analytics.tallies import Scope
from chalicelib.assets.analytics import exporting
from chalicelib.core import clock
from chalicelib.core.api.http import Incoming
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.replies import Csv
from chalicelib.core.api.routing import Routes
from chalicelib.sharing import links
from chalicelib.sharing.models import ShareLink
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.SHARES,
    loaders={"uuid": ("link", links.owned)},
    variables={"uuid": "The share link's uuid."},
)


class ShareAnalyticsQuery(msgspec.Struct):
    """Which days.

    Attributes:
        days: how many; today, in UTC, is the last one.
    """

    days: Days = 30


@api.get("/shares/{uuid}/analytics", may=MEMBERS)
def show_share_analytics(
    actor: Actor, link: ShareLink, query: ShareAnalyticsQuery, incoming: Incoming
) -> Report | Csv:
    """Show how often a share link was opened; `Accept: text/csv` gives CSV."""
    scope = Scope("share", link.share_id)
    figures = reports.figures(link.tenant_id, scope, query.days, clock.now())
    report = reports.report(figures, shares=1)
    if incoming.accepts("text/csv"):
        return exporting.taken(actor, ("share", link.share_id), report, exports.rows(report))
    return report
