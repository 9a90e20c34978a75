"""What follows from changes of assets and collections: their playlists come to something else."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from chalicelib.core.records import Record
from chalicelib.devices.playlists import contents


def follow(changes: Sequence[Record], now: datetime) -> None:
    """Make anew what the playlists come to that some changes concern, each once. Idempotent."""
    concerned = {
        (change.tenant_id, playlist_id) for change in changes for playlist_id in _playlists(change)
    }
    for tenant_id, playlist_id in sorted(concerned):
        contents.make(tenant_id, playlist_id, now)


def _playlists(change: Record) -> Iterable[str]:
    if change.subject.type == "collection":
        return contents.with_rules(change.tenant_id, change.subject.id)
    if change.subject.type == "asset":
        return contents.concerned(change.tenant_id, change.subject.id)
    return ()
