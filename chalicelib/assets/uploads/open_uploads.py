"""Open uploads: reserved, and neither arrived nor aborted nor expired; so many a member."""

from datetime import datetime

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.assets.upload_models import Upload
from chalicelib.core import clock, pages
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import TooManyRequests
from chalicelib.core.pages import Position
from chalicelib.core.settings import Settings

_LATER_SECONDS = 60


def owner_key(actor: Actor) -> str:
    """Return under what a member's open uploads are found."""
    return f"{actor.tenant_id}#{actor.id}"


def expiry_key(expires: datetime, upload_id: str) -> str:
    """Return where among them an upload stands."""
    return f"{clock.timestamp(expires)}#{upload_id}"


def closing() -> list[Action]:
    """Return the update actions after which an upload is open no more."""
    return [Upload.open_of.remove(), Upload.open_until.remove()]


def require_room(actor: Actor, upload: Upload, effective: Settings, now: datetime) -> None:
    """Refuse one more open upload than a member may have; one that sends no bytes is none.

    Raises:
        TooManyRequests: they have so many.
    """
    if upload.open_of is None:
        return
    most = effective.max_open_uploads
    if Upload.by_owner.count(owner_key(actor), _unexpired(now), limit=most) >= most:
        raise TooManyRequests(
            f"You have {most} open uploads; send their bytes, or abort some.",
            headers={"Retry-After": str(_LATER_SECONDS)},
        )


def page(
    actor: Actor, limit: int, position: Position, now: datetime
) -> tuple[list[Upload], Position]:
    """Read one page of a member's open uploads, the next to expire first."""
    entries, following = pages.read(
        Upload.by_owner, owner_key(actor), _unexpired(now), limit=limit, position=position
    )
    keys = [(entry.pk, entry.sk) for entry in entries]
    found = {upload.pk: upload for upload in Upload.batch_get(keys, consistent_read=True)}
    listed = [found[pk] for pk, _ in keys if pk in found]
    return [one for one in listed if one.state == "open"], following


def _unexpired(now: datetime) -> Condition:
    return Upload.open_until > clock.timestamp(now)
