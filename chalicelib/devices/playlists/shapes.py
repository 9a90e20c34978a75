"""A playlist as answers show it."""

import msgspec

from chalicelib.core.outbox import Person
from chalicelib.devices.playlists.definition import PlaylistItem
from chalicelib.devices.playlists.models import Playlist


class PlaylistShown(msgspec.Struct, kw_only=True):
    """A playlist.

    Attributes:
        id: its id.
        name: its name.
        items: what is shown, in this order.
        priority: of several playlists of a device those with the highest that have something to
            show hide the others meanwhile.
        created_by: who made it.
        created_at: when it was made.
        updated_at: when it was changed last.
    """

    id: str
    name: str
    items: list[PlaylistItem]
    priority: int
    created_by: Person
    created_at: str
    updated_at: str


def playlist_shown(playlist: Playlist) -> PlaylistShown:
    """Show a playlist."""
    wanted = playlist.wanted
    return PlaylistShown(
        id=playlist.id,
        name=wanted.name,
        items=wanted.items,
        priority=wanted.priority,
        created_by=playlist.created_by,
        created_at=playlist.created_at,
        updated_at=playlist.updated_at,
    )
