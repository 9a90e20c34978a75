"""Rows of a plan as Anthias's API v2 takes them (`POST /api/v2/assets`, v2026.08)."""

from datetime import UTC, datetime
from typing import Literal

import msgspec

from chalicelib.devices.playlists.contents import AssetFacts
from chalicelib.devices.schedules.planning import Row

MimeType = Literal["image", "video", "webpage", "streaming", "youtube_asset"]

_OF_LINKS: dict[str | None, MimeType] = {
    "webpage": "webpage",
    "stream": "streaming",
    "youtube": "youtube_asset",
}


class AnthiasAsset(msgspec.Struct, kw_only=True):
    """An asset in Anthias's own words, to be posted as it is; the agent fills in a file's `uri`.

    Attributes:
        name: what Anthias's own page calls it.
        uri: the address of a link; null where the agent uploads the file and is told its address.
        ext: the extension of the file's name; left out for links.
        mimetype: Anthias's word for its kind.
        start_date: nothing is shown before this time.
        end_date: nothing is shown from this time on.
        duration: how many seconds it is shown; 0 for videos, which last as long as they do.
        is_enabled: true; what is not shown is not in the manifest.
        nocache: whether a web page is fetched anew each time.
        skip_asset_check: whether Anthias shows it without asking whether it is there.
        skip_ssl_verify: whether it trusts any certificate.
        play_days: on these days of the week, 1 for Monday.
        play_time_from: from this time of the device's day on; null for the whole day.
        play_time_to: until this time, perhaps of the next day; null for the whole day.
        refresh_interval_s: how often a web page is loaded again while it is shown; 0 for never.
        custom_headers: `X-Reef-Ref` names tenant, asset and version, by which the agent knows what
            is its own; empty for links, whose servers it would be sent to.
    """

    name: str
    uri: str | None
    ext: str | msgspec.UnsetType = msgspec.UNSET
    mimetype: MimeType
    start_date: str
    end_date: str
    duration: int
    is_enabled: bool = True
    nocache: bool = False
    skip_asset_check: bool = False
    skip_ssl_verify: bool = False
    play_days: list[int]
    play_time_from: str | None
    play_time_to: str | None
    refresh_interval_s: int = 0
    custom_headers: dict[str, str]


def written(tenant_id: str, row: Row) -> AnthiasAsset:
    """Write a row of a tenant's device as Anthias takes it."""
    slot, window = row.slot, row.window
    facts, kind = slot.facts, mimetype(slot.facts)
    reference = f"{tenant_id}/{facts.asset_id}@{facts.version}"
    return AnthiasAsset(
        name=facts.title,
        uri=None if slot.file else facts.url,
        ext=slot.file.extension if slot.file else msgspec.UNSET,
        mimetype=kind,
        start_date=_time(row.begins),
        end_date=_time(row.ends),
        duration=0 if kind in ("video", "youtube_asset") else slot.duration_seconds,
        play_days=list(window.days),
        play_time_from=window.begins and f"{window.begins}:00",
        play_time_to=window.ends and f"{window.ends}:00",
        custom_headers={"X-Reef-Ref": reference} if slot.file else {},
    )


def mimetype(facts: AssetFacts) -> MimeType:
    """Return Anthias's word for a kind of asset; it looks for parts of it, so it is a bare one."""
    if facts.kind == "link":
        return _OF_LINKS[facts.link_type]
    return "video" if facts.kind in ("video", "document") else "image"  # a film of its pages


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
