"""Where an asset is used: each slice that uses assets says how it counts."""

from collections.abc import Callable, Mapping

from chalicelib.core.api.identity import Actor
from chalicelib.core.hooks import Hook

Counter = Callable[[Actor, str], int]
"""Counts the uses of an asset, by its id, as far as an actor may know of them."""

PLACES = ("shares", "playlists", "devices", "collections", "relationships")
"""What can use an asset, in the order in which answers show it."""

pinned: Hook[Callable[[str, str, int], bool]] = Hook(
    "does anybody rely on this very version of an asset, by tenant, asset id and number?"
)

counters: Hook[Mapping[str, Counter]] = Hook("how often does each kind of place use an asset?")


def count(actor: Actor, asset_id: str) -> dict[str, int]:
    """Return how many places of each kind use an asset, as far as the actor may know of them."""
    return {place: count_in(place, actor, asset_id) for place in PLACES}


def count_in(place: str, actor: Actor, asset_id: str) -> int:
    """Return how many places of one kind use an asset; none where nobody counts them."""
    counter = counters.get().get(place)
    return 0 if counter is None else counter(actor, asset_id)
