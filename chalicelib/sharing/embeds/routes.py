"""Shares in frames of other pages, and what other sites ask to show one, over HTTP."""

from typing import Annotated, Literal

import msgspec

from chalicelib.analytics.visits import Source
from chalicelib.core import clock
from chalicelib.core.api.audience import Audience
from chalicelib.core.api.http import Incoming
from chalicelib.core.api.replies import Html
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import NotFound
from chalicelib.sharing import addresses
from chalicelib.sharing.embeds import oembed
from chalicelib.sharing.embeds.oembed import OEmbed
from chalicelib.sharing.links import ShareRevoked
from chalicelib.sharing.pages import contents, rendering, texts
from chalicelib.sharing.visiting import opening, telling, visitors
from chalicelib.sharing.visiting.opening import (
    AssetUnavailable,
    PasswordRequired,
    ShareExpired,
    SignInRequired,
)

frames = Routes[None](
    __name__,
    base="",
    audience=Audience.ANYONE,
    variables={"uuid": "The share link's uuid."},
    tags={"embed": "Shares within other pages."},
    problem_page=rendering.problem,
)

LEADS_NOWHERE = [NotFound, ShareRevoked, ShareExpired, AssetUnavailable]


@frames.get("/embed/{uuid}", problems=LEADS_NOWHERE)
def show_embed(uuid: str, incoming: Incoming) -> Html:
    """Show a share in a frame of another page; a locked one leads to its own page."""
    now = clock.now()
    opened = opening.look_up(uuid, now)
    hosts = ("'self'", *opened.settings.embed_hosts)
    if opened.link.share_type != "public":
        values = {"locked": True, "title": texts.LOCKED_TITLE, "url": addresses.page(uuid)}
        return rendering.page("embed.html", values, framed_by=hosts)
    telling.viewed(opened, visitors.of(incoming), Source.EMBED, now)
    return rendering.page("embed.html", contents.embed_values(opened, now), framed_by=hosts)


others = Routes[None](
    __name__,
    base="",
    audience=Audience.ANYONE,
    tags={"oembed": "How other sites show shares in pages of theirs."},
)


class OEmbedQuery(msgspec.Struct):
    """What another site asks.

    Attributes:
        url: the address of a share.
        format: `json`, the only one.
        maxwidth: the frame may not be wider, in pixels.
        maxheight: the frame may not be higher, in pixels.
    """

    url: Annotated[str, msgspec.Meta(max_length=2000)]
    format: Literal["json"] = "json"
    maxwidth: Annotated[int, msgspec.Meta(ge=1)] | None = None
    maxheight: Annotated[int, msgspec.Meta(ge=1)] | None = None


@others.get("/oembed", problems=[*LEADS_NOWHERE, PasswordRequired, SignInRequired])
def describe_embed(query: OEmbedQuery) -> OEmbed:
    """Say how another site shows a share (oEmbed 1.0); nothing is told of a locked one."""
    return oembed.describe(query.url, query.maxwidth, query.maxheight, clock.now())
