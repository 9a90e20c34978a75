"""Heartbeats of players, and reports of what they played, over HTTP."""

from datetime import date, timedelta
from functools import partial

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock, pages
from chalicelib.core.api import csv_tables, lists
from chalicelib.core.api.audience import Audience
from chalicelib.core.api.http import Incoming
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Csv, Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import invalid
from chalicelib.core.pages import Position
from chalicelib.devices import tokens
from chalicelib.devices.models import ShownVersion, shown_partition
from chalicelib.devices.reports import heartbeats, plays, screens
from chalicelib.devices.reports.heartbeats import Heartbeat
from chalicelib.devices.reports.plays import MOST_DAYS, Plays, Wanted
from chalicelib.devices.reports.screens import Concerned, ScreenShown
from chalicelib.devices.rollouts import trials
from chalicelib.devices.tokens import Player
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import EDITORS, MEMBERS, OVERSEERS

players = Routes[Player](
    __name__,
    audience=Audience.DEVICES,
    loaders={"device_id": ("device_id", tokens.themselves)},
    variables={"device_id": "The device's id."},
)
api = Routes[Actor](
    __name__,
    scopes=scopes.DEVICES,
    loaders={"asset_id": ("asset", catalog.visible)},
    variables={"asset_id": "The asset's id."},
    tags={"plays": "What was on which screen, by the players' own word."},
)


class PlaysQuery(ListQuery, kw_only=True):
    """Which plays, of at most 92 days.

    Attributes:
        since: from this day on, such as `2026-11-01`; a week ago unless said otherwise.
        until: up to this day, which is included; today unless said otherwise.
        device_id: of one device.
        asset_id: of one asset.
    """

    since: date | None = None
    until: date | None = None
    device_id: str | None = None
    asset_id: str | None = None


class PlaysShown(msgspec.Struct):
    """How often a version was on a device's screen on a day.

    Attributes:
        date: the day, in UTC.
        device_id: the device.
        asset_id: the asset.
        version: its version.
        plays: how often it came on.
        seconds: for how long altogether.
        first_at: when it came on first.
        last_at: when it came on last.
    """

    date: str
    device_id: str
    asset_id: str
    version: int
    plays: int
    seconds: int
    first_at: str
    last_at: str


@players.post("/devices/{device_id}/heartbeat", status=204)
def take_heartbeat(device: Player, body: Heartbeat) -> None:
    """Take what a player says of itself, and count what it has played."""
    now = clock.now()
    report = heartbeats.note(device, body, now)
    trials.notice(device.device, report, now)


@api.get("/plays", may=OVERSEERS)
def list_plays(actor: Actor, query: PlaysQuery, incoming: Incoming) -> Page[PlaysShown] | Csv:
    """List what was on which screen, the newest day first; `Accept: text/csv` gives CSV."""
    last = query.until or clock.now().date()
    first = query.since or last - timedelta(days=7)
    if last < first:
        raise invalid("until", "Must not come before since")
    if (last - first).days >= MOST_DAYS:
        raise invalid("since", f"At most {MOST_DAYS} days before until")
    wanted = Wanted(first, last, query.device_id, query.asset_id)
    read = partial(plays.page, actor.tenant_id, wanted)
    page = lists.page("plays", actor.tenant_id, query, read, _shown)
    if incoming.accepts("text/csv"):
        rows = [list(msgspec.structs.astuple(one)) for one in page.items]
        return Csv(csv_tables.text(PlaysShown.__struct_fields__, rows), page.next_cursor)
    return page


@api.get("/assets/{asset_id}/screens", may=EDITORS)
def list_screens(asset: AssetMetadata, query: ListQuery) -> Page[ScreenShown]:
    """List which devices have which version of an asset, and since when they show it."""
    key = shown_partition(asset.tenant_id, asset.asset_id)

    def read(limit: int, position: Position) -> tuple[list[ScreenShown], Position]:
        page = pages.read(ShownVersion, key, newest_first=True, limit=limit, position=position)
        return screens.shown(asset, page[0]), page[1]

    name = f"screens of {asset.asset_id}"
    return lists.page(name, asset.tenant_id, query, read, lambda screen: screen)


@api.get("/assets/{asset_id}/concerned_screens", may=MEMBERS)
def show_concerned_screens(asset: AssetMetadata) -> Concerned:
    """Show which playlists and devices have an asset, and so what taking it back would touch."""
    return screens.concerned(asset)


def _shown(found: Plays) -> PlaysShown:
    return PlaysShown(*found)
