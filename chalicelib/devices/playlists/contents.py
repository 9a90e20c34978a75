"""What a playlist comes to: its items with the facts of the assets that they name or find.

It is made when the playlist or one of the assets changes, so that a manifest of hundreds of assets
is made of one item for each playlist.
"""

import hashlib
import logging
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from chalicelib.assets import catalog, downloads, lifecycle, selection
from chalicelib.assets.collections import registry as collections
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock
from chalicelib.core.errors import NotFound
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.tables import check, find_together, put, remove, transact
from chalicelib.devices.models import stamped
from chalicelib.devices.playlists.definition import MOST_FOUND, PlaylistItem, Rule
from chalicelib.devices.playlists.models import COMPILED, NAMED, PLAYLIST, Compiled, Named, Playlist
from chalicelib.devices.schedules import boards
from chalicelib.devices.schedules.boards import Files

log = logging.getLogger(__name__)

MOST_ENTRIES = 1000
"""How many entries a playlist comes to at most; what its rules find beyond that is not shown."""

_LONGEST_TITLE = 200
_MARK_LENGTH = 12


class AssetFacts(msgspec.Struct, array_like=True):
    """What a manifest has to know of an asset and its published version.

    `seconds` is how long it lasts as a film, times are RFC 3339. `link_type` is that of a link,
    whose address is `url`.
    """

    asset_id: str
    version: int
    title: str
    kind: str
    files: Files
    valid_from: str | None = None
    expires_at: str | None = None
    seconds: float | None = None
    url: str | None = None
    link_type: str | None = None


class Contents(msgspec.Struct):
    """A playlist's items, and the assets of each, in order: indexes into `items` and `assets`."""

    playlist_id: str
    priority: int
    items: list[PlaylistItem]
    assets: list[AssetFacts]
    entries: list[tuple[int, int]]


def read(compiled: Compiled) -> Contents:
    """Read what a playlist comes to from its item."""
    return msgspec.json.decode(zlib.decompress(compiled.data), type=Contents)


def make(tenant_id: str, playlist_id: str, now: datetime) -> Contents | None:
    """Write down what a playlist comes to now; None where there is no such playlist.

    The tenant's manifests count as changed where it is something else than before. Whoever makes it
    at the same time, or changes the playlist, has it made anew. Idempotent.
    """
    keys = (
        (Playlist, tenant_id, f"{PLAYLIST}{playlist_id}"),
        (Compiled, tenant_id, f"{COMPILED}{playlist_id}"),
    )

    def write(read: tuple[Playlist | None, Compiled | None]) -> Contents | None:
        playlist, before = read
        if playlist is None:
            _forget(tenant_id, playlist_id)
            return None
        contents = gather(playlist)
        _keep(playlist, before, contents, now)
        return contents

    return despite_others(write, find_together(*keys), lambda _: find_together(*keys), None)


def forget(playlist: Playlist) -> None:
    """Remove what is kept of a playlist that there is no more. Idempotent."""
    _forget(playlist.pk, playlist.id)


def gather(playlist: Playlist) -> Contents:
    """Return what a playlist comes to with its assets of the moment, times not looked at."""
    wanted = playlist.wanted
    named = [_named(playlist.pk, item) for item in wanted.items]
    pairs = [(index, one) for index, ids in enumerate(named) for one in ids][:MOST_ENTRIES]
    there = catalog.find_many(playlist.pk, dict.fromkeys(asset_id for _, asset_id in pairs))
    facts = {one: found for one, asset in there.items() if (found := facts_of(asset))}
    kept = [
        (index, asset_id)
        for index, asset_id in pairs
        if asset_id in facts and _still_fits(there[asset_id], wanted.items[index].rule)
    ]
    positions = {one: number for number, one in enumerate(dict.fromkeys(one for _, one in kept))}
    return Contents(
        playlist_id=playlist.id,
        priority=wanted.priority,
        items=wanted.items,
        assets=[facts[one] for one in positions],
        entries=[(index, positions[asset_id]) for index, asset_id in kept],
    )


def facts_of(asset: AssetMetadata) -> AssetFacts | None:
    """Return the facts of an asset's published version; None where none may reach a screen."""
    face, number = asset.published, asset.published_version
    if face is None or number is None or asset.trashed_at is not None:
        return None
    if lifecycle.is_barred(asset, number) or not _has_content(face):
        return None
    technical = face.technical
    return AssetFacts(
        asset_id=asset.asset_id,
        version=number,
        title=asset.title[:_LONGEST_TITLE],
        kind=face.kind,
        files=boards.files_of(face),
        valid_from=asset.rights.get("valid_from"),
        expires_at=asset.rights.get("expires_at"),
        seconds=boards.seconds_of(face),
        url=technical.get("url"),
        link_type=technical.get("link_type"),
    )


def every_id(tenant_id: str) -> list[str]:
    """List the ids of a tenant's playlists."""
    named = Named.query(tenant_id, Named.sk.startswith(NAMED), consistent_read=True)
    return [one.playlist_id for one in named]


def concerned(tenant_id: str, asset_id: str) -> list[str]:
    """List the ids of playlists whose contents may change with an asset."""
    mark, rules = mark_of(asset_id), list[tuple[str, list[Rule]]]()
    found: list[str] = []
    for one in Named.query(tenant_id, Named.sk.startswith(NAMED), consistent_read=True):
        if mark in _marks(one.marks):
            found.append(one.playlist_id)
        elif one.rules:
            rules.append((one.playlist_id, one.rules))
    if not rules:
        return found
    asset = catalog.find_many(tenant_id, [asset_id]).get(asset_id)
    if asset is None or asset.published_version is None:
        return found
    return found + [one for one, some in rules if any(_may_fit(asset, rule) for rule in some)]


def with_rules(tenant_id: str, collection_id: str | None) -> list[str]:
    """List the ids of playlists that have rules; of one collection if it is given."""
    named = Named.query(tenant_id, Named.sk.startswith(NAMED), consistent_read=True)
    return [
        one.playlist_id
        for one in named
        if any(collection_id in (None, rule.collection_id) for rule in one.rules)
    ]


def count_with(tenant_id: str, asset_id: str) -> int:
    """Count the playlists that name an asset, or whose rules find it."""
    mark = mark_of(asset_id)
    named = Named.query(tenant_id, Named.sk.startswith(NAMED), consistent_read=True)
    return sum(mark in _marks(one.marks) for one in named)


def playlists_with(tenant_id: str, asset_id: str) -> list[str]:
    """List the ids of the playlists that name an asset, or whose rules find it."""
    mark = mark_of(asset_id)
    named = Named.query(tenant_id, Named.sk.startswith(NAMED), consistent_read=True)
    return [one.playlist_id for one in named if mark in _marks(one.marks)]


def naming(playlist: Playlist, found: Iterable[str] = ()) -> Named:
    """Return what tells which assets a playlist concerns: those that it names, and those found."""
    wanted = playlist.wanted
    ids = [item.asset_id for item in wanted.items if item.asset_id is not None]
    return Named(
        playlist.pk,
        f"{NAMED}{playlist.id}",
        marks="".join(mark_of(one) for one in dict.fromkeys([*ids, *found])),
        rules=[item.rule for item in wanted.items if item.rule is not None],
    )


def mark_of(asset_id: str) -> str:
    """Return the short hash of an asset's id: 48 bits, of which no two in a playlist are one."""
    return hashlib.sha256(asset_id.encode()).hexdigest()[:_MARK_LENGTH]


def _keep(playlist: Playlist, before: Compiled | None, contents: Contents, now: datetime) -> None:
    text = msgspec.json.encode(contents)
    digest = hashlib.sha256(text).hexdigest()
    made = Compiled(
        playlist.pk,
        f"{COMPILED}{playlist.id}",
        number=1 if before is None else before.number + 1,
        digest=digest,
        data=zlib.compress(text),
        made_at=clock.timestamp(now),
    )
    unchanged = Compiled.pk.does_not_exist() if before is None else Compiled.number == before.number
    writes = [
        put(made, unchanged),
        check(playlist, Playlist.revision == playlist.revision),
        put(naming(playlist, (one.asset_id for one in contents.assets))),
    ]
    if before is None or before.digest != digest:
        writes.append(stamped(playlist.pk))
    transact(*writes)


def _forget(tenant_id: str, playlist_id: str) -> None:
    named, compiled = find_together(
        (Named, tenant_id, f"{NAMED}{playlist_id}"),
        (Compiled, tenant_id, f"{COMPILED}{playlist_id}"),
    )
    if named is None and compiled is None:
        return
    transact(
        remove(Named(tenant_id, f"{NAMED}{playlist_id}")),
        remove(Compiled(tenant_id, f"{COMPILED}{playlist_id}")),
        stamped(tenant_id),
    )


def _named(tenant_id: str, item: PlaylistItem) -> Sequence[str]:
    if item.rule is None:
        return [] if item.asset_id is None else [item.asset_id]
    rule, most = item.rule, item.rule.newest or MOST_FOUND
    if rule.collection_id is None:
        return selection.newest(tenant_id, rule.tag, rule.category, most)
    try:
        ids = collections.asset_ids(collections.get(tenant_id, rule.collection_id))
    except NotFound:
        return []
    there = catalog.find_many(tenant_id, ids)
    fitting = (
        one for one, asset in there.items() if selection.fits(asset, rule.tag, rule.category)
    )
    return [one for one in fitting if facts_of(there[one]) is not None][:most]


def _still_fits(asset: AssetMetadata, rule: Rule | None) -> bool:
    """Return whether an asset fits by what is stored, which the index of a rule may be behind."""
    return rule is None or selection.fits(asset, rule.tag, rule.category)


def _may_fit(asset: AssetMetadata, rule: Rule) -> bool:
    return selection.fits(asset, rule.tag, rule.category)


def _has_content(face: Face) -> bool:
    """Return whether there are clean bytes, or an address that needs none."""
    return face.kind == "link" or downloads.is_open(face)


def _marks(text: str) -> set[str]:
    return {text[start:][:_MARK_LENGTH] for start in range(0, len(text), _MARK_LENGTH)}
