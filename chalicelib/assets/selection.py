"""Which published assets a description fits, such as a tag: what playlists' rules ask for."""

import unicodedata
from collections.abc import Iterator

from chalicelib.assets.metadata import categories
from chalicelib.assets.models import AssetMetadata

MOST_LOOKED_AT = 20_000
"""How many of a tenant's assets, the newest, are looked at; older ones are not found."""

_AT_ONCE = 1000


def newest(tenant_id: str, tag: str | None, category: str | None, limit: int) -> list[str]:
    """List the ids of a tenant's published assets that fit, the newest first.

    Args:
        tenant_id: whose.
        tag: those with this tag, in whatever case; None for any.
        category: those in this category or below it; None for any.
        limit: at most so many.
    """
    found: list[str] = []
    for asset in _published(tenant_id):
        if fits(asset, tag, category):
            found.append(str(asset.asset_id))
            if len(found) == limit:
                break
    return found


def fits(asset: AssetMetadata, tag: str | None, category: str | None) -> bool:
    """Return whether an asset has a tag and lies in a category, of those that are given."""
    if category is not None and not categories.lies_in(asset.category, category):
        return False
    return tag is None or _folded(tag) in {_folded(one) for one in asset.tags}


def _published(tenant_id: str) -> Iterator[AssetMetadata]:
    """Yield a tenant's published assets, the newest first, with what `fits` looks at alone."""
    pages = AssetMetadata.by_tenant.query(
        tenant_id,
        filter_condition=AssetMetadata.published_version.exists(),
        scan_index_forward=False,
        page_size=_AT_ONCE,
        attributes_to_get=["asset_id", "tags", "category"],
    ).page_iter
    for page in pages:
        for image in page["Items"]:
            yield AssetMetadata.from_raw_data(image)
        if pages.total_scanned_count >= MOST_LOOKED_AT:
            return


def _folded(tag: str) -> str:
    return unicodedata.normalize("NFKC", tag).casefold()
