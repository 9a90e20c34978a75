"""Where an asset is used: each slice that uses assets says how it counts."""

from collections.abc import Callable

Counter = Callable[[str, str], int]

_counters: dict[str, Counter] = {}

PLACES = ("shares", "playlists", "devices", "collections", "relationships")
"""What can use an asset, in the order in which answers show it."""


def counted_by(place: str, counter: Counter) -> None:
    """Let a slice say how often its kind of place uses an asset, given tenant and asset id."""
    _counters[place] = counter


def count(tenant_id: str, asset_id: str) -> dict[str, int]:
    """Count the places that use an asset; a kind of place that does not exist yet has none."""
    return {
        place: _counters[place](tenant_id, asset_id) if place in _counters else 0
        for place in PLACES
    }
