"""What will become of a file for screens, as far as its type tells before its bytes are there."""

from typing import Literal

import msgspec

from chalicelib.assets import media_types

BOARDS_SHOW = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/svg+xml"})
"""Pictures that every board shows as they are (Anthias 2026.08, `processing.py`)."""

OnBoards = Literal["as_it_is", "converted", "as_pages", "never"]


class Preflight(msgspec.Struct):
    """What will be made of a file, and what boards will show of it.

    Attributes:
        on_boards: `as_it_is`; `converted` first, where it needs that; `as_pages`, one after the
            other in a film; or `never`, as Office's documents, of which Reef draws no pages.
        renditions: the names of what will be made for that; a film that every board plays already
            is its own `master`.
    """

    on_boards: OnBoards
    renditions: list[str]


def of_type(content_type: str) -> Preflight:
    """Say what will be made of a file of a type."""
    name = media_types.canonical(content_type)
    kind = media_types.kind_of(name)
    if kind == "video":
        return Preflight("converted", ["master"])
    if kind == "image":
        shown = name in BOARDS_SHOW
        return Preflight("as_it_is", []) if shown else Preflight("converted", ["web"])
    if name == "application/pdf":
        return Preflight("as_pages", ["slides"])
    return Preflight("never", [])
