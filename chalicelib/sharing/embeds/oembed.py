"""oEmbed 1.0: how other sites show a share, told for the address of one (https://oembed.com)."""

import re
from datetime import datetime

import msgspec

from chalicelib.core import handles
from chalicelib.core.errors import NotFound
from chalicelib.core.settings import settings
from chalicelib.sharing import addresses
from chalicelib.sharing.visiting import opening, previews

_ADDRESS = re.compile(r"/(?P<kind>share|embed|s)/(?P<secret>[0-9a-z-]{1,64})/?([?#].*)?")


class OEmbed(msgspec.Struct, kw_only=True):
    """What another page shows of a share.

    Attributes:
        version: of oEmbed.
        type: `rich`: HTML to be shown as it is.
        title: the share's title.
        provider_name: Reef.
        provider_url: where Reef is.
        html: a frame with the share.
        width: of the frame, in pixels.
        height: of the frame, in pixels.
        thumbnail_url: a picture of it, for minutes.
        cache_age: for how many seconds this is good.
    """

    version: str = "1.0"
    type: str = "rich"
    title: str
    provider_name: str = "Reef"
    provider_url: str
    html: str
    width: int
    height: int
    thumbnail_url: str | msgspec.UnsetType = msgspec.UNSET
    cache_age: int = 300


def describe(url: str, widest: int | None, highest: int | None, now: datetime) -> OEmbed:
    """Say how to show the share of an address.

    Args:
        url: of a share's page, its embed, or a short one.
        widest: the frame may not be wider, in pixels.
        highest: the frame may not be higher, in pixels.
        now: when.

    Raises:
        NotFound: it is no address of a share here.
        PasswordRequired, SignInRequired: the share is locked, and nothing is told of it.
        ShareRevoked, ShareExpired, AssetUnavailable: it leads nowhere any more.
    """
    base = settings().public_url
    match = _ADDRESS.fullmatch(url.removeprefix(base)) if url.startswith(f"{base}/") else None
    if match is None:
        raise NotFound("This is no address of a share here.")
    secret = match["secret"]
    if match["kind"] == "s":
        handle = handles.find("short", secret)
        if handle is None:
            raise NotFound("There is no such share.")
        secret = str(handle.hints["uuid"])
    opened = opening.open_as(opening.look_up(secret, now), None, None, now)
    width, height = addresses.EMBED_SIZE
    width, height = min(width, widest or width), min(height, highest or height)
    picture = previews.picture(opened.items[0], now) if opened.link.allow_preview else None
    return OEmbed(
        title=opened.title,
        provider_url=base,
        html=addresses.embed_code(secret, opened.title, (width, height)),
        width=width,
        height=height,
        thumbnail_url=picture or msgspec.UNSET,
    )
