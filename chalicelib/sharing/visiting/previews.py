"""What a share shows of its media: by signed URLs that live for minutes, and never to download."""

from datetime import datetime, timedelta

from chalicelib.assets import page_pictures
from chalicelib.assets.shapes import thumbnails
from chalicelib.core import signing
from chalicelib.sharing.visiting.opening import Item

LIFETIME = timedelta(minutes=20)
"""So long a film may be begun; a player asks for its parts by ranges, under one signature."""

PLAYED = frozenset(
    {"video/mp4", "video/webm", "audio/mpeg", "audio/wav", "audio/ogg", "audio/flac", "audio/mp4"}
)
"""What browsers play."""


def url(item: Item, now: datetime) -> str | None:
    """Return where the preview is: the film or the sound itself, else the largest thumbnail."""
    return playable(item, now) or picture(item, now)


def playable(item: Item, now: datetime) -> str | None:
    """Return where a film or a sound plays from; None for what browsers do not play."""
    face = item.face
    if face.content_type not in PLAYED:
        return None
    path = f"originals/{item.asset.tenant_id}/{face.sha256}"
    query = {"response-content-type": face.content_type}
    return signing.media_url(path, now, LIFETIME, query)


def pages(item: Item, now: datetime) -> list[str]:
    """Return where the pictures of a document's pages are, in their order."""
    return page_pictures.urls(item.asset.tenant_id, item.face, now)


def picture(item: Item, now: datetime) -> str | None:
    """Return where the largest thumbnail is; None where there is none."""
    shown = thumbnails(item.asset.tenant_id, item.face, now).values()
    largest = max(shown, key=lambda one: one.width * one.height, default=None)
    return None if largest is None else largest.url
