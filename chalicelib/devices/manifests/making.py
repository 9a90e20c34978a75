"""A device's manifest: what its Anthias is to hold, and the tag by which it knows it by now."""

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from chalicelib.core import clock
from chalicelib.core.tables import ConditionFailed, update
from chalicelib.devices import assignments, registry
from chalicelib.devices.manifests import addresses, rows
from chalicelib.devices.manifests.rows import AnthiasAsset
from chalicelib.devices.models import AgentUpdate, Device, KeptManifest
from chalicelib.devices.schedules import planning
from chalicelib.devices.schedules.planning import Machine, Plan, Row
from chalicelib.devices.tokens import Player

SCHEMA: Literal["reef-manifest/1"] = "reef-manifest/1"
REFRESH_SECONDS = 60

_MOST = timedelta(minutes=10)
"""A manifest is made anew after so long, should news of a change have been lost."""

MOST_ROWS = 2000
"""So many assets a manifest holds at most, some 2 MB; what comes later in the order is left out."""


class FileShown(msgspec.Struct):
    """A file to fetch.

    Attributes:
        url: where it is; the address stays, and leads on to a signed one each time.
        sha256: of its bytes, in hexadecimal digits.
        size_bytes: its size.
        content_type: its media type.
    """

    url: str
    sha256: str
    size_bytes: int
    content_type: str


class ManifestAsset(msgspec.Struct, kw_only=True):
    """An asset that the device's Anthias is to hold.

    Attributes:
        asset_id: its id in Reef.
        version: which version of it.
        delivery: `file` is fetched, checked and uploaded to Anthias; `url` is left to Anthias.
        content: the file; left out for a `url`.
        anthias: the asset in Anthias's own words.
    """

    asset_id: str
    version: int
    delivery: Literal["file", "url"]
    content: FileShown | msgspec.UnsetType = msgspec.UNSET
    anthias: AnthiasAsset


class Manifest(msgspec.Struct, kw_only=True):
    """All that a device's Anthias is to hold, and in which order it is shown.

    Attributes:
        schema: the form of this document.
        device_id: whose it is.
        generated_at: when it was made; the tag does not depend on it.
        refresh_seconds: how often to ask again.
        assets: each asset once.
        order: the ids of the assets in the order in which they are shown.
        agent: the agent that the player shall run; left out where nobody told it any.
    """

    schema: Literal["reef-manifest/1"] = SCHEMA
    device_id: str
    generated_at: str
    refresh_seconds: int = REFRESH_SECONDS
    assets: list[ManifestAsset]
    order: list[str]
    agent: AgentUpdate | msgspec.UnsetType = msgspec.UNSET


class Made(NamedTuple):
    """A manifest and its tag."""

    manifest: Manifest
    etag: str


def known_etag(player: Player, now: datetime) -> str | None:
    """Return the tag of the manifest that a device was given last, if it still is the same."""
    kept = player.device.kept
    if kept is None or kept.stamp != player.stamp or kept.basis != _basis(player.device):
        return None
    return kept.etag if clock.timestamp(now) < kept.until else None


def make(player: Player, now: datetime) -> Made:
    """Make a device's manifest, and keep its tag for as long as it stays the same."""
    device = player.device
    plan = planned(device, now)
    chosen = plan.rows[:MOST_ROWS]
    manifest = Manifest(
        device_id=device.id,
        generated_at="",
        assets=[_asset(device, row) for row in chosen],
        order=[row.slot.facts.asset_id for row in chosen],
        agent=device.told.agent_update or msgspec.UNSET,
    )
    etag = f'"{hashlib.sha256(msgspec.json.encode(manifest)).hexdigest()[:32]}"'
    manifest.generated_at = clock.timestamp(now)
    kept = KeptManifest(etag, _basis(device), player.stamp, clock.timestamp(plan.until))
    if kept != device.kept:
        with suppress(ConditionFailed):  # deleted meanwhile; its token is good for nothing now
            update(device, Device.kept.set(kept), condition=Device.pk.exists())
    return Made(manifest, etag)


def planned(device: Device, now: datetime) -> Plan:
    """Return the rows of a device, and what is left out of them."""
    return planning.plan(assignments.programmes(device, now), machine(device), now, _MOST)


def machine(device: Device) -> Machine:
    """Return what a plan depends on of a device."""
    return Machine(device.board, registry.zone(device.told.time_zone))


def _asset(device: Device, row: Row) -> ManifestAsset:
    facts, file = row.slot.facts, row.slot.file
    content: FileShown | msgspec.UnsetType = msgspec.UNSET
    if file is not None:
        name = f"{facts.version}{file.extension}"
        url = addresses.address(device, facts.asset_id, name)
        content = FileShown(url, file.sha256, file.size_bytes, file.content_type)
    return ManifestAsset(
        asset_id=facts.asset_id,
        version=facts.version,
        delivery="url" if file is None else "file",
        content=content,
        anthias=rows.written(device.pk, row),
    )


def _basis(device: Device) -> str:
    """Name all that a manifest is made of but playlists, groups and assets."""
    parts = (device.revision, device.token_number, device.board)
    return " ".join(map(str, parts))
