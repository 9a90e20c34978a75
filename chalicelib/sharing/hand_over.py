"""Handing over a member's share links to another member, who manages them from then on."""

from datetime import datetime

from chalicelib.assets.hand_over.parts import Handing, Moved
from chalicelib.core import pages
from chalicelib.core.outbox import record
from chalicelib.core.pages import Position
from chalicelib.core.tables import ConditionFailed, change, put, transact
from chalicelib.sharing.models import ShareLink, owner_key

_AT_ONCE = 100


def take(handing: Handing, position: Position, now: datetime) -> Moved:
    """Hand over some share links. Idempotent."""
    own = owner_key(handing.tenant_id, handing.giver.id)
    found, following = pages.read(ShareLink.by_owner, own, limit=_AT_ONCE, position=position)
    return Moved(sum(_is_moved(link, handing, now) for link in found), following)


def _is_moved(link: ShareLink, handing: Handing, now: datetime) -> bool:
    """Give a link to its new owner; False where it is somebody else's meanwhile."""
    written = record(
        handing.tenant_id,
        handing.actor,
        "share.handed_over",
        ("share", link.share_id),
        now,
        old={"owner": handing.giver.id},
        new={"owner": handing.taker.id},
    )
    given = change(
        link,
        ShareLink.created_by.set(handing.taker),
        ShareLink.owner_key.set(owner_key(handing.tenant_id, handing.taker.id)),
        condition=ShareLink.owner_key == link.owner_key,
    )
    try:
        transact(given, put(written))
    except ConditionFailed:
        return False
    return True
