"""Handing over a member's upload requests: what comes by them is the other member's then."""

from datetime import datetime

from chalicelib.assets.hand_over.parts import Handing, Moved
from chalicelib.core import pages
from chalicelib.core.outbox import record
from chalicelib.core.pages import Position
from chalicelib.core.tables import ConditionFailed, change, put, transact
from chalicelib.sharing.upload_requests.models import PREFIX, UploadRequestLink
from chalicelib.sharing.upload_requests.requests import KIND

_AT_ONCE = 100


def take(handing: Handing, position: Position, now: datetime) -> Moved:
    """Hand over some upload requests. Idempotent."""
    found, following = pages.read(
        UploadRequestLink,
        handing.tenant_id,
        UploadRequestLink.sk.startswith(PREFIX),
        limit=_AT_ONCE,
        position=position,
        consistent=True,
    )
    own = [link for link in found if link.created_by.id == handing.giver.id]
    return Moved(sum(_is_moved(link, handing, now) for link in own), following)


def _is_moved(link: UploadRequestLink, handing: Handing, now: datetime) -> bool:
    """Give a request to its new owner; False where it was ended or is somebody else's meanwhile."""
    written = record(
        handing.tenant_id,
        handing.actor,
        f"{KIND}.handed_over",
        (KIND, link.id),
        now,
        old={"owner": handing.giver.id},
        new={"owner": handing.taker.id},
    )
    same = UploadRequestLink.created_by == link.created_by
    given = change(link, UploadRequestLink.created_by.set(handing.taker), condition=same)
    try:
        transact(given, put(written))
    except ConditionFailed:
        return False
    return True
