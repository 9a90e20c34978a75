"""Handing over assets, those in the trash among them; what is planned for them stays planned."""

from datetime import datetime

from chalicelib.assets.hand_over.parts import Handing, Moved
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import pages
from chalicelib.core.outbox import record
from chalicelib.core.pages import Position
from chalicelib.core.tables import ConditionFailed, change, put, transact

_AT_ONCE = 100


def take(handing: Handing, position: Position, now: datetime) -> Moved:
    """Hand over some assets of the library."""
    return _take(handing, handing.tenant_id, position, now)


def take_trash(handing: Handing, position: Position, now: datetime) -> Moved:
    """Hand over some assets in the trash."""
    return _take(handing, f"{handing.tenant_id}#trash", position, now)


def _take(handing: Handing, listed_in: str, position: Position, now: datetime) -> Moved:
    found, following = pages.read(
        AssetMetadata.by_tenant, listed_in, limit=_AT_ONCE, position=position
    )
    own = [asset for asset in found if asset.uploaded_by.id == handing.giver.id]
    return Moved(sum(_is_moved(asset, handing, now) for asset in own), following)


def _is_moved(asset: AssetMetadata, handing: Handing, now: datetime) -> bool:
    """Give an asset to its new owner; False where it is gone, or somebody else's meanwhile."""
    written = record(
        handing.tenant_id,
        handing.actor,
        "asset.handed_over",
        ("asset", asset.asset_id),
        now,
        old={"uploaded_by": asset.uploaded_by.id},
        new={"uploaded_by": handing.taker.id},
    )
    owner = AssetMetadata.uploaded_by
    try:
        transact(
            change(asset, owner.set(handing.taker), condition=owner == asset.uploaded_by),
            put(written),
        )
    except ConditionFailed:
        return False
    return True
