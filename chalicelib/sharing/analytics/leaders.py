"""The share links of a tenant that are opened most, for its report."""

from collections.abc import Sequence

from chalicelib.analytics.reports import Leader
from chalicelib.assets import catalog
from chalicelib.assets.analytics.tenant_report import ShareLinks, TopShare
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock
from chalicelib.core.tables import find_many
from chalicelib.sharing.models import LINK, ShareLink, share_key


def of_tenant(tenant_id: str, leaders: Sequence[Leader]) -> ShareLinks:
    """Return how many links of a tenant can be opened, and what those are called that lead.

    A link without a title of its own is called like its asset.
    """
    keys = [(share_key(tenant_id, leader.id), LINK) for leader in leaders]
    links = {link.share_id: link for link in find_many(ShareLink, keys)} if keys else {}
    ids = {link.shared.asset_id for link in links.values() if link.shared.asset_id}
    assets = catalog.find_many(tenant_id, ids) if ids else {}
    top = [
        TopShare(
            links[leader.id].uuid,
            links[leader.id].title or _title(links[leader.id], assets),
            leader.views,
            leader.downloads,
        )
        for leader in leaders
        if leader.id in links
    ]
    open_still = ShareLink.revoked_at.does_not_exist() & (
        ShareLink.expires_at.does_not_exist()
        | (ShareLink.expires_at > clock.timestamp(clock.now()))
    )
    return ShareLinks(ShareLink.by_tenant.count(tenant_id, filter_condition=open_still), top)


def _title(link: ShareLink, assets: dict[str, AssetMetadata]) -> str:
    asset = assets.get(link.shared.asset_id or "")
    return "" if asset is None else str(asset.title)
