"""Lists of an asset's versions."""

from collections.abc import Collection

from chalicelib.assets import catalog
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.core import pages
from chalicelib.core.pages import Position


def page(
    asset: AssetMetadata, limit: int, position: Position
) -> tuple[list[AssetVersion], Position]:
    """Read one page of an asset's versions, newest first."""
    versions = AssetVersion.sk.startswith("V#")
    return pages.read(
        AssetVersion, asset.pk, versions, limit=limit, position=position, newest_first=True
    )


def page_of(
    asset: AssetMetadata, numbers: Collection[int], limit: int, position: int | None
) -> tuple[list[AssetVersion], int | None]:
    """Read one page of some of an asset's versions, newest first."""
    left = sorted((one for one in numbers if position is None or one < position), reverse=True)
    chosen = left[:limit]
    read = [catalog.version(asset.tenant_id, asset.asset_id, number) for number in chosen]
    return [one for one in read if one is not None], chosen[-1] if left[limit:] else None
