"""A tenant's playlists: made, replaced, deleted, and one asset put in the place of another."""

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.collections import registry as collections
from chalicelib.assets.metadata import categories, edits
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import NotFound, invalid
from chalicelib.core.outbox import Person
from chalicelib.core.resources import Resources, Values
from chalicelib.core.tables import Write, remove
from chalicelib.core.tables import find_many as find_items
from chalicelib.devices.playlists import contents, definition
from chalicelib.devices.playlists.definition import PlaylistItem, PlaylistWanted
from chalicelib.devices.playlists.models import COMPILED, PLAYLIST, Compiled, Playlist

MOST_PLAYLISTS = 200
_MOST_BYTES = 120_000
"""An audit record holds the old and the new one, and an item of DynamoDB's ends at 400 kB."""


def _outdated(playlist: Playlist, _: str) -> Write:
    """Drop what a playlist came to, so that nobody takes it for what it says from now on."""
    return remove(Compiled(playlist.pk, f"{COMPILED}{playlist.id}"))


_playlists = Resources(Playlist, PLAYLIST, "playlist", "playlist", retired=_outdated)


def get(tenant_id: str, playlist_id: str) -> Playlist:
    """Read a playlist.

    Raises:
        NotFound: there is none.
    """
    return _playlists.get(tenant_id, playlist_id)


def every(tenant_id: str) -> list[Playlist]:
    """List a tenant's playlists, the newest first."""
    return _playlists.every(tenant_id)


def find_many(tenant_id: str, playlist_ids: Iterable[str]) -> list[Playlist]:
    """Read playlists by their ids, in that order; those that there are not are left out."""
    return find_items(Playlist, [(tenant_id, f"{PLAYLIST}{one}") for one in playlist_ids])


def require(tenant_id: str, playlist_ids: Iterable[str]) -> None:
    """See that playlists are there.

    Raises:
        NotFound: one is not.
    """
    wanted = set(playlist_ids)
    if len(find_many(tenant_id, wanted)) < len(wanted):
        raise NotFound("There is no such playlist.")


def create(actor: Actor, wanted: PlaylistWanted, now: datetime) -> Playlist:
    """Keep a new playlist.

    Raises:
        Invalid: an item is not as it must be, or there are too many playlists.
        NotFound: it names an asset or a collection that there is not.
        AssetTrashed: an asset is in the trash.
    """
    made = _playlists.made_before(actor.tenant_id, now)
    if made is None:
        values = _checked(actor, wanted, set(), now)
        if len(contents.every_id(actor.tenant_id)) >= MOST_PLAYLISTS:
            raise invalid("name", f"A tenant has at most {MOST_PLAYLISTS} playlists")
        made = _playlists.create(actor.tenant_id, values, actor.person, now)
    contents.make(made.pk, made.id, now)
    return made


def replace(
    playlist: Playlist,
    wanted: PlaylistWanted,
    actor: Actor,
    now: datetime,
    if_match: str | None = None,
) -> Playlist:
    """Replace a playlist; its screens follow at their next poll.

    Raises:
        Invalid, NotFound, AssetTrashed: as `create`.
        PreconditionFailed: `if_match` names another revision.
        Conflict: too many change it at the same time.
    """
    known = {item.asset_id for item in playlist.wanted.items}
    rules = (item.rule for item in playlist.wanted.items if item.rule is not None)
    known |= {rule.collection_id for rule in rules}
    values = _checked(actor, wanted, known, now)
    written = _playlists.replace(playlist, lambda _: values, actor.person, now, if_match)
    contents.make(written.pk, written.id, now)
    return written


def delete(playlist: Playlist, actor: Actor, now: datetime, if_match: str | None = None) -> None:
    """Remove a playlist; devices that it was given to go on without it. Idempotent.

    Raises:
        PreconditionFailed: `if_match` names another revision.
        Conflict: too many change it at the same time.
    """
    _playlists.delete(playlist, actor.person, now, if_match)
    contents.forget(playlist)


def put_in_place(actor: Actor, old_id: str, new_id: str, now: datetime) -> list[str]:
    """Show an asset in every place of another one; return the ids of the playlists that changed.

    What is not done when it fails is done when it is asked for again.

    Raises:
        NotFound: the actor does not see one of them.
        AssetTrashed: the new one is in the trash.
        Conflict: too many change a playlist at the same time.
    """
    catalog.visible(actor, old_id)
    edits.require_live(catalog.visible(actor, new_id))

    def swapped(read: Playlist) -> Values:
        wanted = read.wanted
        for item in wanted.items:
            if item.asset_id == old_id:
                item.asset_id = new_id
        return _values(wanted)

    changed = []
    for playlist_id in contents.playlists_with(actor.tenant_id, old_id):
        try:
            playlist = get(actor.tenant_id, playlist_id)
        except NotFound:
            continue  # deleted meanwhile
        if any(item.asset_id == old_id for item in playlist.wanted.items):
            _playlists.replace(playlist, swapped, actor.person, now)
            contents.make(playlist.pk, playlist.id, now)
            changed.append(playlist_id)
    return changed


def move_category(tenant_id: str, old: str, new: str, actor: Person, now: datetime) -> None:
    """Let rules that name a category, or one below it, go with it."""

    def moved(read: Playlist) -> Values:
        wanted = read.wanted
        for item in wanted.items:
            if item.rule is not None and item.rule.category is not None:
                item.rule.category = categories.moved(item.rule.category, old, new)
        return _values(wanted)

    for playlist_id in contents.with_rules(tenant_id, None):
        with suppress(NotFound):  # deleted meanwhile
            playlist = get(tenant_id, playlist_id)
            if moved(playlist) != playlist.values:
                _playlists.replace(playlist, moved, actor, now)
                contents.make(tenant_id, playlist_id, now)


def _checked(actor: Actor, wanted: PlaylistWanted, known: set[str | None], now: datetime) -> Values:
    """Check what types do not say, and return the values to keep.

    Args:
        actor: who wants it.
        wanted: what it is to say.
        known: the assets and collections that it names already, which may be in the trash, purged
            or none of the actor's by now.
        now: the present time.
    """
    definition.check(wanted)
    for number, item in enumerate(wanted.items):
        _in_utc(item, f"items[{number}]")
        listed = None if item.rule is None else item.rule.collection_id
        if listed is not None and listed not in known:
            collections.visible(actor, listed)
    named = [one.asset_id for one in wanted.items if one.asset_id is not None]
    new = [one for one in dict.fromkeys(named) if one not in known]
    there = catalog.find_many(actor.tenant_id, new)
    for asset_id in new:
        asset = there.get(asset_id)
        if asset is None or catalog.face_for(asset, actor, now) is None:
            raise NotFound("There is no such asset.")
        edits.require_live(asset)
    values = _values(wanted)
    if len(json.dumps(values)) > _MOST_BYTES:  # as it is stored: what is not ASCII takes six
        raise invalid("items", f"The playlist is larger than {_MOST_BYTES} bytes; use rules")
    return values


def _values(wanted: PlaylistWanted) -> Values:
    values: Values = msgspec.to_builtins(wanted)
    return values


def _in_utc(item: PlaylistItem, field: str) -> None:
    for name in ("start_at", "end_at"):
        moment = getattr(item, name)
        if moment is not None:
            try:
                setattr(item, name, moment.astimezone(UTC))
            except OverflowError:
                raise invalid(f"{field}.{name}", "Outside the years 1 to 9999") from None
